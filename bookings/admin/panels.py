"""The parts of the booking page that bookings itself knows; payments adds its own."""

from django.http import HttpRequest

from bookings.desk.admin import Panel
from bookings.models import Booking, BookingEvent
from bookings.timeline import sentence
from notifications.models import Message

MESSAGES = 20
EVENTS = 100
MESSAGE_COLOURS = {"sent": "success", "failed": "danger", "bounced": "danger", "withdrawn": "", "draft": ""}


def messages_panel(request: HttpRequest, booking: Booking) -> Panel | None:
    """The mails about this booking, the latest first."""
    if not request.user.has_perm("notifications.view_message"):
        return None
    found = list(Message.objects.filter(topic=booking.topic).order_by("-pk")[:MESSAGES])
    rows = [(message, MESSAGE_COLOURS.get(message.status, "info")) for message in found]
    return Panel("admin/bookings/messages_panel.html", {"rows": rows, "no_address": not booking.customer.email})


def price_panel(_request: HttpRequest, booking: Booking) -> Panel | None:
    """What the total is made of, where that is more than the seats."""
    lines = list(booking.lines.all())
    return Panel("admin/bookings/price_panel.html", {"lines": lines}) if len(lines) > 1 else None


def timeline_panel(_request: HttpRequest, booking: Booking) -> Panel:
    """Who did what, the latest first."""
    events = [(title_of(event), sentence(event), event) for event in booking.events.order_by("-pk")[:EVENTS]]
    return Panel("admin/bookings/timeline_panel.html", {"events": events})


def title_of(event: BookingEvent) -> str:
    """The new status where it changed, else what happened: “Payment received”."""
    if event.to_status and event.from_status != event.to_status:
        return str(event.get_to_status_display())
    return event.kind.replace("_", " ").capitalize()
