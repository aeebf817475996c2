"""What a USB device is, where it went and what is wrong with it; no bytes and no waiting in here."""
