"""The customer's own pages: what is due, one link however often it is asked for, and the truth on coming back."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from bookings.models import Booking
from bookings.wording import money
from payments.models import Payment, SandboxCheckout
from tests.payments.pay_pages.customer import CUSTOMER, back, get, offered, path_of, press, words
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_page_shows_what_is_due_and_no_contact_data(booking: Booking) -> None:
    page = get(booking)
    text = words(page)
    for shown in ("Tourdesk Travel", "Lalibela highlands", "(Tokyo time)", "2 people", booking.reference):
        assert shown in text
    assert f"The deposit {money(Decimal(600), 'ETB')}" in text
    assert f"The full amount {money(Decimal(2000), 'ETB')}" in text
    assert "Your seats are held until" in text
    assert "Pay at our office" in text
    assert offered(page) == ["600.00", "2000.00"]
    for hidden in CUSTOMER.values():
        assert hidden not in page.content.decode()


def test_the_page_is_for_one_browser_alone(booking: Booking) -> None:
    page = get(booking)
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "same-origin"
    assert page["Cache-Control"] == "no-store"
    assert page["X-Frame-Options"] == "DENY"
    assert page["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self'"
    )
    assert set(page.cookies) == {"csrftoken"}
    text = page.content.decode()
    assert "<script" not in text
    assert " style=" not in text
    assert 'lang="en"' in text


def test_the_form_may_lead_to_the_providers_checkout(booking: Booking, settings: Settings) -> None:
    settings.CHAPA_SECRET_KEY = "CHASECK_TEST-x"
    settings.CHAPA_CHECKOUT_HOSTS = ["checkout.chapa.co", "pay.chapa.co"]
    page = get(booking)
    assert page["Content-Security-Policy"].endswith("form-action 'self' https://checkout.chapa.co https://pay.chapa.co")
    assert "You pay on the secure page of Chapa" in words(page)


@pytest.mark.parametrize(
    ("fields", "asked", "amounts"),
    [
        ({"paid": 600, "status": "confirmed"}, None, ["1400.00"]),
        ({"paid": 100}, None, ["500.00", "1900.00"]),
        ({"deposit_due": 2000}, None, ["2000.00"]),
        ({}, Decimal("250.50"), ["250.50"]),
        ({"paid": 1900, "status": "confirmed"}, Decimal(250), ["100.00"]),
    ],
)
def test_the_choice_is_between_what_is_due_and_all(
    booking: Booking, fields: dict[str, Any], asked: Decimal | None, amounts: list[str]
) -> None:
    Booking.objects.update(**fields)
    assert offered(get(booking, asked)) == amounts


def test_an_overdue_booking_says_so_and_asks_for_all(booking: Booking) -> None:
    Booking.objects.update(balance_due_on=timezone.now().date() - timedelta(days=3))
    page = get(booking)
    assert "This was to be paid by" in words(page)
    assert offered(page) == ["2000.00"]


@pytest.mark.parametrize("button", ["600.00", "2000.00"])
def test_the_button_leads_to_the_checkout_of_the_chosen_amount(booking: Booking, button: str) -> None:
    response = press(booking, button)
    payment = Payment.objects.get()
    assert (response.status_code, response["Location"]) == (303, payment.checkout_url)
    assert (f"{payment.amount}", payment.status, payment.recorded_by_label) == (button, "pending", "Customer")


def test_a_double_click_gives_the_same_link(booking: Booking) -> None:
    assert press(booking, "600.00")["Location"] == press(booking, "600.00")["Location"]
    assert Payment.objects.count() == 1


def test_the_second_click_looks_again_for_the_link_of_the_first(booking: Booking) -> None:
    press(booking, "600.00")
    Payment.objects.update(status="created")
    assert "url=?looks=1&amp;amount=600.00" in press(booking, "600.00").content.decode()
    again = Client().get(path_of(booking), {"looks": "1", "amount": "600.00"})
    assert "url=?looks=2&amp;amount=600.00" in again.content.decode()
    assert offered(Client().get(path_of(booking), {"looks": "12", "amount": "600.00"})) == ["600.00", "2000.00"]
    Payment.objects.update(status="pending")
    there = Client().get(path_of(booking), {"looks": "2", "amount": "600.00"})
    assert (there.status_code, there["Location"]) == (303, Payment.objects.get().checkout_url)
    for other in ("2000.00", "", "x"):
        assert Client().get(path_of(booking), {"looks": "2", "amount": other}).status_code == 200


def test_a_booking_gets_ten_links_an_hour(booking: Booking) -> None:
    presses = [press(booking, ("600.00", "2000.00")[count % 2]) for count in range(11)]
    assert [page.status_code for page in presses] == [303] * 10 + [200]
    assert "Too many tries" in words(presses[-1])
    assert (Payment.objects.count(), Payment.objects.filter(status="pending").count()) == (10, 1)


@pytest.mark.slow
def test_an_address_that_presses_too_often_is_429(booking: Booking) -> None:
    pages = [press(booking, "1.00") for _ in range(61)]
    assert [page.status_code for page in pages] == [200] * 60 + [429]
    assert "Wait a minute" in words(pages[-1])
    assert get(booking).status_code == 200


@pytest.mark.parametrize("amount", ["1.00", "0", "-5", "NaN", "sNaN", "Infinity", "", "x", "1e999999", "2000.001"])
def test_an_amount_that_is_not_offered_is_asked_again(booking: Booking, amount: str) -> None:
    page = press(booking, amount)
    assert "What is to be paid has changed" in words(page)
    assert (offered(page), Payment.objects.count()) == (["600.00", "2000.00"], 0)


def test_csrf_is_checked(booking: Booking) -> None:
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post(path_of(booking), {"amount": "600.00"})
    assert (refused.status_code, Payment.objects.count()) == (403, 0)
    assert "Allow cookies for this site" in words(refused)
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', strict.get(path_of(booking)).content.decode())
    assert token is not None
    form = {"amount": "600.00", "csrfmiddlewaretoken": token[1]}
    assert strict.post(path_of(booking), form).status_code == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"paid": 2000, "status": "confirmed"}, "Nothing is owed on this booking."),
        ({"status": "cancelled", "cancel_reason": "ill"}, "This booking was cancelled"),
        ({"status": "expired"}, "The seats are no longer held"),
        ({"hold_expires_at": timezone.now() - timedelta(minutes=1)}, "The seats are no longer held"),
        ({"status": "waitlisted"}, "You are on the waiting list"),
        ({"status": "completed"}, "This can’t be paid online"),
        ({"currency": "EUR"}, "Online payments are taken in other currencies only."),
    ],
)
def test_what_cannot_be_paid_is_said_kindly(booking: Booking, fields: dict[str, Any], sentence: str) -> None:
    Booking.objects.update(**fields)
    page = get(booking)
    assert sentence in words(page)
    assert (page.status_code, offered(page)) == (200, [])
    again = press(booking, "600.00")
    assert sentence in words(again)
    assert Payment.objects.count() == 0


def test_a_payment_in_review_is_waited_for(booking: Booking) -> None:
    press(booking, "600.00")
    Payment.objects.update(status="review")
    assert "You don’t need to pay again" in words(get(booking))
    assert "You don’t need to pay again" in words(press(booking, "600.00"))


def test_after_the_hold_a_failed_attempts_link_is_not_ended_for_nothing(booking: Booking, provider: Provider) -> None:
    press(booking, "600.00")
    provider.mark(Payment.objects.get().tx_ref, "failed")
    back(Payment.objects.get())
    Booking.objects.update(hold_expires_at=timezone.now())
    page = get(booking)
    assert ("An earlier payment is being checked" in words(page), offered(page)) == (True, [])
    assert "An earlier payment is being checked" in words(press(booking, "600.00"))
    assert provider.count("cancel") == 0


def test_after_the_hold_an_open_link_is_all_that_is_offered(booking: Booking, provider: Provider) -> None:
    press(booking, "600.00")
    Booking.objects.update(hold_expires_at=timezone.now())
    assert offered(get(booking)) == ["600.00"]
    assert press(booking, "600.00")["Location"] == Payment.objects.get().checkout_url
    assert "What is to be paid has changed" in words(press(booking, "2000.00"))
    assert (provider.count("cancel"), provider.count("initialize")) == (0, 1)


def test_an_attempt_that_nobody_knows_about_comes_first(booking: Booking, provider: Provider) -> None:
    provider.tell("initialize", "html", times=1, stored=True)
    assert "An earlier payment is being checked" in words(press(booking, "600.00"))
    provider.down()
    assert "An earlier payment is being checked" in words(press(booking, "600.00"))
    assert Payment.objects.count() == 1


def test_a_payment_that_is_found_made_is_not_made_again(booking: Booking) -> None:
    press(booking, "600.00")
    SandboxCheckout.objects.update(status="success")
    assert "Your payment was made. Thank you!" in words(press(booking, "2000.00"))
    assert Payment.objects.get().status == "succeeded"


def test_a_provider_that_refuses_us_is_no_customers_business(booking: Booking, provider: Provider) -> None:
    provider.tell("initialize", "unauthorized")
    text = words(press(booking, "600.00"))
    assert "Paying online doesn’t work right now" in text
    assert "Pay at our office" in text
    assert "key" not in text.lower()


@pytest.mark.parametrize("token", ["x", "TD-AAAA2222.bad", "%00", "ሀ", "a" * 3000, "..."])
def test_a_link_that_is_none_of_ours_is_404_in_the_same_look(token: str) -> None:
    page = Client().get(f"/pay/{token}/")
    assert page.status_code in (404, 400)
    if token != "%00":
        assert "This link doesn’t work" in words(page)


def test_a_link_to_a_booking_that_is_gone_is_404(booking: Booking) -> None:
    booking.reference = "TD-GONE2222"
    assert get(booking).status_code == 404


def test_names_of_trips_are_text(booking: Booking) -> None:
    trip = booking.departure.trip
    trip.name = "<script>alert(1)</script> رحلة"
    trip.save()
    page = get(booking).content.decode()
    assert "<script" not in page
    assert '<dd dir="auto">&lt;script&gt;' in page
