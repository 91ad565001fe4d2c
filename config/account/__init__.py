"""Log-in, second factor, password and sessions of staff."""
