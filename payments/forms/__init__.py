"""The questions of the acts on money."""
