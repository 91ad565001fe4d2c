"""Beginning a payment at the provider: reserve the attempt, ask outside of any lock, write down what came of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from bookings.actors import Actor
from bookings.services.rows import add_events
from payments.gateway import Answer, Gateway, Order, Verdict
from payments.models import Payment
from payments.refusals.checkout import BeingPrepared, CameToReview, PaymentUnknown
from payments.refusals.provider import CannotPayOnline, ProviderRefused
from payments.services.checkout.payable import need_gateway
from payments.services.checkout.reserve import Status, close_earlier, need_payable, reserve_attempt, still_good
from payments.services.ledger import change, keep_hold, lock_payment
from payments.timeline.payments import PaymentStarted
from payments.timeline.sums import paid

ROUNDS = 4


def start_payment(
    *,
    booking_id: int,
    actor: Actor,
    now: datetime,
    amount: Decimal | None = None,
    return_url: str = "",
    creation_key: str = "",
) -> Payment:
    """A pending payment with a checkout link; `amount` is in the booking's currency, None means what is due now.

    It has succeeded already, and has no link, when its webhook was faster than the provider's answer to us. A link of
    the same amount that is still good is given again; another one is closed first. Refused: nothing owed, too much,
    not payable, an attempt nobody knows about, or what the provider refused.
    """
    need_payable(booking_id, amount, now)
    gateway = need_gateway(now)
    for _ in range(ROUNDS):
        payment, is_new = reserve_attempt(booking_id, amount, gateway, actor, now, creation_key=creation_key)
        if is_new:
            answer = gateway.initialise(_order(payment, return_url))
            return _note_answer(payment.pk, answer, gateway, actor, now)
        if still_good(payment, amount, now):
            return payment
        close_earlier(payment, actor, now)
    raise BeingPrepared  # others begin as fast as we close


def find_made(creation_key: str) -> Payment | None:
    """The payment that this key made before its answer was lost: one key makes one, ever. Refused while it is unclear.

    One that ended before anybody had a link of it, so that nobody can ever pay it, gives its key back.
    """
    made = Payment.objects.filter(creation_key=creation_key).first() if creation_key else None
    if made is None or made.status not in (Status.CREATED, Status.UNKNOWN, *Payment.LATE) or made.checkout_url:
        return made
    if made.status not in Payment.LATE:
        raise PaymentUnknown
    change([made], {"creation_key": ""})
    return None


def _order(payment: Payment, return_url: str) -> Order:
    booking, customer = payment.booking, payment.booking.customer
    back = f"{settings.SITE_URL}{reverse('pay-return', args=[payment.tx_ref])}"
    return Order(
        tx_ref=payment.tx_ref,
        amount=payment.amount,
        currency=payment.currency,
        return_url=return_url or back,
        callback_url=f"{settings.SITE_URL}{reverse('api-payment-callback')}",
        title=settings.COMPANY_NAME,
        description=f"Booking {booking.reference}",
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
    )


def _note_answer(payment_id: int, answer: Answer, gateway: Gateway, actor: Actor, now: datetime) -> Payment:
    """Write down what the provider said; raises where the customer gets no link."""
    payment = _move(payment_id, answer, actor, now)
    if payment.status == Status.SUCCEEDED or (payment.status == Status.PENDING and payment.checkout_url):
        return payment
    if payment.status == Status.REVIEW:
        raise CameToReview(payment.booking.reference, payment.check_note)
    if answer.verdict is Verdict.DONE:  # it failed meanwhile: the next try ends this link and makes another
        raise BeingPrepared
    if answer.verdict is Verdict.REFUSED:
        raise ProviderRefused(gateway.label, answer.detail)
    if answer.verdict is Verdict.MISCONFIGURED:
        raise CannotPayOnline
    raise PaymentUnknown


@transaction.atomic
def _move(payment_id: int, answer: Answer, actor: Actor, now: datetime) -> Payment:
    payment = lock_payment(payment_id)
    if payment.status != Status.CREATED:  # a webhook or a sweep was faster
        return payment
    changes: dict[str, Any]
    if answer.verdict is Verdict.DONE:
        changes = {"status": Status.PENDING, "checkout_url": answer.checkout_url}
        add_events([payment.booking], PaymentStarted(paid(payment)), actor=actor, now=now)
    elif answer.verdict is Verdict.UNKNOWN:
        changes = {"status": Status.UNKNOWN}
    else:
        changes = {"status": Status.FAILED, "failure_reason": answer.detail[:255], "next_check_at": None}
    change([payment], {**changes, "check_note": answer.detail[:255]})
    keep_hold(payment.booking)
    return payment
