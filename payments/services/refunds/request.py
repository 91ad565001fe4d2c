"""Refunds at the desk: asked for, within what is left of the payment. Approving is in approve.py.

What goes through the provider is sent and asked about by provider_refunds. A booking's `paid` moves when a refund
has succeeded, not before; until then its `going_back` says what of it doesn't stay.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum

from bookings.actors import Actor
from bookings.constraints import violates
from bookings.models import Booking
from bookings.services.price import change_price
from bookings.services.rows import why_not_change
from bookings.services.transitions import need_reason
from bookings.wording import money
from payments.gateway import registry
from payments.models import Payment, Refund
from payments.refusals.refunds import (
    AnotherRefund,
    MoreThanLeft,
    NobodyAsksForRefund,
    NothingToPayBack,
    NotThroughProvider,
    RefundRecorded,
    Unclear,
    WrongWay,
)
from payments.refusals.shared import WrongAmount
from payments.services.ledger import lock_payment
from payments.services.refunds import going_back
from payments.services.refunds.approve import send_soon, tidy
from payments.services.refunds.propose import left_on
from payments.services.refunds.rows import (
    Status,
    succeed,
    tell_timeline,
    unclear_refunds,
)
from payments.timeline.refunds import RefundRequested
from payments.timeline.sums import back

Way = Refund.Way


@transaction.atomic
def request_refund(
    *,
    payment_id: int,
    amount: Decimal,
    reason: str,
    way: str,
    actor: Actor,
    now: datetime,
    creation_key: str = "",
    seen: int | None = None,
    external_reference: str = "",
    lowers_price: bool = False,
) -> Refund:
    """`amount` of the payment, in its currency, back to the customer, who reads the `reason`.

    Above the limit of settings.REFUND_APPROVAL_LIMITS it waits for another person. Below, what is paid by hand has
    succeeded, since the clerk hands it over, and the rest is sent to the provider. `seen` is how many refunds of the
    payment the form showed: of two clerks at once, the second looks again. The same `creation_key` asks once. With
    `lowers_price` the booking costs as much less, as long as the refund lives; else it owes the amount again.
    """
    reason = need_reason(reason)
    payment = lock_payment(payment_id)
    _check_press(payment, actor, creation_key, seen)
    _check(payment, amount, way)
    waits = needs_approval(payment.booking, amount)
    refund = _create(
        payment=payment,
        way=way,
        amount=amount,
        status=Status.REQUESTED if waits else Status.APPROVED,
        reason=reason,
        lowers_price=lowers_price,
        requested_by=actor.user,
        requested_by_label=actor.label,
        external_reference=tidy(external_reference) if way != Way.PROVIDER else "",
        creation_key=creation_key,
        created_at=now,
    )
    going_back.keep(payment.booking, actor=actor, now=now)
    if lowers_price:
        _need_price(payment.booking)
        change_price(payment.booking, -amount, f"Goodwill: {reason}"[:255], actor=actor, now=now)
    _go_on(refund, waits=waits, actor=actor, now=now)
    return refund


def _go_on(refund: Refund, *, waits: bool, actor: Actor, now: datetime) -> None:
    if refund.way != Way.PROVIDER and not waits:
        succeed(refund, actor=actor, now=now)
        return
    tell_timeline(refund, RefundRequested(back(refund), waits, refund.reason), actor=actor, now=now)
    if not waits:
        send_soon(refund, now)


def _create(**fields: Any) -> Refund:
    """In a savepoint: the same form may be sent for another payment in this very moment."""
    try:
        with transaction.atomic():
            return Refund.objects.create(**fields)
    except IntegrityError as error:
        if violates(error, Refund, "one_refund_per_creation_key"):
            raise RefundRecorded(fields["payment"].tx_ref) from error
        raise


def _check_press(payment: Payment, actor: Actor, key: str, seen: int | None) -> None:
    if actor.user is None:
        raise NobodyAsksForRefund
    if key and Refund.objects.filter(creation_key=key).exists():
        raise RefundRecorded(payment.tx_ref)
    if seen is not None and payment.refunds.count() != seen:
        raise AnotherRefund(payment.tx_ref)


def _check(payment: Payment, amount: Decimal, way: str) -> None:
    if not payment.allows("refund"):
        raise NothingToPayBack(payment.tx_ref, payment.get_status_display().lower())
    if not (amount.is_finite() and amount > 0 and amount == round(amount, 2)):
        raise WrongAmount
    left = left_on(payment)
    if amount > left:
        raise MoreThanLeft(payment.tx_ref, money(left, payment.currency))
    _check_way(payment, way)


def _need_price(booking: Booking) -> None:
    if refusal := why_not_change(booking, "adjust_price"):
        raise refusal


def _check_way(payment: Payment, way: str) -> None:
    if way not in Way.values:
        raise WrongWay
    if way != Way.PROVIDER:
        return
    if not can_go_through_provider(payment):
        raise NotThroughProvider(payment.tx_ref)
    if unclear_refunds(payment):
        raise Unclear(payment.tx_ref)


def can_go_through_provider(payment: Payment) -> bool:
    known = payment.is_online and payment.provider_reference != ""
    return known and registry.of_method(payment.method) is not None


def needs_approval(booking: Booking, amount: Decimal) -> bool:
    """Whether what goes back of the booking's money, all together, is more than one person may decide."""
    limit = settings.REFUND_APPROVAL_LIMITS.get(booking.currency)
    decided = Q(provider_answer__has_key="decided_by")  # failed by a person's word: it may have left all the same
    rows = Refund.objects.filter(~Q(status=Status.FAILED) | decided, payment__booking=booking, kind=Refund.Kind.REFUND)
    so_far = rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return limit is None or so_far + amount > limit
