"""The questions of the actions on money."""
