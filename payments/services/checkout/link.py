"""Payment links by mail: the customer pays when it suits, and nothing is begun at the provider before."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bookings import emails as booking_emails
from bookings.actors import Actor
from bookings.links import pay_url
from bookings.models import Booking
from bookings.services.mailing import why_not_mail
from bookings.services.rows import add_events, lock_bookings
from bookings.timeline import plain
from notifications import outbox
from notifications.refusals import NotFound
from payments.refusals.checkout import AlreadySent
from payments.services.checkout.payable import check_amount, why_not_payable
from payments.timeline.payments import PaymentRequested


@transaction.atomic
def send_link(
    *, booking_id: int, actor: Actor, now: datetime, amount: Decimal | None = None, creation_key: str = ""
) -> Booking:
    """Queue the mail “Payment link”. `amount` is in the booking's currency; None means what is due whenever it is paid.

    A second call with the same `creation_key` is refused. Refused, too: no address, nothing that can be paid online.
    """
    bookings = lock_bookings([booking_id])
    if not bookings:
        raise NotFound("The booking")
    [booking] = bookings
    if refusal := why_not_payable(booking, now) or why_not_mail(booking):
        raise refusal
    asked = check_amount(booking, amount, now)
    entry = PaymentRequested(plain(asked), booking.currency, booking.customer.email)
    [event] = add_events([booking], entry, actor=actor, now=now)
    url = pay_url(booking) if asked == booking.due_at(now) else pay_url(booking, asked)
    facts = {"amount": f"{asked:.2f}", "pay_url": url}
    mail = booking_emails.mail("payment_request", booking, creation_key or f"{event.pk}", now=now, facts=facts)
    if not outbox.enqueue([mail], now=now):
        raise AlreadySent(booking.reference)
    return booking
