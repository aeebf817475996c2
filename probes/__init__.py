"""Floor 1: what devices say. Imports nothing of the other floors."""
