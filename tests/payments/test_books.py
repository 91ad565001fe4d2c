"""Each rule about money that has a row of its own to break it; the rest is in tests/config/test_check_books.py."""

import pytest
from django.db import connection

from bookings.models import Booking
from payments.books import breaches
from payments.models import Payment, Refund
from payments.services.manual.void import void_payment
from tests.factories import NOW, clerk, make_booking, make_user
from tests.payments.refunds import ask, begun_at, paid_at, paid_by_hand
from tests.provider import Provider

pytestmark = pytest.mark.django_db


def test_receipts_run_on_through_voids() -> None:
    first, second = paid_by_hand(), paid_by_hand()
    void_payment(payment_id=first.pk, reason="Wrong", actor=clerk(), now=NOW)
    ask(second)
    assert (list(breaches()), second.receipt_number) == ([], 2)


def test_a_missing_receipt_a_gap_and_one_of_an_unpaid_payment_are_found() -> None:
    payments = [paid_by_hand() for _ in range(3)]
    Payment.objects.filter(pk=payments[1].pk).update(receipt_number=None)
    assert list(breaches()) == [
        f"Payment {payments[1].tx_ref}: it succeeded, but has no receipt number.",
        "Receipt 3: the number before it is 1.",
    ]
    Payment.objects.filter(pk=payments[1].pk).update(receipt_number=2)
    Booking.objects.filter(payments=payments[0]).update(paid=0)
    Payment.objects.filter(pk=payments[0].pk).update(status="failed")
    assert list(breaches()) == [f"Payment {payments[0].tx_ref}: it has the receipt number 1, but was not paid."]


def test_a_refund_through_the_provider_without_its_answer_is_found() -> None:
    refund = ask(paid_by_hand())
    Refund.objects.update(way="provider")
    assert list(breaches()) == [
        f"Refund {refund.pk} of {refund.payment.tx_ref}: it went through the provider, "
        "but no answer or decision is kept."
    ]


def test_what_succeeded_at_no_time_is_found() -> None:
    refund = ask(paid_by_hand())
    Refund.objects.update(succeeded_at=None)
    Payment.objects.update(received_at=None)
    assert list(breaches()) == [
        f"Payment {refund.payment.tx_ref}: it succeeded, but nobody knows when.",
        f"Refund {refund.pk} of {refund.payment.tx_ref}: it succeeded, but nobody knows when.",
    ]


@pytest.mark.parametrize("theirs", ["1.00", "2e3x", 1, None])
def test_an_answer_that_names_another_amount_is_found(live: Provider, theirs: object) -> None:
    payment = paid_at(live)
    assert list(breaches()) == []
    Payment.objects.update(verify_answer={"amount": theirs})
    said = f"Payment {payment.tx_ref}: it is ETB 2000.00, but the provider's answer says {theirs}."
    assert list(breaches()) == [said]


def test_an_answer_that_is_written_otherwise_is_the_same(live: Provider) -> None:
    paid_at(live)
    for theirs in ("2000", "2000.000", 2000, 2000.0):
        Payment.objects.update(verify_answer={"amount": theirs})
        assert list(breaches()) == []


def test_a_refund_that_was_approved_by_who_asked_is_found() -> None:
    with connection.cursor() as cursor:  # the database itself forbids it
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("ALTER TABLE payments_refund DROP CONSTRAINT refund_approved_by_another")
        user = make_user()
        refund = ask(paid_by_hand(), by=user)
        Refund.objects.update(approved_by=user)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert list(breaches()) == [f"Refund {refund.pk} of {refund.payment.tx_ref}: who asked for it has approved it."]


def test_a_booking_that_waits_for_nothing_or_forgets_to_wait_is_found(provider: Provider) -> None:
    idle, waiting = make_booking(), begun_at(provider).booking
    Booking.objects.filter(pk=idle.pk).update(payment_open=True)
    assert list(breaches()) == [
        f"Booking {idle.reference}: it waits for a payment, but none is open.",
        f"Booking {waiting.reference}: it has an open payment, but doesn't wait for it.",
    ]
