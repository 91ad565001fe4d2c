"""Money at the desk: recorded and expected on the booking page, settled and voided on the payment."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from notifications.models import Message
from payments.models import Payment, Refund
from tests.desk import act_url, booked, desk, press, said

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Status = Payment.Status
PAYMENTS = "/admin/payments/payment/"


def answers(**changes: Any) -> dict[str, Any]:
    return {"creation_key": "one-press", "method": "cash", "amount": "600.00"} | changes


def expected(booking: Booking) -> Payment:
    press(desk("payments.record_payment"), "await-payment", booking, **answers(method="bank_transfer"))
    return Payment.objects.get(booking=booking)


def test_a_payment_is_recorded_and_confirms_the_booking() -> None:
    booking, client = booked(), desk("payments.record_payment")
    day = (timezone.localtime() - timedelta(days=10)).date().isoformat()
    response = press(client, "record-payment", booking, **answers(received_at=f"{day}T08:30", note="At the desk"))
    assert said(response) == [f"The payment for {booking.reference} is recorded."]
    payment = Payment.objects.get()
    assert (payment.amount, payment.status, payment.note) == (Decimal(600), Status.SUCCEEDED, "At the desk")
    assert payment.received_at is not None
    assert timezone.localtime(payment.received_at).isoformat() == f"{day}T08:30:00+03:00"
    booking.refresh_from_db()
    assert (booking.status, booking.paid) == (Booking.Status.CONFIRMED, Decimal(600))


def test_money_of_long_before_the_booking_is_asked_about_its_year() -> None:
    booking, client = booked(), desk("payments.record_payment")
    response = press(client, "record-payment", booking, **answers(received_at="2020-01-01T08:30"))
    why = f"That is long before {booking.reference} was booked. Is the year right?"
    assert response.context["form"].errors == {"received_at": [why]}
    assert not Payment.objects.exists()


def test_the_form_sent_twice_records_one_payment_and_tells_so() -> None:
    booking, client = booked(), desk("payments.record_payment")
    press(client, "record-payment", booking, **answers())
    response = press(client, "record-payment", booking, **answers())
    assert said(response)[-1] == f"{booking.reference}: this payment is recorded already."
    assert Payment.objects.count() == 1
    assert Message.objects.filter(kind="payment_confirmation").count() == 1


def test_the_amount_is_proposed_and_too_much_is_refused_beside_it() -> None:
    booking, client = booked(), desk("payments.record_payment")
    page = client.get(act_url("record-payment", booking), {"ids": booking.pk})
    assert page.context["form"]["amount"].value() == Decimal("2000.00")
    assert page.context["form"]["amount"].help_text == ("Still to pay: ETB 2,000.00, ETB 600.00 of it as the deposit.")
    response = press(client, "record-payment", booking, **answers(amount="2000.01"))
    assert response.context["form"].errors == {"amount": [f"{booking.reference} owes ETB 2,000.00, not more."]}
    assert Payment.objects.count() == 0


def test_a_used_receipt_is_refused_beside_its_field() -> None:
    client = desk("payments.record_payment")
    press(client, "record-payment", booked(), **answers(external_reference="R-1"))
    response = press(client, "record-payment", booked(), **answers(external_reference="r-1", creation_key="other"))
    assert response.context["form"].errors == {
        "external_reference": ["A payment with the reference r-1 is recorded already."]
    }


def test_payments_for_several_bookings_take_what_each_owes() -> None:
    bookings = [booked(party_size=1), booked(party_size=2)]
    response = press(desk("payments.record_payment"), "record-payment", *bookings, **answers(amount=""))
    assert said(response) == ["Payments for 2 bookings are recorded."]
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [Decimal(1000), Decimal(2000)]


def test_expected_money_counts_when_it_is_marked_received() -> None:
    booking = booked()
    payment = expected(booking)
    assert (payment.status, Booking.objects.get(pk=booking.pk).paid) == (Status.PENDING, Decimal(0))
    client = desk("payments.settle_payment")
    assert said(press(client, "received", payment)) == [f"{payment.tx_ref} is received."]
    assert said(press(client, "received", payment))[-1] == (f"{payment.tx_ref} is succeeded and can't be received.")
    assert Booking.objects.get(pk=booking.pk).paid == Decimal(600)


def test_expecting_twice_with_one_form_makes_one_payment() -> None:
    booking = booked()
    expected(booking)
    expected(booking)
    assert Payment.objects.count() == 1


def test_failed_money_mails_the_reason() -> None:
    payment = expected(booked())
    press(desk("payments.settle_payment"), "failed", payment, reason="Returned by the bank")
    payment.refresh_from_db()
    assert (payment.status, payment.failure_reason) == (Status.FAILED, "Returned by the bank")
    assert Message.objects.get(kind="payment_failure").context["reason"] == "Returned by the bank"


def test_a_payment_is_voided_once() -> None:
    booking = booked()
    press(desk("payments.record_payment"), "record-payment", booking, **answers())
    payment, client = Payment.objects.get(), desk("payments.void_payment")
    press(client, "void", payment, reason="Wrong booking")
    response = press(client, "void", payment, reason="Wrong booking")
    assert said(response)[-1] == f"{payment.tx_ref} is voided or refunded already."
    assert list(Refund.objects.values_list("kind", "amount")) == [("void", Decimal(600))]
    assert Booking.objects.get(pk=booking.pk).paid == 0


@pytest.mark.parametrize("act", ["received", "failed", "void"])
def test_a_payment_s_acts_need_their_permission(act: str) -> None:
    payment = expected(booked())
    assert press(desk("payments.record_payment"), act, payment, reason="x").status_code == 403
    payment.refresh_from_db()
    assert payment.status == Status.PENDING


def test_nobody_types_a_payment() -> None:
    payment = expected(booked())
    client = desk("payments.add_payment", "payments.change_payment", "payments.delete_payment")
    page = reverse("admin:payments_payment_change", args=[payment.pk])
    assert client.get(page).status_code == 200
    assert client.get(f"{PAYMENTS}add/").status_code == 403
    assert client.post(page, {"note": "changed"}).status_code == 403
    assert client.post(reverse("admin:payments_payment_delete", args=[payment.pk]), {"post": "yes"}).status_code == 403


def test_the_booking_page_shows_its_payments_with_their_buttons() -> None:
    booking = booked()
    payment = expected(booking)
    url = reverse("admin:bookings_booking_change", args=[booking.pk])
    text = desk("payments.settle_payment").get(url).content.decode()
    assert payment.tx_ref in text
    assert f"/admin/payments/payment/act/received/?ids={payment.pk}" in text
    assert "act/received/" not in desk().get(url).content.decode()


@pytest.mark.slow
def test_the_list_takes_as_many_queries_for_thirty_as_for_one_and_finds_by_customer() -> None:
    client = desk("payments.settle_payment", "payments.void_payment")
    client.get(PAYMENTS)  # fills the process's caches
    counts = []
    for number in (1, 29):
        for _ in range(number):
            payment = expected(booked())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAYMENTS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    for text in (payment.tx_ref.lower(), payment.booking.reference, payment.booking.customer.name):
        assert [str(row) for row in client.get(PAYMENTS, {"q": text}).context["cl"].result_list] == [payment.tx_ref]


@pytest.mark.slow
def test_the_booking_page_takes_as_many_queries_for_ten_payments_as_for_one() -> None:
    booking = booked()
    client = desk(*(f"payments.{act}_payment" for act in ("settle", "void", "refund", "verify", "review", "record")))
    page = reverse("admin:bookings_booking_change", args=[booking.pk])
    counts = []
    for number in (1, 9):
        for _ in range(number):
            fields = answers(method="cash", amount="10", creation_key=f"press-{Payment.objects.count()}")
            press(desk("payments.record_payment"), "record-payment", booking, **fields)
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
