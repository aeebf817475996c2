"""What an IPP printer or a CUPS queue says, in our words."""
