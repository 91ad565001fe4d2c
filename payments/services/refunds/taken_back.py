"""Money that went back at the provider without us: a refund made in its dashboard, or the bank's reversal."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from bookings.actors import Actor
from bookings.services import ledger
from bookings.services.rows import add_events
from bookings.wording import money
from payments import emails
from payments.gateway import Answer, State
from payments.models import Payment, Refund
from payments.services.findings import tell_doubt, tell_of
from payments.services.refunds.rows import fail, sum_of, was_sent
from payments.timeline.corrections import PaymentTakenBack
from payments.timeline.sums import back

Status = Refund.Status


def note(payment: Payment, answer: Answer, *, actor: Actor, now: datetime) -> None:
    """The locked, succeeded payment was refunded or reversed, says the provider: what is left of it is gone.

    A refund of our own that was sent may be what it means; that one is asked about by itself. What doesn't fit is
    told to staff, each fact once: more may have gone back than we know, or money that was paid back here left twice.
    """
    live = list(payment.refunds.live())
    gone = [refund for refund in live if refund.status == Status.SUCCEEDED]
    sent = [refund for refund in live if was_sent(refund)]
    if answer.state is State.REFUNDED and sent:
        _perhaps_ours(payment, answer, gone=_sum(gone), sent=sent, now=now)
        return
    twice = [refund for refund in gone if _left_beside(refund, answer)]
    if (left := payment.amount - _sum(gone)) > 0:
        _tell_failed(payment, answer, now)
        _take(payment, answer, left, actor=actor, now=now)
        _give_up([refund for refund in live if refund not in gone], payment, answer, actor=actor, now=now)
    if twice:
        _tell_twice(payment, answer, twice, now)


def _perhaps_ours(payment: Payment, answer: Answer, *, gone: Decimal, sent: Sequence[Refund], now: datetime) -> None:
    """How much went back isn't told: nothing is booked, and a person looks where it may be more than we know of."""
    going = [refund for refund in sent if refund.status in Refund.MOVING]
    Refund.objects.filter(pk__in=[refund.pk for refund in going]).update(next_check_at=now)
    if gone + _sum(going) < payment.amount:
        changed_at = str(answer.raw.get("updated_at", ""))
        tell_doubt(payment, gone, _sum(going), changed_at=changed_at, now=now)


def _left_beside(refund: Refund, answer: Answer) -> bool:
    """Whether this money left besides what the provider speaks of: a void is no money, and one is what it means."""
    theirs = Refund.Kind.REVERSAL if answer.state is State.REVERSED else Refund.Kind.REFUND
    is_theirs = refund.requested_by_id is None and refund.kind == theirs
    return refund.kind != Refund.Kind.VOID and not is_theirs


def _take(payment: Payment, answer: Answer, left: Decimal, *, actor: Actor, now: datetime) -> None:
    refund = _external(payment, answer, left, now)
    entry = PaymentTakenBack(back(refund), reversed=refund.kind == Refund.Kind.REVERSAL)
    ledger.add_money({payment.booking: -left}, {payment.booking_id: entry}, actor=actor, now=now)
    emails.withdraw_confirmation(payment, reason="The money was taken back.")


def _give_up(refunds: Iterable[Refund], payment: Payment, answer: Answer, *, actor: Actor, now: datetime) -> None:
    """The money isn't there any more to be refunded."""
    why = "The bank took the payment back." if answer.state is State.REVERSED else "The provider was faster."
    for refund in refunds:
        refund.payment = payment
        if refund.status in Refund.MOVING:
            text = f"{why} {sum_of(refund)} was on its way back then; look at the provider whether it left, too."
            tell_of(payment, text, occurrence=f"refund:{refund.pk}", now=now)
        fail(refund, why, actor=actor, now=now)


def _tell_failed(payment: Payment, answer: Answer, now: datetime) -> None:
    """“Refunded” after a refund of ours that failed: it may have gone through, and then less went back."""
    failed = [refund for refund in payment.refunds.filter(status=Status.FAILED) if was_sent(refund)]
    if answer.state is State.REFUNDED and failed:
        tried = ", ".join(money(refund.amount, payment.currency) for refund in failed)
        text = (
            f"The provider says “refunded”, but our refund ({tried}) had failed here. All of"
            f" {money(payment.amount, payment.currency)} counts as gone now; look there whether that is right."
        )
        tell_of(payment, text, occurrence=f"failed:{failed[-1].pk}", now=now)


def _tell_twice(payment: Payment, answer: Answer, twice: Sequence[Refund], now: datetime) -> None:
    ways = ", ".join(dict.fromkeys(str(refund.get_way_display()) for refund in twice))
    text = (
        f"The provider says “{answer.state}” of {money(payment.amount, payment.currency)}, but"
        f" {money(_sum(twice), payment.currency)} of it had gone back already ({ways}): that much left twice, if all"
        " of it went back there. Look at the provider, and ask the customer for it."
    )
    tell_of(payment, text, occurrence=f"twice:{answer.state}:{_sum(twice)}", now=now)


def _sum(refunds: Iterable[Refund]) -> Decimal:
    return sum((refund.amount for refund in refunds), Decimal(0))


def note_round_trip(payment: Payment, answer: Answer, *, actor: Actor, now: datetime) -> None:
    """We hear of the payment when its money is gone again: both are written down, nothing is confirmed."""
    refund = _external(payment, answer, payment.amount, now)
    entry = PaymentTakenBack(back(refund), reversed=refund.kind == Refund.Kind.REVERSAL, unheard=True)
    add_events([payment.booking], entry, actor=actor, now=now)


def _external(payment: Payment, answer: Answer, amount: Decimal, now: datetime) -> Refund:
    reversed_ = answer.state is State.REVERSED
    return Refund.objects.create(
        payment=payment,
        kind=Refund.Kind.REVERSAL if reversed_ else Refund.Kind.REFUND,
        way=Refund.Way.PROVIDER,
        amount=amount,
        status=Status.SUCCEEDED,
        reason="Reversed by the bank" if reversed_ else "Refunded at the provider, not asked for here",
        requested_by_label=str(payment.get_method_display()),
        provider_answer=answer.raw,
        sent_at=now,
        succeeded_at=now,
        created_at=now,
    )
