"""One file = one language of the boards; id.toml is the reference."""
