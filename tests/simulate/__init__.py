"""A simulated month of an office, judged against the truth: `make simulate`, or `python -m tests.simulate --seed 7`."""
