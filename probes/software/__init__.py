"""How to tell that a program works: its process, its unit, its port, what it writes. One file, one question."""
