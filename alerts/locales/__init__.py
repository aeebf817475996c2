"""One file is one language; id.toml is the reference that the others follow key by key."""
