"""The link with which a customer pays online. Who has it sees what the booking costs and may pay; nothing else."""

import re
from decimal import Decimal

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.module_loading import import_string

from bookings.models import Booking

VALUE = re.compile(r"(?P<reference>[A-Z0-9-]{1,12})(?:_(?P<cents>\d{1,12}))?")


def pay_url(booking: Booking, amount: Decimal | None = None) -> str:
    """An absolute address, good for the booking's life. With `amount` (in its currency) it asks for just that."""
    value = booking.reference if amount is None else f"{booking.reference}_{int(amount * 100)}"
    return f"{settings.SITE_URL}/pay/{_signer().sign(value)}/"


def read_token(token: str) -> tuple[str, Decimal | None] | None:
    """(reference, amount) of a link's token; None when it isn't one of ours."""
    try:
        match = VALUE.fullmatch(_signer().unsign(token))
    except BadSignature:
        return None
    if match is None:
        return None
    return match["reference"], Decimal(match["cents"]) / 100 if match["cents"] else None


def _signer() -> Signer:
    return Signer(sep=".", salt="tourdesk.pay")


def online_currencies() -> frozenset[str]:
    """Those that can be paid online today; empty where nothing can."""
    found: frozenset[str] = import_string(settings.ONLINE_CURRENCIES)()
    return found


def online_payment_offered() -> bool:
    """There is a provider, or the sandbox in its place."""
    return bool(online_currencies())


def can_pay_online(booking: Booking) -> bool:
    """Something is owed, the booking is live, and a provider takes its currency."""
    live = booking.status in Booking.OWING
    return live and booking.balance > 0 and booking.currency in online_currencies()
