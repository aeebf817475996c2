"""What the probes share that speak a printer's own language over a raw stream, or USB."""
