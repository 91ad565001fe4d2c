"""What payments refuses, by subject; the base class is notifications.refusals.Refused."""
