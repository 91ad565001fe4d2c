"""What a booking's timeline says of its money; see bookings.timeline, whose rules hold here, too."""
