"""One file is one ticket desk; the file's name is the name in the configuration."""
