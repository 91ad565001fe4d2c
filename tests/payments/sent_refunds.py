"""Refunds that go through the provider."""

from datetime import datetime, timedelta

from bookings.actors import SYSTEM
from payments.models import Payment, Refund
from payments.services.checkout.review import apply_review
from payments.services.checkout.verify import verify_payment
from payments.services.decision_entries import sections
from payments.services.provider_refunds.check import check_refund
from payments.services.provider_refunds.send import send_refund
from tests.factories import NOW, clerk
from tests.payments.refunds import ask, begun_at
from tests.provider import Provider

LATER = NOW + timedelta(minutes=30)


def send(payment: Payment, amount: str = "500.00") -> Refund:
    refund = ask(payment, amount, way="provider")
    send_refund(refund_id=refund.pk, now=NOW)
    return refund


def check(refund: Refund) -> Refund:
    return check_refund(refund_id=refund.pk, actor=SYSTEM, now=LATER).refund


def theirs(live: Provider) -> str:
    """The provider's name of its one refund."""
    [ref] = live.book.refunds
    return ref


def kept(live: Provider) -> Payment:
    """Another amount than what was asked for, kept by a person."""
    payment = begun_at(live)
    live.pay(payment.tx_ref, amount=1500)
    verify_payment(payment_id=payment.pk, source="poll", actor=SYSTEM, now=NOW)
    return apply_review(payment_id=payment.pk, actor=clerk(), now=NOW)


def listed(now: datetime) -> list[str]:
    return [section.title for section in sections(now=now)]
