"""Beginning a payment at the provider: reserve the attempt, ask outside of any lock, write down what came of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from bookings.actors import Actor
from bookings.models import Booking
from bookings.services.rows import add_events, lock_bookings
from bookings.wording import money
from notifications.refusals import NotFound
from payments.gateway import Answer, Gateway, Order, Verdict
from payments.models import Payment
from payments.refusals.checkout import (
    BeingPrepared,
    CameToReview,
    CannotPayOnline,
    PaidAlready,
    PaymentUnknown,
    ProviderRefused,
    TooManyLinks,
)
from payments.services.checkout.payable import check_amount, link_given, need_gateway, why_not_payable
from payments.services.checkout.verify import close_attempt
from payments.services.ledger import change, keep_hold, lock_payment, new_tx_ref
from payments.services.times import BEING_MADE, HOUR, next_check
from payments.timeline import PaymentStarted, paid

Status = Payment.Status
ROUNDS = 4
MOST_AN_HOUR = 10  # links of one booking: each costs the provider and us several calls


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
    the same amount that is still good is given again; another one is closed first. Talks to the provider:
    never call it inside a transaction. Refused: nothing owed, too much, not payable, an attempt nobody knows about,
    or what the provider refused.
    """
    _need_payable(booking_id, amount, now)
    gateway = need_gateway(now)
    for _ in range(ROUNDS):
        payment, is_new = _reserve(booking_id, amount, gateway, actor, now, creation_key=creation_key)
        if is_new:
            answer = gateway.initialise(_order(payment, return_url))
            return _note_answer(payment.pk, answer, gateway, actor, now)
        if _still_good(payment, amount, now):
            return payment
        _close(payment, actor, now)
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


@transaction.atomic
def _reserve(
    booking_id: int, amount: Decimal | None, gateway: Gateway, actor: Actor, now: datetime, *, creation_key: str
) -> tuple[Payment, bool]:
    """A new attempt (True), or the one in its way: open, or failed with a link on which it may be tried again.

    Two links could both be paid, so a booking has one. It is looked for under the lock: an answer may have come since.
    """
    bookings = lock_bookings([booking_id])
    if not bookings:
        raise NotFound("The booking")
    [booking] = bookings
    in_the_way = Q(status__in=Payment.OPEN) | Q(status=Status.FAILED, next_check_at__isnull=False)
    if known := booking.payments.filter(in_the_way, method__in=Payment.PROVIDER).order_by("pk").first():
        known.booking = booking
        return known, False
    payment = Payment.objects.create(
        tx_ref=new_tx_ref(gateway.method),
        booking=booking,
        method=gateway.method,
        amount=_asked(booking, amount, now),
        currency=booking.currency,
        status=Status.CREATED,
        provider_mode=gateway.mode,
        recorded_by=actor.user,
        recorded_by_label=actor.label,
        creation_key=creation_key,
        next_check_at=next_check(now, now),
        created_at=now,
    )
    keep_hold(booking)
    return payment, True


def _need_payable(booking_id: int, amount: Decimal | None, now: datetime) -> None:
    """Before any link is ended: who can't begin another payment keeps the link that there is."""
    booking = Booking.objects.filter(pk=booking_id).first()
    if booking is None:
        raise NotFound("The booking")
    given = link_given(booking, now)
    if given is None or not _still_good(given, amount, now):
        _asked(booking, amount, now)


def _asked(booking: Booking, amount: Decimal | None, now: datetime) -> Decimal:
    if refusal := why_not_payable(booking, now):
        raise refusal
    wanted = check_amount(booking, amount, now)
    begun = booking.payments.filter(method__in=Payment.PROVIDER, created_at__gt=now - HOUR)
    if begun.count() >= MOST_AN_HOUR:
        raise TooManyLinks(booking.reference, MOST_AN_HOUR)
    return wanted


def _still_good(payment: Payment, amount: Decimal | None, now: datetime) -> bool:
    """Whether this attempt's link can be given again, and asks the right amount."""
    booking = payment.booking
    wanted = booking.due_at(now) if amount is None else amount
    return payment.amount == wanted <= booking.balance and link_given(booking, now) == payment


def _close(payment: Payment, actor: Actor, now: datetime) -> None:
    """Make room for a new attempt, or say why there is none."""
    if payment.status == Status.CREATED and now - payment.created_at < BEING_MADE:
        raise BeingPrepared
    _need_closed(close_attempt(payment_id=payment.pk, why="replaced", actor=actor, now=now).payment)


def _need_closed(payment: Payment) -> None:
    if payment.status == Status.SUCCEEDED:
        raise PaidAlready(money(payment.amount, payment.currency))
    if payment.status in Payment.OPEN or payment.next_check_at is not None:
        raise PaymentUnknown


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
