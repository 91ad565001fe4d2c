"""Coming back from the checkout: the truth, once asked for."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from bookings.actors import SYSTEM
from bookings.links import pay_url
from bookings.models import Booking
from bookings.services.transitions import cancel_bookings
from bookings.wording import money
from notifications.refusals import Refused
from payments.models import Payment, SandboxCheckout
from payments.services.checkout.start import start_payment
from tests.payments.pay_pages.customer import CUSTOMER, back, press, words
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_coming_back_settles_and_says_what_was_paid(payment: Payment) -> None:
    SandboxCheckout.objects.update(status="success")
    page = back(payment, "?trx_ref=x&status=failed")
    text = words(page)
    assert f"We received {money(Decimal(600), 'ETB')}" in text
    assert "Receipt R-000001" in text
    assert "Your booking is confirmed." in text
    assert "Pay the rest" in text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    for hidden in CUSTOMER.values():
        assert hidden not in page.content.decode()


def test_what_the_address_says_is_not_believed(payment: Payment) -> None:
    page = back(payment, f"?trx_ref={payment.tx_ref}&status=success")
    assert "Checking your payment…" in words(page)
    assert Payment.objects.get().status == "pending"


def test_the_page_looks_again_for_a_while(payment: Payment) -> None:
    refresh = f'content="5;url=/pay/return/{payment.tx_ref}/?looks='
    assert f"{refresh}1" in back(payment).content.decode()
    assert f"{refresh}12" in back(payment, "?looks=11").content.decode()
    for looks in ("12", "999", "1000"):
        page = back(payment, f"?looks={looks}")
        assert ("http-equiv" in page.content.decode()) == (looks == "1000")
    assert "http-equiv" in back(payment, "?looks=x").content.decode()
    last = back(payment, "?looks=12")
    assert "Not paid yet" in words(last)
    assert payment.checkout_url in last.content.decode()


def test_who_fails_and_pays_at_once_is_not_told_of_the_failure(payment: Payment) -> None:
    SandboxCheckout.objects.update(status="failed")
    assert "The payment was not completed" in words(back(payment))
    SandboxCheckout.objects.update(status="success")
    assert "Checking your payment…" in words(back(payment))
    Payment.objects.update(checked_at=timezone.now() - timedelta(seconds=4))
    assert "Payment received" in words(back(payment))


@pytest.mark.parametrize("status", ["failed", "failed/cancelled"])
def test_a_payment_that_was_not_made_shows_the_way_to_try_again(
    payment: Payment, booking: Booking, status: str
) -> None:
    SandboxCheckout.objects.update(status=status)
    page = back(payment, "?status=success")
    assert "The payment was not completed" in words(page)
    assert f'href="{pay_url(booking)}"' in page.content.decode()
    assert press(booking, "600.00").status_code == 303
    assert Payment.objects.count() == 2


def test_a_payment_in_review_says_that_we_look(payment: Payment) -> None:
    Payment.objects.update(status="review")
    assert "You don’t need to pay again" in words(back(payment))


def test_money_for_a_booking_that_is_over_is_not_called_a_confirmation(payment: Payment, booking: Booking) -> None:
    Booking.objects.update(status="cancelled", cancel_reason="ill")
    SandboxCheckout.objects.update(status="success")
    text = words(back(payment))
    assert "We have your money and will write to you." in text
    assert "confirmed" not in text


def test_a_cancelled_bookings_link_is_given_to_nobody(booking: Booking, provider: Provider) -> None:
    press(booking, "600.00")
    payment = Payment.objects.get()
    cancel_bookings(booking_ids=[booking.pk], reason="Ill", actor=SYSTEM, now=timezone.now())
    assert "This booking was cancelled" in words(press(booking, "600.00"))
    with pytest.raises(Refused, match="is cancelled, so it can't be paid online"):
        start_payment(booking_id=booking.pk, actor=SYSTEM, now=timezone.now())
    page = back(payment).content.decode()
    assert payment.checkout_url not in page
    assert pay_url(booking) not in page


def test_coming_back_to_a_cancelled_booking_ends_its_link(booking: Booking, provider: Provider) -> None:
    press(booking, "600.00")
    payment = Payment.objects.get()
    cancel_bookings(booking_ids=[booking.pk], reason="Ill", actor=SYSTEM, now=timezone.now())
    back(payment)
    assert provider.book.txs[payment.tx_ref].link_over
    assert Payment.objects.get().status == "expired"


def test_a_link_for_more_than_is_owed_by_now_leads_to_the_pay_page(booking: Booking, provider: Provider) -> None:
    press(booking, "2000.00")
    payment = Payment.objects.get()
    Payment.objects.update(checked_at=timezone.now())  # a moment ago, so that nobody is asked now
    Booking.objects.update(paid=100)
    page = back(payment).content.decode()
    assert payment.checkout_url not in page
    assert pay_url(booking) in page


def test_the_provider_is_asked_once_in_three_seconds(booking: Booking, provider: Provider) -> None:
    press(booking, "600.00")
    payment = Payment.objects.get()
    for _ in range(3):
        assert "Checking your payment…" in words(back(payment))
    assert provider.count("verify", payment.tx_ref) == 1
    Payment.objects.update(checked_at=timezone.now() - timedelta(seconds=4))
    provider.pay(payment.tx_ref)
    assert "Payment received" in words(back(payment))
    back(payment)
    assert provider.count("verify", payment.tx_ref) == 2


def test_a_silent_provider_is_no_failure(booking: Booking, provider: Provider) -> None:
    press(booking, "600.00")
    provider.down()
    assert "Checking your payment…" in words(back(Payment.objects.get()))


@pytest.mark.parametrize("tx_ref", ["CHAPA-NONE", "x" * 500, "%00", "ሀ"])
def test_an_unknown_transaction_is_404(tx_ref: str) -> None:
    assert Client().get(f"/pay/return/{tx_ref}/").status_code in (404, 400)


def test_a_payment_by_hand_has_no_page(booking: Booking) -> None:
    Payment.objects.create(
        tx_ref="CASH-1",
        booking=booking,
        method="cash",
        status="succeeded",
        amount=1,
        currency="ETB",
        recorded_by_label="Sara",
        created_at=timezone.now(),
    )
    assert Client().get("/pay/return/CASH-1/").status_code == 404
