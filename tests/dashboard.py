"""The first page, for the tests of its parts."""

from typing import Any

from payments.models import Payment
from tests.factories import NOW, make_booking

EVERYTHING = (
    "bookings.view_booking",
    "bookings.view_departure",
    "payments.view_payment",
    "payments.view_refund",
    "payments.view_providerevent",
    "notifications.view_message",
    "django_celery_beat.view_periodictask",
    "django_celery_results.view_taskresult",
)


def figures(cards: object) -> dict[str, tuple[str, str]]:
    return {card.title: (card.figure, card.tone) for card in cards}  # type: ignore[attr-defined]


def pay(**fields: Any) -> Payment:
    booking = make_booking()
    defaults: dict[str, Any] = {"method": "chapa", "amount": 10, "currency": "ETB", "status": "pending"}
    names = {"tx_ref": f"T-{booking.pk}", "booking": booking, "recorded_by_label": "Test", "created_at": NOW}
    return Payment.objects.create(**names | defaults | fields)
