"""The layers of a network link, from the cable to the services, and the ladder that asks them in order."""
