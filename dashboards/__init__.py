"""The boards for Grafana, made from descriptions; see build.py. Needed to build and to test, not to watch."""
