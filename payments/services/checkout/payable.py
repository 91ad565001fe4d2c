"""What can be paid online now, or why nothing can: one rule for the customer's page, payment links and the API."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings

from bookings.links import online_payment_offered
from bookings.models import Booking
from bookings.wording import money
from notifications.refusals import Refused
from payments.gateway import Gateway, registry
from payments.models import Payment
from payments.providers import currencies_taken, known_currencies
from payments.refusals.checkout import (
    HoldOver,
    NotOnlineCurrency,
    NotPayable,
    OnlinePaymentUnavailable,
    PaymentUnknown,
    ReviewFirst,
)
from payments.refusals.shared import MoreThanOwed, NothingOwed, WrongAmount
from payments.services import gateways
from payments.services.times import BEING_MADE, LINK_MARGIN, link_life

Status = Booking.Status


def find_booking(reference: str) -> Booking | None:
    return Booking.objects.select_related("departure__trip", "customer").filter(reference=reference).first()


def offers(booking: Booking, *, now: datetime, asked: Decimal | None = None) -> list[Decimal]:
    """Amounts to choose from in the booking's currency, the smallest first; `asked` is the link's own amount."""
    if _hold_is_over(booking, now) and (given := link_given(booking, now)):
        return [given.amount]
    if asked:
        return [min(asked, booking.balance)]
    return sorted({booking.due_at(now), booking.balance})


def why_closed(booking: Booking, *, now: datetime) -> str:
    """Empty, or a word for why nothing can be paid online: a status, or one of starting.start_payment's codes."""
    refusal = why_not_payable(booking, now)
    if refusal is None:
        return ""
    if isinstance(refusal, HoldOver) and booking.payment_open:  # so the seats are held all the same
        return "" if link_given(booking, now) else PaymentUnknown.code
    return str(booking.status) if isinstance(refusal, NotPayable) else refusal.code


def why_not_payable(booking: Booking, now: datetime) -> Refused | None:
    """Why no new payment can be begun for this booking, in a sentence for the clerk."""
    name = booking.reference
    if booking.status in Booking.OWING and booking.balance <= 0:
        return NothingOwed(name)
    if booking.payments.online().filter(status=Payment.Status.REVIEW).exists():
        return ReviewFirst(name)
    if booking.status not in Booking.OWING:
        return NotPayable(name, booking.get_status_display().lower())
    if booking.currency not in (currencies_taken() or known_currencies()):
        return NotOnlineCurrency(name, booking.currency)
    if _hold_is_over(booking, now):
        return HoldOver(name)
    return None if online_payment_offered() else OnlinePaymentUnavailable(settings.PAYMENT_INSTRUCTIONS)


def need_gateway(now: datetime) -> Gateway:
    if (gateway := gateways.current(now=now)) is None:
        raise OnlinePaymentUnavailable(settings.PAYMENT_INSTRUCTIONS)
    return gateway


def check_amount(booking: Booking, amount: Decimal | None, now: datetime) -> Decimal:
    """What is asked for, in the booking's currency; None means what is due now. Raises WrongAmount, MoreThanOwed."""
    wanted = booking.due_at(now) if amount is None else amount
    if not (wanted.is_finite() and wanted > 0 and wanted == round(wanted, 2)):
        raise WrongAmount
    if wanted > booking.balance:
        raise MoreThanOwed(booking.reference, money(booking.balance, booking.currency))
    return wanted


def link_given(booking: Booking, now: datetime) -> Payment | None:
    """The open attempt whose link can be given once more: today's gateway made it, and its life isn't nearly over.

    None, too, where nothing can be paid. (A hold that is over doesn't count here: the attempt keeps the seats.)
    """
    refusal = why_not_payable(booking, now)
    if refusal and not isinstance(refusal, HoldOver):
        return None
    gateway = registry.current()
    if gateway is None:
        return None
    open_ones = booking.payments.filter(
        method=gateway.method,
        provider_mode=gateway.mode,
        status=Payment.Status.PENDING,
        created_at__gt=now - link_life() + LINK_MARGIN,
    )
    return open_ones.exclude(checkout_url="").first()


def is_being_made(booking: Booking, now: datetime) -> bool:
    """The provider is just being asked for a link."""
    made = booking.payments.online().filter(status=Payment.Status.CREATED)
    return made.filter(created_at__gt=now - BEING_MADE).exists()


def _hold_is_over(booking: Booking, now: datetime) -> bool:
    """An open attempt still keeps the seats for a while, but only for its own link: else one would follow another."""
    until = booking.hold_expires_at
    return booking.status == Status.PENDING and until is not None and until <= now
