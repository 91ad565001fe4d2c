"""The first page: right figures, links to exactly these rows, and a price that doesn't grow."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult
from pytest_django import Settings

from bookings.models import Booking, Departure
from config import dashboard
from config.dashboard import machine_cards
from notifications.kinds import SWEEPER
from notifications.models import Message
from payments.models import ProviderEvent, Refund
from tests.dashboard import EVERYTHING, figures, pay
from tests.desk import login
from tests.factories import NOW, make_booking, make_departure, make_message, make_trip, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_desk_counts_what_a_clerk_must_look_at() -> None:
    today, over, part_paid = make_booking(), make_booking(), make_booking()
    make_booking(waitlist=True)
    for booking, hours, paid in ((today, 2, 0), (over, -2, 0), (part_paid, -2, 5), (make_booking(), 30, 0)):
        hold = NOW + timedelta(hours=hours)
        Booking.objects.filter(pk=booking.pk).update(hold_expires_at=hold, paid=Decimal(paid))
    assert figures(dashboard.desk(NOW)) == {
        "Holds that end today": ("1", "warn"),
        "Part-paid, hold over": ("1", "bad"),
        "On a waiting list": ("1", ""),
    }


def test_a_quiet_day_raises_no_alarm() -> None:
    assert figures(dashboard.desk(NOW)) == {
        "Holds that end today": ("0", ""),
        "Part-paid, hold over": ("0", ""),
        "On a waiting list": ("0", ""),
    }


def test_mail_tells_the_age_of_the_oldest_due_one() -> None:
    make_booking()
    Message.objects.update(due_at=NOW - timedelta(minutes=7))
    cards = list(machine_cards.mail(NOW))
    assert (cards[0].figure, cards[0].note, cards[0].tone) == ("1", "Oldest due 7 min ago", "bad")
    Message.objects.update(status="failed")
    assert figures(machine_cards.mail(NOW)) == {
        "Mails to send": ("0", ""),
        "Mails waiting after an error": ("0", ""),
        "Being sent": ("0", ""),
        "Failed mails": ("1", "bad"),
        "Bounced mails": ("0", ""),
    }


def test_mails_that_wait_after_an_error_raise_an_alarm_though_none_is_due() -> None:
    make_message(due_at=NOW + timedelta(minutes=5), last_error="The mail server said: 535 No. Check EMAIL_URL.")
    make_message(due_at=NOW + timedelta(minutes=1), last_error="The mail server hung up.")
    make_message(due_at=NOW + timedelta(days=1))
    Message.objects.update(created_at=NOW - timedelta(hours=3))
    (card,) = (card for card in machine_cards.mail(NOW) if card.title == "Mails waiting after an error")
    assert (card.figure, card.tone) == ("2", "bad")
    assert card.note == "Oldest written 3 h ago. The mail server said: 535 No. Check EMAIL_URL."


def test_a_clock_that_was_ahead_is_told() -> None:
    every, _made = IntervalSchedule.objects.get_or_create(every=15, period="seconds")
    PeriodicTask.objects.create(name=SWEEPER, task=SWEEPER, interval=every, last_run_at=NOW + timedelta(hours=1))
    assert figures(machine_cards.machines(NOW))["Beat"] == ("In the future", "bad")


def test_files_beside_a_real_database_raise_an_alarm(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    settings.EMBEDDED = False
    assert figures(machine_cards.replaced()) == {
        "Sandbox payments": ("!", "bad"),
        "Mails go to files": ("!", "bad"),
        "Embedded broker": ("!", "bad"),
    }
    settings.EMBEDDED = True
    assert figures(machine_cards.replaced()) == {}


def test_those_who_may_take_bookings_have_the_button() -> None:
    assert "Take a booking" in login(make_user("bookings.add_booking")).get("/admin/").content.decode()
    assert "Take a booking" not in login(make_user(*EVERYTHING)).get("/admin/").content.decode()


def test_machines_that_never_ran_stand_still_or_are_switched_off_are_told() -> None:
    assert figures(machine_cards.machines(NOW)) == {"Beat": ("Never", "bad"), "Workers": ("Never", "bad")}
    every, _made = IntervalSchedule.objects.get_or_create(every=15, period="seconds")
    PeriodicTask.objects.create(name=SWEEPER, task=SWEEPER, interval=every)
    PeriodicTask.objects.update(last_run_at=NOW - timedelta(seconds=10))
    TaskResult.objects.create(task_id="a", task_name=SWEEPER)
    TaskResult.objects.update(date_done=NOW - timedelta(hours=3))
    assert figures(machine_cards.machines(NOW)) == {"Beat": ("10 s ago", "good"), "Workers": ("3 h ago", "bad")}
    PeriodicTask.objects.update(enabled=False)
    assert figures(machine_cards.machines(NOW))["Beat"] == ("Off", "bad")


def test_a_count_stops_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.dashboard.cards.CAP", 2)
    for _ in range(4):
        make_booking(waitlist=True)
    assert figures(dashboard.desk(NOW))["On a waiting list"] == ("2+", "")


def test_departures_of_the_next_days_are_listed_with_seats_and_waiting_groups() -> None:
    soon = make_departure(starts_in=timedelta(days=1), capacity=2)
    make_departure(starts_in=timedelta(days=20))
    make_departure(starts_in=timedelta(days=2), status=Departure.Status.CANCELLED)
    make_booking(departure=soon)
    make_booking(departure=soon, waitlist=True)
    rows = dashboard.next_departures(NOW)
    assert [(d.code, d.seats_taken, d.waiting) for d in rows] == [(soon.code, 2, 1)]  # type: ignore[attr-defined]


def test_the_page_shows_each_person_only_what_he_may_see() -> None:
    make_booking()
    shown = {
        permission: [title for title, _cards in login(make_user(permission)).get("/admin/").context["sections"]]
        for permission in EVERYTHING
    }
    assert shown == {
        "bookings.view_booking": ["Desk"],
        "bookings.view_departure": [],
        "payments.view_payment": ["Money"],
        "payments.view_refund": [],
        "payments.view_providerevent": ["Inbox"],
        "notifications.view_message": ["Mail"],
        "django_celery_beat.view_periodictask": ["Machines"],
        "django_celery_results.view_taskresult": [],
    }


def test_someone_without_a_role_is_told_what_to_do() -> None:
    page = login(make_user()).get("/admin/")
    assert page.status_code == 200
    assert "your account has no role" in page.content.decode()


def test_an_empty_house_says_so() -> None:
    page = login(make_user(*EVERYTHING)).get("/admin/").content.decode()
    assert "No departure leaves in the next 7 days." in page


def test_the_number_of_queries_does_not_grow() -> None:
    client = login(make_user(*EVERYTHING))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/").status_code == 200
        return len(captured)

    trip, start = make_trip(), timezone.now() + timedelta(days=1)
    make_booking(departure=make_departure(trip=trip, starts_at=start), now=timezone.now())
    queries()  # the session's and the permissions' first look-ups
    money_that_somebody_must_look_at(0)
    one = queries()
    for hour in range(1, 11):
        departure = make_departure(trip=trip, starts_at=start + timedelta(hours=hour))
        for _ in range(3):
            make_booking(departure=departure, now=timezone.now())
        money_that_somebody_must_look_at(hour)
    assert queries() == one


def money_that_somebody_must_look_at(number: int) -> None:
    """A row for each section of decisions that reads more than itself."""
    now = timezone.now()
    pay(status="review", created_at=now)
    for status in ("requested", "unknown"):
        owner = pay(status="succeeded", received_at=now)
        Refund.objects.create(payment=owner, amount=1, status=status, requested_by_label="Test", created_at=now)
    gone, rich = pay(status="succeeded", received_at=now), pay(status="succeeded", received_at=now)
    Booking.objects.filter(pk=gone.booking_id).update(status="expired", paid=10)
    Booking.objects.filter(pk=rich.booking_id).update(paid=10, total=5)
    ProviderEvent.objects.create(
        dedupe_key=str(number), provider="chapa", status="failed", received_at=now, payment=gone
    )


def test_names_are_escaped_and_each_card_leads_to_its_rows() -> None:
    now = timezone.now()
    trip = make_trip(name="<script>alert(1)</script>")
    make_booking(departure=make_departure(trip=trip, starts_at=now + timedelta(days=1)), now=now)
    make_booking(departure=make_departure(starts_at=now + timedelta(days=3)), now=now, waitlist=True)
    Booking.objects.filter(pk=make_booking(now=now).pk).update(status="expired", paid=Decimal(5))
    make_message(due_at=now + timedelta(minutes=5), last_error="The mail server hung up.")
    pay(created_at=now - timedelta(hours=2))
    pay(method="cash", created_at=now - timedelta(hours=2))
    review = pay(status="review", created_at=now)
    Refund.objects.create(payment=review, amount=1, status="requested", requested_by_label="Test", created_at=now)
    ProviderEvent.objects.create(dedupe_key="a", provider="chapa", status="failed", received_at=now)
    Booking.objects.filter(pk=make_booking(now=now).pk).update(balance_due_on=now.date() - timedelta(days=2))
    client = login(make_user(*EVERYTHING))
    response = client.get("/admin/")
    assert "<script>alert(1)" not in response.content.decode()
    found = {}
    for _title, cards in response.context["sections"]:
        for card in filter(lambda card: card.url, cards):
            page = client.get(card.url)
            assert page.status_code == 200, card.url
            if card.figure.isdecimal() and "cl" in page.context:
                found[card.title] = (int(card.figure), len(page.context["cl"].result_list))
    assert {title: shown for title, (figure, shown) in found.items() if figure != shown} == {}
