"""What a UPS's own words and figures mean, apart from how they are asked for."""
