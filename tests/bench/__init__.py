"""The figures the project promises, measured: `make bench`, or `python -m tests.bench --short`."""
