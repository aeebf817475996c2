"""One file = one board."""
