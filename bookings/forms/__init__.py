"""What a clerk fills in."""
