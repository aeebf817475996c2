"""Bytes, timeouts and limits. Library types stop in this folder."""
