"""The columns of another system's file of bookings, and its words."""

from bookings.models import Booking
from bookings.services.importing import values
from bookings.tables import Columns

COLUMNS = Columns(
    needed=(
        "Ref",
        "Trip",
        "Date",
        "Booked on",
        "Lead name",
        "E-mail",
        "Price per person",
        "Currency",
        "Status",
        "Paid",
    ),
    optional=("Start time", "Children", "Phone", "Country", "Paid by", "Notes"),
    either=("Adults", "Party"),
    money=("Price per person", "Paid"),
    days=("Date", "Booked on"),
    spare=("E-mail", "Phone", "Country", "Paid by", "Notes"),
)
Status = Booking.Status
# The old system's words. The others are ours: they come back in files that Tourdesk exported.
NEW = {
    "Confirmed": Status.CONFIRMED,
    "Cancelled": Status.CANCELLED,
    "No show": Status.NO_SHOW,
    "Waiting list": Status.WAITLISTED,
}
WAITING = ("waitlisted", "waitlist", "wait-list", "wait list", "wait-listed", "wait listed", "waiting-list", "waiting")
STATUSES = NEW | {str(status.label): status for status in Status if status not in NEW.values()}
STATUS_WORD = values.one_of(NEW, also=STATUSES, meaning=dict.fromkeys(WAITING, "Waiting list"))
PAID_BY = ("Cash", "Bank", "Card", "Chapa", "Other")
