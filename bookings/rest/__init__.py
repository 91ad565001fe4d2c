"""What every endpoint of the API is made of, and the bookings' endpoints."""
