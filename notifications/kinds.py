"""Every kind of mail: its name, and a sample of the facts that its texts may use.

One kind = one Celery task (notifications.send_<kind>_email) = one file templates/emails/<kind>.txt; its HTML part is
made of the same words (templates/emails/message.html), so that the two parts can't disagree.
All facts are plain JSON values: money is a string with two decimals beside `currency`; a time is ISO 8601 with the
offset of the trip's time zone, a day is ISO 8601, a state or a way to pay is its code. notifications.words makes words
of them in the mail's language when it is written; texts ask for the plain value ({% if status == "pending" %}).
"""

from typing import Any, Final

TRIP: Final[dict[str, Any]] = {
    "customer_name": "Almaz Tesfaye",
    "reference": "TD-7K3M9QX2",
    "trip": "Lalibela highlands",
    "destination": "Lalibela, Ethiopia",
    "starts": "2026-11-24 07:30+03:00",
    "ends": "2026-11-27 18:00+03:00",
    "time_zone": "Africa/Addis_Ababa",
    "party_size": 2,
    "travellers": ["Almaz Tesfaye", "Yonas Tesfaye"],
    "currency": "ETB",
    "total": "3000.00",
    "deposit_due": "900.00",
    "paid": "0.00",
    "balance": "3000.00",
    "overpaid": "",  # what was paid beyond the total
    "status": "pending",
    "hold_until": "2026-11-24 10:00+03:00",  # empty when nothing is held
    "due_now": "900.00",  # what is asked next: the rest of the deposit, else the balance
    "balance_due": "2026-11-10",  # the last day on which all may be paid; empty when nothing is owed
    "how_to_pay": "Pay at our office in cash.",  # empty when nothing is owed
    "pay_url": "https://desk.example.com/pay/TD-7K3M9QX2.sample/",  # empty where nothing can be paid online
}
PAYMENT: Final[dict[str, Any]] = TRIP | {
    "transaction": "CASH-7K3M9QX2",
    "method": "cash",
    "amount": "900.00",
    "received": "2026-11-23 10:05+03:00",
    "receipt": "R-000042",  # empty until it is paid
    "as_of": "2026-11-23 10:06+03:00",  # when all these facts were so
}
PART_PAID: Final[dict[str, Any]] = TRIP | {
    "paid": "900.00",
    "balance": "2100.00",
    "due_now": "2100.00",
    "status": "confirmed",
    "hold_until": "",
}

# What the tables of bookings and payments hold at most, in characters; a text that isn't here is as long as its sample.
LARGEST_PARTY: Final = 500
LONGEST_NAME: Final = 150
LONGEST: Final = {
    "customer_name": LONGEST_NAME,
    "trip": 120,
    "destination": 120,
    "reason": 1_000,  # with whose words it is
    "how_to_pay": 2_000,
    "pay_url": 300,
}

KINDS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "booking_confirmation": ("Booking confirmation", TRIP),  # a booking was taken: its facts and how to pay
    "booking_confirmed": ("Seats confirmed", TRIP | {"status": "confirmed", "hold_until": ""}),
    "booking_waitlisted": ("Waiting list", TRIP),
    "booking_promoted": ("Off the waiting list", TRIP),  # seats came free: as the confirmation of a new booking
    "booking_cancelled": ("Cancellation", TRIP | {"reason": "The customer fell ill."}),
    "booking_rescheduled": ("Reschedule", TRIP | {"old_starts": "2026-11-23 07:30+03:00"}),
    "booking_expired": ("Expiry", TRIP),
    "booking_changed": ("Booking changed", TRIP | {"old_party_size": 3}),
    "payment_confirmation": ("Payment confirmation", PAYMENT),
    "payment_failure": ("Payment failure", PAYMENT | {"reason": "The bank returned the transfer."}),
    "payment_request": ("Payment link", TRIP | {"amount": "900.00"}),
    "payment_reminder": ("Payment reminder", PART_PAID | {"amount": "2100.00", "overdue": ""}),
    "payment_refunded": (
        "Refund",
        PAYMENT | {"reason": "The departure was cancelled.", "refunded": "450.00", "way": "cash", "on_its_way": ""},
    ),
    "payment_voided": ("Payment corrected", PAYMENT | {"reason": "Recorded on the wrong booking."}),
    "departure_reminder": ("Departure reminder", TRIP),
    # To those who run the house: a provider refuses every payment.
    "provider_alarm": (
        "Payment provider alarm",
        {
            "reference": "CHAPA-20261123-1205",
            "provider": "Chapa",
            "said": "Chapa refused our key: Invalid API Key. Check CHAPA_SECRET_KEY. (Asked for: refunds.)",
            "since": "Mon 23 November 2026, 12:05 (Africa/Addis_Ababa)",
            "desk_url": "https://desk.example.com/admin/",
        },
    ),
}
KIND_CHOICES: Final = [(kind, label) for kind, (label, _sample) in KINDS.items()]
# True for good, whatever becomes of the booking: they tell of money that moved.
RECEIPTS: Final = frozenset({"payment_confirmation", "payment_voided", "payment_refunded"})
# Their receipt goes with them as a PDF, when there is one.
WITH_A_RECEIPT: Final = frozenset({"payment_confirmation"})
REMINDER_CHOICES: Final = [
    ("departure_reminder", "Departure reminder"),
    ("payment_reminder", "Payment reminder"),
]
SWEEPER: Final = "notifications.send_due_messages"


def task_name(kind: str) -> str:
    """The Celery task that sends this kind, as ops see it in Flower."""
    return f"notifications.send_{kind}_email"


def sample(kind: str) -> dict[str, Any]:
    """Believable facts for a preview and for checking a template. Support address etc. come from settings."""
    return KINDS[kind][1]


def longest(kind: str) -> dict[str, Any]:
    """The sample with each text and list as long as the database lets it be."""
    return {name: _longest(name, value) for name, value in sample(kind).items()}


def _longest(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return ["W" * LONGEST_NAME] * LARGEST_PARTY
    return "W" * LONGEST.get(name, len(value)) if isinstance(value, str) else value
