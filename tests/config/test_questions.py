"""What a question named is what is done: rows that come, and facts that change, between the question and its answer."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from bookings.admin.mail import pages
from bookings.desk.action_page import CHANGED
from bookings.models import Booking, Customer, Departure
from notifications.models import Message
from tests.desk import act_url, booked, departure_in, desk, said
from tests.factories import make_customer, make_message, make_user

pytestmark = pytest.mark.django_db
OUTBOX = "/admin/notifications/message/"


class Form(HTMLParser):
    """What a browser sends of the page's last form: its hidden fields."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.feed(response.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.fields = {}
        if tag == "input" and found.get("type") == "hidden" and found.get("name"):
            self.fields.setdefault(str(found["name"]), []).append(found.get("value") or "")


def client_of(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions))
    return client


@pytest.fixture
def ops() -> Client:
    names = ("view_message", "withdraw_message", "retry_message")
    return client_of(*(f"notifications.{name}" for name in names))


@pytest.mark.parametrize("across", ["0", "1"])
@pytest.mark.parametrize(
    ("action", "before", "after"),
    [("withdraw_selected", "queued", "withdrawn"), ("retry_selected", "failed", "queued")],
)
def test_the_outbox_does_it_to_the_messages_that_its_question_named(
    ops: Client, action: str, before: str, after: str, across: str
) -> None:
    named = [make_message(status=before) for _ in range(3)]
    ticked = {"action": action, "_selected_action": [row.pk for row in named], "select_across": across}
    asked = ops.post(f"{OUTBOX}?status__exact={before}", ticked)
    assert "3 messages" in asked.context["question"]
    come_since = [make_message(status=before) for _ in range(4)]
    ops.post(f"{OUTBOX}?status__exact={before}", Form(asked).fields | {"reason": "Strike"})
    rows = Message.objects.in_bulk()
    assert [rows[row.pk].status for row in named] == [after] * 3
    assert [rows[row.pk].status for row in come_since] == [before] * 4


def test_the_outbox_says_what_changed_meanwhile_and_looks_through_no_filter_again(ops: Client) -> None:
    """The first one is sent meanwhile: it no longer fits the filter under which it was ticked."""
    named = [make_message() for _ in range(3)]
    ticked = {"action": "withdraw_selected", "_selected_action": [row.pk for row in named], "select_across": "1"}
    asked = ops.post(f"{OUTBOX}?status__exact=queued", ticked)
    Message.objects.filter(pk=named[0].pk).update(status="sent", sent_at="2026-11-23T09:00Z", text="x")
    done = ops.post(f"{OUTBOX}?status__exact=queued", Form(asked).fields | {"reason": "Strike"})
    assert said(done) == ["2 messages withdrawn. 1 was left alone: sent or withdrawn before."]


def test_the_outbox_asks_about_no_more_than_it_can_name(ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST", 2)
    rows = [make_message() for _ in range(3)]
    ticked = {"action": "withdraw_selected", "_selected_action": [rows[0].pk], "select_across": "1"}
    text = "That is more than 2 messages at once. Narrow the list with a search or a filter first."
    assert said(ops.post(OUTBOX, ticked)) == [text]
    assert not Message.objects.filter(status="withdrawn").exists()


@pytest.mark.parametrize("named", ["abc", "1;2", "9" * 30, "-1", "٣", ","])
def test_a_hand_made_list_of_names_withdraws_nothing(ops: Client, named: str) -> None:
    row = make_message()
    form = {"action": "withdraw_selected", "_selected_action": [row.pk], "confirmed": "yes", "reason": "x"}
    assert ops.post(OUTBOX, form | {"named": named}).status_code == 302
    assert Message.objects.get().status == "queued"


def test_a_departure_is_not_cancelled_with_bookings_that_the_question_did_not_name() -> None:
    departure = departure_in(10)
    booked(departure)
    clerk = desk("bookings.change_departure_status")
    asked = clerk.get(act_url("cancel", departure), {"ids": departure.pk})
    assert "1 live booking for 2 people will be cancelled." in asked.context["effects"]
    booked(departure)
    again = clerk.post(act_url("cancel", departure), Form(asked).fields | {"reason": "Rain"})
    assert (again.status_code, [str(m) for m in again.context["messages"]]) == (200, [CHANGED])
    assert "2 live bookings for 4 people will be cancelled." in again.context["effects"]
    assert again.context["form"]["reason"].value() == "Rain"
    assert set(Booking.objects.values_list("status", flat=True)) == {"pending"}
    done = clerk.post(act_url("cancel", departure), Form(again).fields | {"reason": "Rain"})
    assert (done.status_code, set(Booking.objects.values_list("status", flat=True))) == (302, {"cancelled"})
    assert Departure.objects.get().status == "cancelled"


def test_a_row_that_the_question_left_alone_stays_alone_when_it_becomes_fit() -> None:
    first, second = booked(), booked()
    Booking.objects.filter(pk=second.pk).update(status="completed")
    clerk = desk("bookings.cancel_booking")
    asked = clerk.get(act_url("cancel", first), {"ids": f"{first.pk},{second.pk}"})
    assert asked.context["left_alone"] == 1
    Booking.objects.filter(pk=second.pk).update(status="confirmed")
    again = clerk.post(act_url("cancel", first), Form(asked).fields | {"reason": "Ill"})
    assert [str(m) for m in again.context["messages"]] == [CHANGED]
    assert not Booking.objects.filter(status="cancelled").exists()


def test_an_address_that_a_question_named_is_asked_about_again_when_it_was_corrected() -> None:
    booking = booked()
    clerk = desk("notifications.resend_message")
    asked = clerk.get(act_url("resend", booking), {"ids": booking.pk})
    Customer.objects.filter(pk=booking.customer_id).update(email="right@example.com")
    again = clerk.post(act_url("resend", booking), Form(asked).fields | {"kind": "current"})
    assert "It goes to right@example.com." in again.context["effects"]


def test_what_has_not_changed_is_done_at_once_and_a_second_click_is_told_so() -> None:
    booking = booked()
    clerk = desk("bookings.cancel_booking")
    form = Form(clerk.get(act_url("cancel", booking), {"ids": booking.pk})).fields | {"reason": "Ill"}
    assert clerk.post(act_url("cancel", booking), form).status_code == 302
    second = clerk.post(act_url("cancel", booking), form)
    assert said(second)[-1] == f"{booking.reference} is cancelled already."


def test_a_deletion_takes_the_rows_that_its_question_listed() -> None:
    named = [make_customer(name=f"Almaz {number}") for number in range(3)]
    client = client_of("bookings.view_customer", "bookings.delete_customer")
    url = reverse("admin:bookings_customer_changelist")
    ticked = {"action": "delete_selected", "_selected_action": [named[0].pk], "select_across": "1"}
    asked = client.post(url, ticked)
    since = make_customer(name="Almaz 4")
    client.post(url, Form(asked).fields)
    assert list(Customer.objects.all()) == [since]


FILE = "Trip,Trip name,Date,Start time,Capacity,Price,Currency\nLAL-A,Lalibela,2027-12-01,07:30,15,1500,ETB\n"


def test_an_import_that_would_do_something_else_than_it_said_is_shown_again(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    names = ("view_departure", "import_booking")
    client = client_of(*(f"bookings.{name}" for name in names))
    url = "/admin/bookings/departure/"
    asked = client.post(f"{url}import/", {"import_file": SimpleUploadedFile("d.csv", FILE.encode()), "resource": "0"})
    assert asked.context["result"].report.created == 1
    other = FILE.replace(",15,", ",20,").encode()
    elsewhere = client.post(f"{url}import/", {"import_file": SimpleUploadedFile("o.csv", other), "resource": "0"})
    assert client.post(f"{url}process_import/", Form(elsewhere).fields).status_code == 302
    again = client.post(f"{url}process_import/", Form(asked).fields)
    [text] = [str(message) for message in again.context["messages"] if "Nothing was imported" in str(message)]
    assert "have changed since you were asked" in text
    assert (again.context["result"].report.created, again.context["result"].report.updated) == (0, 1)
    assert Departure.objects.get().capacity == 20
    assert client.post(f"{url}process_import/", Form(again).fields).status_code == 302
    assert Departure.objects.get().capacity == 15
