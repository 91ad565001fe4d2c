"""Two people and one row, and a session that ends in the middle, in a real browser and with real locks."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page
from unfold.admin import ModelAdmin  # noqa: TID251 (the guard is taken off)

from bookings.desk.edits.together import EditedTogether
from bookings.models import Booking, Customer, Traveller
from notifications.models import MessageTemplate, ReminderRule
from tests.desk import booked
from tests.e2e.browsing import log_in
from tests.e2e.conftest import Stack, database_environment, wait_until
from tests.factories import make_customer, make_user
from tests.pages import opened

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def waiting(number: int) -> Callable[[], bool]:
    def look() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            return bool(cursor.fetchone()[0] >= number)

    return look


def saved_at_once(customer: Customer, forms: list[dict[str, Any]], clients: list[Client]) -> list[int]:
    """The answers to two saves that both stand before the row while somebody else holds it."""
    url, answers = reverse("admin:bookings_customer_change", args=[customer.pk]), []

    def save(client: Client, form: dict[str, Any]) -> None:
        try:
            answers.append(client.post(url, form).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=pair) for pair in zip(clients, forms, strict=True)]
    with closing(psycopg.connect(database_environment()["DATABASE_URL"])) as holder:
        holder.execute("SELECT 1 FROM bookings_customer WHERE id = %s FOR UPDATE", [customer.pk])
        for thread in threads:
            thread.start()
        wait_until(waiting(2), "both saves", 60)
        holder.rollback()
    for thread in threads:
        thread.join(60)
    return sorted(answers)


def two_forms(customer: Customer) -> tuple[list[dict[str, Any]], list[Client]]:
    url, clients, forms = reverse("admin:bookings_customer_change", args=[customer.pk]), [], []
    for name in ("sara", "abel"):
        client = Client()
        client.force_login(make_user(username=name, is_superuser=True))
        forms.append(opened(client, url) | {"email": f"{name}@mail.example.org"})
        clients.append(client)
    return forms, clients


@pytest.mark.services
@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_one_moment_the_second_asks() -> None:
    customer = make_customer(email="old@mail.example.org")
    assert saved_at_once(customer, *two_forms(customer)) == [200, 302]


@pytest.mark.services
@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_second_overwrites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EditedTogether, "get_object", ModelAdmin.get_object)
    customer = make_customer(email="old@mail.example.org")
    assert saved_at_once(customer, *two_forms(customer)) == [302, 302]


@pytest.fixture
def desk_url(stack: Stack) -> str:
    for name in ("sara", "abel"):
        make_user(username=name, first_name=name.title(), last_name="", is_superuser=True)
    return stack.start_web()


def page_of(row: Any) -> str:
    names = row._meta.app_label, row._meta.model_name  # noqa: SLF001
    return reverse("admin:{}_{}_change".format(*names), args=[row.pk])


@pytest.fixture
def pages(browser: Browser, desk_url: str) -> Iterator[list[Page]]:
    """Sara's and Abel's, logged in."""
    found = []
    for name in ("sara", "abel"):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(45_000)
        log_in(page, desk_url, name, "correct horse")
        found.append(page)
    yield found
    for page in found:
        page.context.close()


@pytest.mark.services
@pytest.mark.e2e
@pytest.mark.browser
def test_the_second_of_two_is_asked_and_one_click_takes_either(pages: list[Page], desk_url: str) -> None:
    customer = make_customer(name="Hanna", email="old@mail.example.org")
    sara, abel = pages
    for page in pages:
        page.goto(desk_url + page_of(customer))
    sara.fill("[name=email]", "sara@mail.example.org")
    sara.click("[name=_continue]")
    sara.wait_for_selector("text=changed successfully")
    abel.fill("[name=email]", "abel@mail.example.org")
    abel.fill("[name=notes]", "VIP")
    abel.click("[name=_save]")
    abel.wait_for_selector("text=Sara changed it from “old@mail.example.org” to “sara@mail.example.org” at")
    assert abel.input_value("[name=email]") == "abel@mail.example.org"
    assert list(Customer.objects.values_list("email", "notes")) == [("sara@mail.example.org", "")]
    abel.click("text=Take theirs")
    abel.click("text=Save with these choices")
    abel.wait_for_selector("text=changed successfully")
    assert list(Customer.objects.values_list("email", "notes")) == [("sara@mail.example.org", "VIP")]


def one_of_each() -> list[tuple[Any, tuple[str, str, str], tuple[str, str]]]:
    """A row, a field that both change (its name, Sara's value, Abel's), and one that only Abel changes."""
    booking = booked(party_size=2)
    Traveller.objects.create(booking=booking, name="Hana")
    text, _new = MessageTemplate.objects.get_or_create(kind="booking_expired", language="en")
    rule, _new = ReminderRule.objects.get_or_create(kind="departure_reminder", hours_before=72)
    return [
        (booking, ("notes", "By the window", "By the door"), ("travellers-0-name", "Bruk")),
        (booking.departure, ("capacity", "31", "32"), ("price", "1600.00")),
        (booking.customer, ("email", "sara@mail.example.org", "abel@mail.example.org"), ("notes", "VIP")),
        (booking.departure.trip, ("name", "Sara's walk", "Abel's walk"), ("destination", "Lalibela")),
        (text, ("subject", "Sara's subject", "Abel's subject"), ("body", "Abel's words")),
        (rule, ("hours_before", "60", "61"), ("is_active", "")),
    ]


@pytest.mark.services
@pytest.mark.e2e
@pytest.mark.browser
@pytest.mark.parametrize("place", range(6), ids=["booking", "departure", "customer", "trip", "mail text", "rule"])
def test_whatever_two_people_edit_nobody_s_change_is_lost(pages: list[Page], desk_url: str, place: int) -> None:
    row, (field, hers, his), (other, only_his) = one_of_each()[place]
    sara, abel = pages
    for page in pages:
        page.goto(desk_url + page_of(row))
    sara.fill(f"[name={field}]", hers)
    sara.click("[name=_continue]")
    sara.wait_for_selector("text=changed successfully")
    abel.fill(f"[name={field}]", his)
    if only_his:
        abel.fill(f"[name={other}]", only_his)
    else:
        abel.uncheck(f"[name={other}]")
    abel.click("[name=_continue]")
    abel.wait_for_selector("text=Sara changed it from")
    assert abel.input_value(f"[name={field}]") == his
    row.refresh_from_db()
    assert f"{getattr(row, field)}" == hers
    abel.click("text=Take theirs")
    abel.click("text=Save with these choices")
    abel.wait_for_selector("text=changed successfully")
    row.refresh_from_db()
    kept = row.travellers.get().name if place == 0 else getattr(row, other)
    assert (f"{getattr(row, field)}", f"{kept or ''}") == (hers, only_his)


def party() -> Booking:
    booking = booked(party_size=3)
    Traveller.objects.create(booking=booking, name="Abel")
    return booking


def type_in(page: Page) -> None:
    page.fill("[name=notes]", "Late arrival")
    page.fill("[name=travellers-0-name]", "Abel Girma")
    page.click("text=Add another Traveller")
    page.fill("[name=travellers-1-name]", "Bruk")
    page.select_option("[name=travellers-1-category]", "child")


@pytest.mark.services
@pytest.mark.e2e
@pytest.mark.browser
def test_what_was_typed_is_back_after_the_log_in_and_is_saved_once(pages: list[Page], desk_url: str) -> None:
    booking, page = party(), pages[0]
    page.goto(desk_url + page_of(booking))
    type_in(page)
    Session.objects.all().delete()
    page.click("[name=_continue]")
    page.fill("[name=username]", "sara")
    page.fill("[name=password]", "correct horse")
    page.press("[name=password]", "Enter")
    page.wait_for_selector("text=We kept what you typed")
    assert page.input_value("[name=travellers-1-name]") == "Bruk"
    assert list(booking.travellers.values_list("name", flat=True)) == ["Abel"]
    page.click("[name=_continue]")
    page.wait_for_selector("text=changed successfully")
    booking.refresh_from_db()
    assert booking.notes == "Late arrival"
    assert list(booking.travellers.order_by("pk").values_list("name", "category")) == [
        ("Abel Girma", "adult"),
        ("Bruk", "child"),
    ]
    assert page.locator("text=We kept what you typed").count() == 0
    assert page.evaluate("sessionStorage.getItem('tourdesk-kept')") is None


@pytest.mark.services
@pytest.mark.e2e
@pytest.mark.browser
def test_another_person_who_logs_in_sees_nothing_of_it(pages: list[Page], desk_url: str) -> None:
    booking, page = party(), pages[0]
    page.goto(desk_url + page_of(booking))
    type_in(page)
    Session.objects.all().delete()
    page.click("[name=_continue]")
    page.fill("[name=username]", "abel")
    page.fill("[name=password]", "correct horse")
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{page_of(booking)}")
    page.wait_for_load_state("load")
    page.wait_for_function("sessionStorage.getItem('tourdesk-kept') === null")
    assert page.input_value("[name=travellers-0-name]") == "Abel"


@pytest.mark.services
@pytest.mark.e2e
@pytest.mark.browser
def test_a_log_in_in_another_window_costs_nothing_that_was_typed(pages: list[Page], desk_url: str) -> None:
    booking, page = party(), pages[0]
    page.goto(desk_url + page_of(booking))
    type_in(page)
    other = page.context.new_page()
    other.context.clear_cookies()
    log_in(other, desk_url, "sara", "correct horse")
    page.click("[name=_continue]")
    page.click("[data-not-saved]")
    page.wait_for_selector("text=We kept what you typed")
    page.click("[name=_continue]")
    page.wait_for_selector("text=changed successfully")
    assert list(booking.travellers.order_by("pk").values_list("name", flat=True)) == ["Abel Girma", "Bruk"]


@pytest.mark.services
@pytest.mark.e2e
@pytest.mark.browser
def test_a_double_click_makes_one_customer(pages: list[Page], desk_url: str) -> None:
    page = pages[0]
    page.goto(f"{desk_url}{reverse('admin:bookings_customer_add')}")
    page.fill("[name=name]", "Hanna")
    page.dblclick("[name=_save]")
    page.wait_for_selector("text=added successfully")
    assert list(Customer.objects.values_list("name", flat=True)) == ["Hanna"]
