"""The day to pay by: changed with a reason to see on the timeline, and found when it is over where the trip is."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actors import Actor
from bookings.models import Booking
from bookings.services.due_dates import change_due_date, overdue
from bookings.timeline import sentence
from notifications.models import Message
from notifications.refusals import Refused
from tests.desk import act_url, booked, departure_in, desk, press, said
from tests.factories import NOW, make_booking, make_departure, make_message, make_trip

pytestmark = pytest.mark.django_db
ALLOWED = "bookings.change_due_date_booking"
BOOKINGS = "/admin/bookings/booking/"


def due(booking: Booking, day: date) -> Booking:
    Booking.objects.filter(pk=booking.pk).update(balance_due_on=day)
    booking.refresh_from_db()
    return booking


def test_the_new_day_stands_on_the_timeline_and_waiting_reminders_go() -> None:
    booking = due(booked(), date(2026, 1, 5))
    reminder = make_message(kind="payment_reminder", topic=booking.topic, status=Message.Status.QUEUED)
    day = timezone.localdate() + timedelta(days=3)
    response = press(desk(ALLOWED), "due-date", booking, due_on=day.isoformat())
    assert said(response) == [f"{booking.reference} has its new due date."]
    booking.refresh_from_db()
    assert booking.balance_due_on == day
    event = booking.events.get(kind="due_date_changed")
    assert sentence(event) == f"All to be paid by {day:%a %-d %b %Y}, before it was Mon 5 Jan 2026"
    reminder.refresh_from_db()
    assert reminder.status == Message.Status.WITHDRAWN


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-1, "That day is over. Choose today or a later one."),
        (11, "Choose a day up to the departure: all is to be paid before it leaves."),
    ],
)
def test_a_day_that_makes_no_sense_is_refused_beside_the_field(days: int, words: str) -> None:
    booking = booked()
    day = timezone.localdate() + timedelta(days=days)
    response = press(desk(ALLOWED), "due-date", booking, due_on=day.isoformat())
    assert response.context["form"].errors == {"due_on": [words]}
    assert not booking.events.filter(kind="due_date_changed").exists()


def test_the_same_day_again_changes_nothing() -> None:
    booking = make_booking()
    day = NOW.date() + timedelta(days=1)
    change_due_date(booking_id=booking.pk, due_on=day, actor=Actor("Test"), now=NOW)
    with pytest.raises(Refused, match="by that day already"):
        change_due_date(booking_id=booking.pk, due_on=day, actor=Actor("Test"), now=NOW)
    assert booking.events.filter(kind="due_date_changed").count() == 1


def test_a_cancelled_booking_has_no_day_to_pay() -> None:
    booking = make_booking()
    Booking.objects.filter(pk=booking.pk).update(status="cancelled", cancel_reason="Ill")
    with pytest.raises(Refused, match="is cancelled and can't be given another day to pay"):
        change_due_date(booking_id=booking.pk, due_on=NOW.date(), actor=Actor("Test"), now=NOW)


def test_the_act_needs_its_permission_and_says_what_is_owed() -> None:
    booking = booked()
    assert press(desk("bookings.change_booking"), "due-date", booking, due_on="2030-01-01").status_code == 403
    page = desk(ALLOWED).get(act_url("due-date", booking), {"ids": booking.pk}).content.decode()
    assert "ETB 2,000.00 are still to pay." in page


def test_overdue_is_what_the_booking_itself_says_in_each_time_zone() -> None:
    late = datetime(2026, 11, 23, 23, 0, tzinfo=ZoneInfo("UTC"))  # the 24th in Addis Ababa and Tokyo
    bookings = [
        due(make_booking(departure=make_departure(trip=make_trip(time_zone=zone))), date(2026, 11, day))
        for zone in ("Africa/Addis_Ababa", "America/Lima", "Asia/Tokyo")
        for day in (22, 23, 24)
    ]
    paid, gone = bookings[0], bookings[1]
    Booking.objects.filter(pk=paid.pk).update(paid=paid.total)
    Booking.objects.filter(pk=gone.pk).update(status="expired")
    expected = {b.pk for b in Booking.objects.select_related("departure__trip") if b.is_overdue(late)}
    with CaptureQueriesContext(connection) as queries:
        assert set(overdue(Booking.objects.all(), late).values_list("pk", flat=True)) == expected
    assert len(queries) == 2
    assert expected == {bookings[index].pk for index in (3, 6, 7)}


def test_the_list_and_the_page_show_what_is_overdue() -> None:
    today = timezone.localdate()
    over, fine = due(booked(), today - timedelta(days=1)), due(booked(), today + timedelta(days=1))
    client = desk()
    page = client.get(BOOKINGS, {"overdue": "yes"})
    assert [str(row) for row in page.context["cl"].result_list] == [over.reference]
    assert "td-overdue" in page.content.decode()
    assert ": overdue" in client.get(f"{BOOKINGS}{over.pk}/change/").content.decode()
    assert ": overdue" not in client.get(f"{BOOKINGS}{fine.pk}/change/").content.decode()


def test_the_filtered_list_takes_as_many_queries_for_thirty_as_for_one() -> None:
    client, departure = desk(ALLOWED), departure_in(10, capacity=100)
    counts = []
    client.get(BOOKINGS)
    for number in (1, 29):
        for _ in range(number):
            due(booked(departure), timezone.localdate() - timedelta(days=1))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(BOOKINGS, {"overdue": "yes"}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
