from datetime import timedelta

import pytest

from bookings.actors import SYSTEM
from bookings.models import Departure
from bookings.services import moving, transitions
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
    ReminderRule.objects.create(kind="departure_reminder", hours_before=26)
    booking = make_booking(departure=tomorrow)
    confirm(booking.pk)
    assert plan_reminders(now=NOW) == 1
    assert plan_reminders(now=NOW) == 0
    assert [m.dedupe_key.split(":")[4] for m in Message.objects.filter(kind="departure_reminder")] == ["26"]


def test_a_reminder_withdrawn_by_a_change_is_planned_again_with_the_new_facts(tomorrow: Departure) -> None:
    booking = make_booking(departure=tomorrow)
    confirm(booking.pk)
    plan_reminders(now=NOW)
    moving.change_party_size(booking_id=booking.pk, party_size=3, actor=SYSTEM, now=NOW)
    assert plan_reminders(now=NOW) == 1
    assert reminders() == [(booking.topic, "queued"), (booking.topic, "withdrawn")]
