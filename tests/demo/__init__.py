"""A simulated office, live: `make demo`. Agents, Prometheus and letters are real; equipment and faults are played."""
