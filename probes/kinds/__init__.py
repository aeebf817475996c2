"""One file is one kind of probe; the file's name is the name in the configuration."""
