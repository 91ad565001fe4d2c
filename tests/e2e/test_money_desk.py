"""Two people of the office, each in a browser of their own, and money that is to go back."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Browser, Page, expect

from bookings.models import Booking
from payments.models import Payment, Refund
from tests.e2e.browsing import log_in
from tests.e2e.conftest import Stack, every_second, wait_until
from tests.e2e.money import books, paid
from tests.e2e.smtp import Inbox
from tests.factories import make_user
from tests.provider import Provider

pytestmark = [pytest.mark.services, pytest.mark.e2e, pytest.mark.browser]
Enter = Callable[[str, str], Page]


@pytest.fixture
def enter(live_house: Stack, browser: Browser) -> Enter:
    """(name, role) → the page of somebody who has logged in."""
    every_second("payments.settle_open_payments", "notifications.send_due_messages")
    live_house.start_worker()
    live_house.start_beat()
    live_house.start_web()

    def enter(name: str, role: str) -> Page:
        make_user(username=name).groups.add(Group.objects.get(name=role))
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        log_in(page, live_house.url, name, "correct horse")
        return page

    return enter


def ask(page: Page, url: str, payment: Payment, amount: str) -> None:
    """Fill in the refund's form, without pressing its button yet."""
    page.goto(f"{url}/admin/payments/payment/{payment.pk}/change/")
    page.locator("a[href*='act/refund/']").first.click()
    page.fill("[name=amount]", amount)
    page.select_option("[name=way]", "provider")
    page.select_option("[name=price]", "stays")
    page.fill("[name=reason]", "A guest fell ill")


def press(page: Page, label: str) -> None:
    page.locator(f"main button:has-text('{label}'), #content button:has-text('{label}')").first.click(
        no_wait_after=True
    )


def test_two_clerks_refund_at_once_and_one_refund_leaves_the_house(
    live_house: Stack, provider: Provider, enter: Enter
) -> None:
    payment = paid(provider)
    sara, dawit = enter("sara", "Finance"), enter("dawit", "Finance")
    for clerk in (sara, dawit):
        ask(clerk, live_house.url, payment, "300")
    for clerk in (sara, dawit):
        press(clerk, "Refund")
    for clerk in (sara, dawit):
        clerk.wait_for_load_state("networkidle")
    told = ["is recorded" in clerk.inner_text("body") for clerk in (sara, dawit)]
    assert sorted(told) == [False, True], [clerk.inner_text("body") for clerk in (sara, dawit)]
    loser = (sara, dawit)[told.index(False)]
    # By the service, or already by the question, which no longer says what it said when it was asked.
    expect(loser.locator("body")).to_contain_text(re.compile("another refund|Something has changed"))
    wait_until(lambda: Refund.objects.get().provider_reference, "the provider's answer")
    assert provider.count("refund") == 1
    assert books() == []


def test_a_refund_above_the_limit_waits_for_somebody_else(
    live_house: Stack, provider: Provider, enter: Enter, inbox: Inbox
) -> None:
    payment = paid(provider, price=20_000)
    first, second = enter("first", "Manager"), enter("second", "Manager")
    ask(first, live_house.url, payment, "15000")
    press(first, "Refund")
    expect(first.locator("body")).to_contain_text("Another person has to approve it")
    refund = Refund.objects.get()
    address = f"{live_house.url}/admin/payments/refund/{refund.pk}/change/"
    first.goto(address)
    expect(first.locator("a:has-text('Turn down')")).to_be_visible()
    expect(first.locator("a:has-text('Approve')")).to_have_count(0)
    first.goto(f"{live_house.url}/admin/payments/refund/act/approve/?ids={refund.pk}")
    expect(first.locator("button:has-text('Approve')")).to_have_count(0)
    first.evaluate("document.querySelector('#content form[data-keyboard], main form[data-keyboard]').submit()")
    expect(first.locator("body")).to_contain_text("somebody else has to approve it")
    assert (Refund.objects.get().status, provider.count("refund")) == ("requested", 0)
    second.goto(address)
    second.click("a:has-text('Approve')")
    press(second, "Approve")
    expect(second.locator("body")).to_contain_text("is approved")
    wait_until(lambda: Refund.objects.get().provider_reference, "the provider's answer")
    refund.refresh_from_db()
    provider.set_refund(refund.provider_reference, "refunded")
    Refund.objects.update(next_check_at=refund.created_at)
    wait_until(lambda: Refund.objects.get().status == "succeeded", "the money")
    booking = Booking.objects.get()
    assert (provider.count("refund"), booking.paid, booking.status) == (1, Decimal(5000), "confirmed")
    wait_until(lambda: [m for m in inbox.mails if m["Subject"].startswith("Refund")], "the mail")
    assert books() == []
