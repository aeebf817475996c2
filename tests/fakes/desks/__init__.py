"""Helpdesks on loopback that lie as the real ones do; one file is one helpdesk's interface."""
