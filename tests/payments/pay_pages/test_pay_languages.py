"""The customers' pages speak their language, whole sentences of it; the staff's are English for everybody."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from bookings.actors import SYSTEM
from bookings.links import pay_url
from bookings.models import Booking
from payments.models import Payment
from payments.services.checkout.start import start_payment
from tests.factories import make_booking, make_customer, make_trip, make_user
from tests.rest import leaving

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "am" / "LC_MESSAGES"
TEMPLATE = (settings.BASE_DIR / "templates" / "pay" / "_closed.html").read_text(encoding="utf-8")
CLOSED = sorted(set(re.findall(r'closed == "(\w+)"', TEMPLATE)))
LATIN = re.compile(r"[A-Za-z]{3,}")


@pytest.fixture
def booking(db: None) -> Booking:
    trip = make_trip(name="ላሊበላ", time_zone="Africa/Addis_Ababa")
    customer = make_customer(name="አልማዝ", language="am")
    return make_booking(departure=leaving(trip=trip), now=timezone.now(), customer=customer)


def english_in(response: Any, booking: Booking) -> list[str]:
    """Words in Latin letters that are no names; what the house writes about paying is in its own language."""
    page = re.sub(r"<details.*?</details>", "", response.content.decode(), flags=re.DOTALL)
    body = re.search("<main>(.*)</main>", page, re.DOTALL)
    assert body is not None
    text = re.sub("<[^>]+>", " ", body[1])
    names = (settings.COMPANY_NAME, settings.SUPPORT_EMAIL, booking.reference, booking.currency, "Addis Ababa", "CHAPA")
    for name in names:
        text = text.replace(name, "")
    return LATIN.findall(text)


def path_of(booking: Booking) -> str:
    return pay_url(booking).removeprefix("http://127.0.0.1:8000")


def test_the_page_that_asks_is_in_the_customer_s_language(booking: Booking) -> None:
    page = Client().get(path_of(booking))
    assert '<html lang="am">' in page.content.decode()
    assert "ወደ ክፍያ ይቀጥሉ" in page.content.decode()
    assert f"{booking.currency} 2,000.00" in page.content.decode()
    assert english_in(page, booking) == []


@pytest.mark.parametrize("status", ["created", "review", "failed", "succeeded"])
def test_so_is_what_came_of_it(booking: Booking, status: str) -> None:
    payment = start_payment(booking_id=booking.pk, actor=SYSTEM, now=timezone.now())
    Payment.objects.update(status=status, next_check_at=None, checked_at=timezone.now())
    page = Client().get(f"/pay/return/{payment.tx_ref}/")
    assert '<html lang="am">' in page.content.decode()
    assert english_in(page, booking) == []


def test_and_the_one_for_a_visitor_in_english_stays_english(booking: Booking) -> None:
    booking.customer.language = "en"
    booking.customer.save()
    page = Client(headers={"accept-language": "am"}).get(path_of(booking)).content.decode()
    assert '<html lang="en">' in page
    assert "Continue to payment" in page


@pytest.mark.parametrize("closed", [*CLOSED, "anything_else"])
def test_every_reason_why_nothing_can_be_paid_has_its_words(closed: str) -> None:
    with translation.override("am"):
        text = re.sub("<[^>]+>", " ", render_to_string("pay/_closed.html", {"closed": closed}))
    assert (LATIN.findall(text), bool(text.strip())) == ([], True)


def test_the_compiled_catalogue_is_that_of_the_words() -> None:
    written = read_po(BytesIO((CATALOGUE / "django.po").read_bytes()))
    compiled = read_mo(BytesIO((CATALOGUE / "django.mo").read_bytes()))
    assert words_of(written) == words_of(compiled)
    assert [str(message.id) for message in written if message.id and (message.fuzzy or not message.string)] == []


def words_of(catalogue: Any) -> set[tuple[str, ...]]:
    """Plural forms come as tuples or lists."""
    pairs = [(message.id, message.string) for message in catalogue if message.id]
    return {tuple(pair if isinstance(pair, str) else " | ".join(pair) for pair in both) for both in pairs}


def test_staff_pages_are_english_whatever_the_browser_asks_for(db: None) -> None:
    client = Client(headers={"accept-language": "am, de;q=0.8"})
    client.force_login(make_user(is_superuser=True))
    page = client.get("/admin/").content.decode()
    assert '<html lang="en"' in page
    assert "Log out" in page
