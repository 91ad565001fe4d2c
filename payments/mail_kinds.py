"""The mails about money: what each may say, and until when it is true."""

from datetime import datetime
from typing import Any, Final

from bookings.mail_facts import FACTS, NAMES, OWN_SUM, TRIP, WHAT_TO_DO, due_day
from bookings.mail_kinds import BookingMail, still_says
from bookings.models import Booking
from notifications.kinds import MailKind
from notifications.models import Message
from payments.receipts import attached

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


def why_nothing_due(_message: Message, booking: Booking, _now: datetime) -> str:
    return "Nothing is owed any more." if booking.balance <= 0 else ""


def why_no_reminder(message: Message, booking: Booking, now: datetime) -> str:
    moved = not still_says(message, "balance_due", due_day(booking))
    return why_nothing_due(message, booking, now) or ("The day to pay by was changed." if moved else "")


def overdue(booking: Booking, now: datetime) -> dict[str, Any]:
    return {"overdue": "yes" if booking.is_overdue(now) else ""}


KINDS: Final = (
    BookingMail(
        "payment_confirmation",
        "Payment confirmation",
        PAYMENT,
        for_good=True,
        attachment=attached,
        follows=NAMES | WHAT_TO_DO,
        stale_after_changes=True,
    ),
    BookingMail(
        "payment_failure",
        "Payment failure",
        PAYMENT | {"reason": "The bank returned the transfer."},
        follows=NAMES | WHAT_TO_DO,
        stale_after_changes=True,
    ),
    BookingMail(
        "payment_request",
        "Payment link",
        TRIP | {"amount": "900.00"},
        wanted_in=Booking.OWING,
        why_untrue=why_nothing_due,
        follows=FACTS - OWN_SUM,
        asks_for_money=True,
    ),
    BookingMail(
        "payment_reminder",
        "Payment reminder",
        PART_PAID | {"amount": "2100.00", "overdue": ""},
        has_rules=True,
        wanted_in=Booking.OWING,
        why_untrue=why_no_reminder,
        follows=FACTS - OWN_SUM,
        following=overdue,
        asks_for_money=True,
    ),
    BookingMail(
        "payment_refunded",
        "Refund",
        PAYMENT | {"reason": "The departure was cancelled.", "refunded": "450.00", "way": "cash", "on_its_way": ""},
        for_good=True,
        follows=NAMES,
    ),
    BookingMail(
        "payment_voided",
        "Payment corrected",
        PAYMENT | {"reason": "Recorded on the wrong booking."},
        for_good=True,
        follows=NAMES | WHAT_TO_DO,
    ),
    # To those who run the house: a provider refuses every payment.
    MailKind(
        "provider_alarm",
        "Payment provider alarm",
        {
            "reference": "CHAPA-20261123-1205",
            "provider": "Chapa",
            "said": "Chapa refused our key: Invalid API Key. Check CHAPA_SECRET_KEY. (Asked for: refunds.)",
            "since": "Mon 23 November 2026, 12:05 (Africa/Addis_Ababa)",
            "desk_url": "https://desk.example.com/admin/",
        },
    ),
)
