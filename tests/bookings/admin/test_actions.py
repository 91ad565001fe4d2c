"""The buttons: who may press them, what they say, and what a second press does."""

import html
import re
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.desk.actions import actions_of
from bookings.models import Booking, BookingEvent, Departure
from bookings.timeline import sentence
from config.roles import ROLES
from notifications.models import Message
from tests.desk import act_url, booked, departure_in, desk, paid_up, press, said
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Status = Booking.Status


def statuses(*bookings: Booking) -> list[str]:
    return [Booking.objects.get(pk=booking.pk).status for booking in bookings]


def test_each_role_is_refused_the_actions_that_it_lacks_the_permission_for() -> None:
    call_command("setup", verbosity=0)
    booking, departure = booked(), departure_in(10)
    for role, permissions in ROLES.items():
        user = make_user()
        user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        for row in (booking, departure):
            for action in actions_of(type(row)):
                if action.permission not in permissions:
                    assert press(client, action.name, row).status_code == 403, (role, action.name)
                    assert client.get(act_url(action.name, row), {"ids": row.pk}).status_code == 403, action.name
    assert statuses(booking) == [Status.PENDING]
    assert Departure.objects.get(pk=departure.pk).status == Departure.Status.OPEN


def test_the_question_changes_nothing_and_says_who_is_mailed() -> None:
    booking = paid_up(booked())
    response = desk("bookings.confirm_booking").get(act_url("confirm", booking), {"ids": booking.pk})
    assert response.status_code == 200
    assert "The customer gets the mail “Seats confirmed”." in response.content.decode()
    assert statuses(booking) == [Status.PENDING]


def test_confirm_needs_the_deposit_without_the_permission_for_unpaid() -> None:
    booking = booked()
    response = press(desk("bookings.confirm_booking"), "confirm", booking, unpaid_reason="Please")
    assert said(response) == [f"{booking.reference} lacks ETB 600.00 of its deposit."]
    assert statuses(booking) == [Status.PENDING]


def test_confirm_unpaid_asks_for_the_reason_beside_its_field() -> None:
    booking = booked()
    client = desk("bookings.confirm_booking", "bookings.confirm_unpaid_booking")
    response = press(client, "confirm", booking)
    assert response.context["form"].errors == {
        "unpaid_reason": [f"{booking.reference} lacks ETB 600.00 of its deposit."]
    }
    press(client, "confirm", booking, unpaid_reason="Embassy group")
    assert statuses(booking) == [Status.CONFIRMED]
    assert sentence(booking.events.get(kind="confirmed")) == "Without full deposit: Embassy group"


def test_the_second_of_two_clerks_is_told() -> None:
    booking = paid_up(booked())
    first, second = desk("bookings.confirm_booking"), desk("bookings.confirm_booking")
    assert said(press(first, "confirm", booking)) == [f"{booking.reference} is confirmed."]
    assert said(press(second, "confirm", booking)) == [f"{booking.reference} is confirmed already."]
    assert Message.objects.filter(topic=booking.topic, kind="booking_confirmed").count() == 1
    assert booking.events.filter(to_status=Status.CONFIRMED).count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_the_same_moment_confirm_once() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the database in memory has one connection")
    booking = paid_up(booked())
    clients = [desk("bookings.confirm_booking"), desk("bookings.confirm_booking")]
    together, answers = Barrier(2), []

    def confirm(client: Client) -> None:
        together.wait()
        answers.extend(said(press(client, "confirm", booking)))
        connections.close_all()

    threads = [Thread(target=confirm, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [f"{booking.reference} is confirmed already.", f"{booking.reference} is confirmed."]
    assert BookingEvent.objects.filter(booking=booking, to_status=Status.CONFIRMED).count() == 1


def test_cancel_needs_a_reason_and_tells_done_from_refused() -> None:
    live, gone = booked(), booked()
    client = desk("bookings.cancel_booking")
    assert press(client, "cancel", live, reason=" ").context["form"].errors == {"reason": ["This field is required."]}
    press(client, "cancel", gone, reason="Fell ill")
    response = press(client, "cancel", live, gone, reason="Road closed")
    assert said(response)[-2:] == [f"{live.reference} is cancelled.", f"{gone.reference} is cancelled already."]
    assert statuses(live, gone) == [Status.CANCELLED, Status.CANCELLED]


def test_many_refusals_are_listed_up_to_ten_and_counted() -> None:
    bookings = [booked(departure_in(10, capacity=50)) for _ in range(12)]
    response = press(desk("bookings.confirm_booking"), "confirm", *bookings)
    [text] = said(response)
    assert text.startswith("12 were left alone:")
    assert text.count("<li>") == 11
    assert "<li>and 2 more</li>" in text


def test_bulk_confirm_takes_as_many_statements_for_thirty_as_for_three() -> None:
    client = desk("bookings.confirm_booking")
    counts = []
    for number in (3, 30):
        departure = departure_in(10, capacity=100)
        bookings = [paid_up(booked(departure)) for _ in range(number)]
        with CaptureQueriesContext(connection) as queries:
            response = press(client, "confirm", *bookings)
        assert said(response)[-1] == f"{number} bookings are confirmed."
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_s_action_asks_about_all_that_match_but_not_about_more_than_a_thousand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    departure = departure_in(10, capacity=20)
    bookings = [booked(departure) for _ in range(4)]
    client, url = desk("bookings.cancel_booking"), reverse("admin:bookings_booking_changelist")
    ticked = {"action": "cancel", "_selected_action": [bookings[0].pk], "select_across": "1", "index": "0"}
    response = client.post(url, ticked)
    assert response.context["title"] == "Cancel 4 bookings?"
    assert statuses(*bookings) == [Status.PENDING] * 4
    monkeypatch.setattr("bookings.desk.actions.LIMIT", 3)
    text = "That is more than 3 rows at once. Narrow the list with a search or a filter first."
    assert said(client.post(url, ticked)) == [text]


def test_a_move_to_a_full_departure_is_refused_beside_the_field_with_the_seats_left() -> None:
    booking, full = booked(party_size=3), departure_in(12, capacity=2)
    client = desk("bookings.reschedule_booking")
    response = press(client, "reschedule", booking, departure=full.pk)
    assert response.context["form"].errors == {"departure": ["Only 2 seats left on this departure."]}
    assert f'value="{full.pk}" selected' in response.content.decode()
    free = departure_in(12, currency=booking.currency)
    assert said(press(client, "reschedule", booking, departure=free.pk)) == [f"{booking.reference} is moved."]
    assert Booking.objects.get(pk=booking.pk).departure_id == free.pk


def test_the_picker_offers_where_the_party_fits_first_and_not_its_own_departure() -> None:
    booking = booked(party_size=3)
    small, roomy = departure_in(11, capacity=2), departure_in(12, capacity=9)
    client = desk("bookings.reschedule_booking")
    page = client.get(act_url("reschedule", booking), {"ids": booking.pk}).content.decode()
    [url] = re.findall(r'data-ajax--url="([^"]+)"', page)
    where = "&app_label=bookings&model_name=booking&field_name=departure"
    choices = client.get(html.unescape(url) + where).json()["results"]
    assert [choice["id"] for choice in choices] == [str(roomy.pk), str(small.pk)]


def test_bring_back_names_the_mail_that_it_sends() -> None:
    for booking, label in ((booked(), "Booking confirmation"), (paid_up(booked()), "Seats confirmed")):
        Booking.objects.filter(pk=booking.pk).update(status=Status.EXPIRED)
        response = desk("bookings.reinstate_booking").get(act_url("bring-back", booking), {"ids": booking.pk})
        assert response.context["effects"][1:] == [f"The customer gets the mail “{label}”."]


def test_party_size_no_show_bring_back_and_promote_call_their_services() -> None:
    client = desk(
        *(f"bookings.{act}_booking" for act in ("reschedule", "mark_no_show", "reinstate", "promote", "cancel"))
    )
    booking = booked()
    press(client, "party", booking, party_size=4)
    assert Booking.objects.get(pk=booking.pk).party_size == 4
    press(client, "cancel", booking, reason="Ill")
    press(client, "bring-back", booking)
    assert statuses(booking) == [Status.PENDING]
    waiting = booked(waitlist=True)
    press(client, "promote", waiting)
    assert statuses(waiting) == [Status.PENDING]
    left = booked(departure_in(-0.1))
    Booking.objects.filter(pk=left.pk).update(status=Status.CONFIRMED)
    press(client, "no-show", left)
    assert statuses(left) == [Status.NO_SHOW]
    press(client, "was-there", left)
    assert statuses(left) == [Status.CONFIRMED]


def test_only_the_buttons_that_state_and_person_allow_are_shown() -> None:
    booking = booked()
    url = reverse("admin:bookings_booking_change", args=[booking.pk])
    clerk = desk("bookings.confirm_booking", "bookings.cancel_booking", "bookings.mark_no_show_booking")

    def shown(client: Client) -> list[str]:
        return [button["action"].name for button in client.get(url).context["buttons"]]

    assert shown(desk()) == []
    assert shown(clerk) == ["cancel"]
    paid_up(booking)
    assert shown(clerk) == ["confirm", "cancel"]


def test_actions_go_back_to_where_they_came_from_but_not_to_another_host() -> None:
    booking, client = paid_up(booked()), desk("bookings.confirm_booking", "bookings.cancel_booking")
    here = reverse("admin:bookings_booking_changelist") + "?status__exact=pending"
    assert press(client, "confirm", booking, next=here).headers["Location"] == here
    page = reverse("admin:bookings_booking_change", args=[booking.pk])
    assert press(client, "cancel", booking, reason="x", next="https://evil.example/").headers["Location"] == page


def test_a_departure_is_closed_opened_and_cancelled_with_its_bookings() -> None:
    departure = departure_in(10)
    booking, client = booked(departure), desk("bookings.change_departure_status")
    assert said(press(client, "close", departure)) == [f"{departure.code} is closed."]
    press(client, "open", departure)
    assert said(press(client, "cancel", departure, reason="Road closed"))[-1] == (
        f"{departure.code} is cancelled. 1 booking was cancelled with it."
    )
    assert statuses(booking) == [Status.CANCELLED]
    assert said(press(client, "cancel", departure, reason="Road closed"))[-1] == (
        f"{departure.code} is cancelled and can't be cancelled."
    )


def test_an_action_on_rows_that_are_gone_or_none_is_no_error_page() -> None:
    booking, client = booked(), desk("bookings.cancel_booking")
    assert client.get(act_url("cancel", booking), {"ids": "999999"}).status_code == 404
    assert client.get(act_url("cancel", booking), {"ids": "x,²"}).status_code == 302
    assert client.get(reverse("admin:bookings_booking_act", args=["nonsense"])).status_code == 404
