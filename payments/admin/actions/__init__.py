"""The buttons of payments, refunds and events, and those that payments adds to bookings."""
