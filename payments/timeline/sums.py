"""Sums of money in the timeline, as facts and as words."""

from typing import TypedDict

from bookings.timeline import money, plain
from payments.models import Payment, Refund


class Sum(TypedDict):
    """A payment, or a refund of one, as facts."""

    tx_ref: str
    amount: str
    currency: str
    way: str  # a Payment.Method, or a Refund.Way


def paid(payment: Payment) -> Sum:
    return Sum(tx_ref=payment.tx_ref, amount=plain(payment.amount), currency=payment.currency, way=str(payment.method))


def back(refund: Refund) -> Sum:
    payment = refund.payment
    return Sum(tx_ref=payment.tx_ref, amount=plain(refund.amount), currency=payment.currency, way=str(refund.way))


def text_of(of: Sum) -> str:
    return f"{of['tx_ref']}: {money_of(of)}"


def money_of(of: Sum) -> str:
    return money(of["amount"], of["currency"])


def method_of(of: Sum) -> str:
    return str(Payment(method=of["way"]).get_method_display())


def way_of(of: Sum) -> str:
    return str(Refund(way=of["way"]).get_way_display())
