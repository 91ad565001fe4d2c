from datetime import timedelta

import pytest

from bookings.actors import SYSTEM
from bookings.models import Departure
from bookings.services import party_size, transitions
from bookings.services.reminders import plan_reminders
from notifications.models import Message, ReminderRule
from tests.factories import NOW, make_booking, make_customer, make_departure

pytestmark = pytest.mark.django_db


@pytest.fixture
def tomorrow() -> Departure:
    ReminderRule.objects.create(kind="departure_reminder", hours_before=48)
    return make_departure(starts_in=timedelta(hours=24))


def confirm(*ids: int) -> None:
    transitions.confirm_bookings(booking_ids=ids, actor=SYSTEM, now=NOW, unpaid_reason="test")


def reminders() -> list[tuple[str, str]]:
    return list(Message.objects.filter(kind="departure_reminder").values_list("topic", "status"))


def intents() -> list[str]:
    """Which rules have spoken."""
    keys = Message.objects.filter(kind="departure_reminder").order_by("pk").values_list("dedupe_key", flat=True)
    return [key.split(":")[4] for key in keys]


def test_a_reminder_goes_to_confirmed_bookings_once(tomorrow: Departure) -> None:
    going, pending = make_booking(departure=tomorrow), make_booking(departure=tomorrow)
    nameless = make_booking(departure=tomorrow, customer=make_customer(email=""))
    confirm(going.pk, nameless.pk)
    assert plan_reminders(now=NOW) == 1
    assert plan_reminders(now=NOW + timedelta(minutes=5)) == 0
    assert reminders() == [(going.topic, "queued")]
    assert pending.status == "pending"


def test_a_cancelled_booking_is_not_reminded(tomorrow: Departure) -> None:
    booking = make_booking(departure=tomorrow)
    confirm(booking.pk)
    plan_reminders(now=NOW)
    transitions.cancel_bookings(booking_ids=[booking.pk], reason="Ill", actor=SYSTEM, now=NOW)
    assert plan_reminders(now=NOW) == 0
    assert reminders() == [(booking.topic, "withdrawn")]


def test_a_later_departure_waits_for_its_hour(tomorrow: Departure) -> None:
    later = make_departure(starts_in=timedelta(hours=60))
    booking = make_booking(departure=later)
    confirm(booking.pk)
    assert plan_reminders(now=NOW) == 0
    assert plan_reminders(now=NOW + timedelta(hours=13)) == 1


def test_a_rule_that_is_switched_off_reminds_nobody(tomorrow: Departure) -> None:
    ReminderRule.objects.update(is_active=False)
    confirm(make_booking(departure=tomorrow).pk)
    assert plan_reminders(now=NOW) == 0


def test_of_two_rules_the_nearer_one_speaks(tomorrow: Departure) -> None:
    nearer = ReminderRule.objects.create(kind="departure_reminder", hours_before=26)
    booking = make_booking(departure=tomorrow)
    confirm(booking.pk)
    assert plan_reminders(now=NOW) == 1
    assert plan_reminders(now=NOW) == 0
    assert [m.dedupe_key.split(":")[4] for m in Message.objects.filter(kind="departure_reminder")] == [
        f"rule{nearer.pk}"
    ]


def test_a_reminder_withdrawn_by_a_change_is_planned_again_with_the_new_facts(tomorrow: Departure) -> None:
    booking = make_booking(departure=tomorrow)
    confirm(booking.pk)
    plan_reminders(now=NOW)
    party_size.change_party_size(booking_id=booking.pk, party_size=3, actor=SYSTEM, now=NOW)
    assert plan_reminders(now=NOW) == 1
    assert reminders() == [(booking.topic, "queued"), (booking.topic, "withdrawn")]


@pytest.mark.slow
@pytest.mark.parametrize("hours", [25, 30, 40, 47, 49, 50, 72, 2160])
def test_a_rule_that_is_given_other_hours_says_nothing_twice(tomorrow: Departure, hours: int) -> None:
    confirm(make_booking(departure=tomorrow).pk)
    assert plan_reminders(now=NOW) == 1
    ReminderRule.objects.update(hours_before=hours)
    assert [plan_reminders(now=NOW + timedelta(hours=passed)) for passed in range(24)] == [0] * 24


def test_what_was_sent_under_a_rule_s_hours_stays_sent_when_they_change(tomorrow: Departure) -> None:
    """Rows of before: the key named the hours, and the migration has given the rule that name for good."""
    booking = make_booking(departure=tomorrow)
    confirm(booking.pk)
    ReminderRule.objects.update(key="48")
    assert (plan_reminders(now=NOW - timedelta(hours=20)), intents()) == (1, ["48"])
    ReminderRule.objects.update(hours_before=30)
    assert plan_reminders(now=NOW) == 0
    other = ReminderRule.objects.create(kind="departure_reminder", hours_before=48)
    assert other.intent == f"rule{other.pk}"


def test_a_rule_made_again_does_not_say_again_what_was_just_said(tomorrow: Departure) -> None:
    confirm(make_booking(departure=tomorrow).pk)
    plan_reminders(now=NOW)
    ReminderRule.objects.all().delete()
    nearer = ReminderRule.objects.create(kind="departure_reminder", hours_before=12)
    ReminderRule.objects.create(kind="departure_reminder", hours_before=48)
    assert plan_reminders(now=NOW) == 0
    assert plan_reminders(now=NOW + timedelta(hours=13)) == 1  # two rules of a kind stay two
    assert intents()[1:] == [f"rule{nearer.pk}"]


def test_a_moved_departure_is_another_occurrence(tomorrow: Departure) -> None:
    confirm(make_booking(departure=tomorrow).pk)
    assert plan_reminders(now=NOW) == 1
    later = tomorrow.starts_at + timedelta(hours=5)
    Departure.objects.filter(pk=tomorrow.pk).update(starts_at=later, ends_at=later + timedelta(days=3))
    assert plan_reminders(now=NOW) == 1
