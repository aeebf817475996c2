"""What breaks, and the proof that it does not: kills, power cuts, full disks, outages, leaks. `make soak` is longer."""
