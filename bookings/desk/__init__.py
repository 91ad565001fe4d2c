"""What every staff page of all apps is made of. It knows no model of bookings or payments."""
