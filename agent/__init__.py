"""Floor 3: time and judgement."""

__version__ = "0.1.0.dev0"
