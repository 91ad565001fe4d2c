"""Due dates end at midnight where the trip is; Addis Ababa is three hours ahead of UTC."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actors import SYSTEM
from bookings.links import pay_url
from bookings.models import Booking
from bookings.services import due_dates, party_size, transitions
from notifications.models import Message, ReminderRule
from payments.models import Payment
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from payments.services.reminders import KIND, plan_payment_reminders
from tests.factories import NOW, clerk, make_booking, make_customer, make_departure, make_trip

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BOOKED = NOW - timedelta(days=30)
START = datetime(2026, 12, 10, 6, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 26, 21, 0, tzinfo=UTC)  # the end of 26 November, 14 days before the start, in Addis Ababa
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def rule() -> ReminderRule:
    return ReminderRule.objects.create(kind=KIND, hours_before=72)


def make_confirmed(*, paid: str = "600.00", zone: str = "Africa/Addis_Ababa", email: str = "a@example.com") -> Booking:
    """ETB 2,000.00 in all; all of it is due on 26 November."""
    departure = make_departure(starts_at=START, trip=make_trip(time_zone=zone))
    booking = make_booking(departure=departure, now=BOOKED, customer=make_customer(email=email))
    if Decimal(paid):
        money = ManualPayment(method="cash", amount=Decimal(paid))
        record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=BOOKED)
    else:
        transitions.confirm_bookings(booking_ids=[booking.pk], actor=SYSTEM, now=BOOKED, unpaid_reason="Known")
    return Booking.objects.select_related("departure__trip").get(pk=booking.pk)


def reminders() -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(kind=KIND).order_by("pk")
    return [(row.context["amount"], row.context["overdue"], row.status) for row in rows]


def test_a_reminder_comes_within_the_rule_s_hours_and_once() -> None:
    booking = make_confirmed()
    assert plan_payment_reminders(now=MIDNIGHT - 72 * HOUR - timedelta(seconds=1)) == 0
    assert plan_payment_reminders(now=MIDNIGHT - 72 * HOUR) == 1
    assert plan_payment_reminders(now=MIDNIGHT - timedelta(seconds=1)) == 0
    message = Message.objects.get(kind=KIND)
    facts = message.context
    assert (message.topic, facts["amount"], facts["balance_due"]) == (booking.topic, "1400.00", "2026-11-26")
    assert (facts["due_now"], facts["pay_url"], facts["overdue"]) == ("1400.00", pay_url(booking), "")


def test_the_day_after_the_due_date_says_overdue_once() -> None:
    make_confirmed()
    assert plan_payment_reminders(now=MIDNIGHT - HOUR) == 1
    assert plan_payment_reminders(now=MIDNIGHT) == 1
    assert plan_payment_reminders(now=MIDNIGHT + 30 * HOUR) == 0
    assert reminders() == [("1400.00", "", "queued"), ("1400.00", "yes", "queued")]


def test_a_worker_that_was_away_for_long_says_nothing_late() -> None:
    make_confirmed()
    assert plan_payment_reminders(now=MIDNIGHT + timedelta(days=3)) == 0


def test_the_day_ends_where_the_trip_is() -> None:
    make_confirmed(zone="America/New_York")  # 26 November ends at 05:00 UTC there, eight hours after Addis Ababa
    assert plan_payment_reminders(now=MIDNIGHT - 72 * HOUR) == 0
    assert plan_payment_reminders(now=MIDNIGHT + 8 * HOUR - 72 * HOUR) == 1
    assert plan_payment_reminders(now=MIDNIGHT + 7 * HOUR) == 0
    assert plan_payment_reminders(now=MIDNIGHT + 8 * HOUR) == 1


def test_of_two_rules_the_nearer_one_speaks() -> None:
    nearer = ReminderRule.objects.create(kind=KIND, hours_before=24)
    make_confirmed()
    assert plan_payment_reminders(now=MIDNIGHT - 24 * HOUR) == 1
    assert plan_payment_reminders(now=MIDNIGHT - HOUR) == 0
    assert Message.objects.get(kind=KIND).dedupe_key.endswith(f":payment_reminder:rule{nearer.pk}:20261126")


def test_who_confirmed_without_a_deposit_gets_a_link_for_all() -> None:
    booking = make_confirmed(paid="0")
    plan_payment_reminders(now=MIDNIGHT - HOUR)
    facts = Message.objects.get(kind=KIND).context
    assert (facts["amount"], facts["pay_url"]) == ("2000.00", pay_url(booking, Decimal(2000)))


def test_without_a_rule_in_use_nobody_is_reminded(rule: ReminderRule) -> None:
    rule.is_active = False
    rule.save()
    make_confirmed()
    assert plan_payment_reminders(now=MIDNIGHT - HOUR) == plan_payment_reminders(now=MIDNIGHT) == 0


def test_who_owes_nothing_yet_or_any_more_is_left_alone() -> None:
    paid, cancelled, pending = make_confirmed(paid="2000.00"), make_confirmed(), make_booking(now=BOOKED)
    make_confirmed(email="")
    transitions.cancel_bookings(booking_ids=[cancelled.pk], reason="Ill", actor=SYSTEM, now=NOW)
    assert (paid.status, pending.status) == ("confirmed", "pending")
    assert plan_payment_reminders(now=MIDNIGHT - HOUR) == plan_payment_reminders(now=MIDNIGHT) == 0


def test_who_booked_within_the_day_was_told_then() -> None:
    departure = make_departure(starts_at=START)
    booking = make_booking(departure=departure, now=MIDNIGHT - 5 * HOUR)
    transitions.confirm_bookings(booking_ids=[booking.pk], actor=SYSTEM, now=MIDNIGHT - 5 * HOUR, unpaid_reason="Known")
    assert plan_payment_reminders(now=MIDNIGHT - HOUR) == 0
    assert plan_payment_reminders(now=MIDNIGHT + 20 * HOUR) == 1


def test_nobody_is_reminded_of_a_trip_that_has_begun() -> None:
    booking = make_confirmed()
    Booking.objects.filter(pk=booking.pk).update(balance_due_on=START.date() - timedelta(days=1))
    assert plan_payment_reminders(now=START) == 0
    assert plan_payment_reminders(now=START - HOUR) == 1


def test_money_that_nobody_is_sure_of_stops_the_reminder() -> None:
    booking = make_confirmed()
    Payment.objects.create(
        tx_ref="CHAPA-1",
        booking=booking,
        method="chapa",
        amount=1400,
        currency="ETB",
        status="review",
        recorded_by_label="Test",
        created_at=NOW,
    )
    assert plan_payment_reminders(now=MIDNIGHT - HOUR) == 0


def test_an_unsent_reminder_goes_when_money_comes_and_comes_back_with_the_rest() -> None:
    booking = make_confirmed()
    plan_payment_reminders(now=MIDNIGHT - 50 * HOUR)
    money = ManualPayment(method="cash", amount=Decimal(1000))
    record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=MIDNIGHT - 49 * HOUR)
    assert plan_payment_reminders(now=MIDNIGHT - 48 * HOUR) == 1
    assert reminders() == [("1400.00", "", "withdrawn"), ("400.00", "", "queued")]


def test_a_changed_party_or_due_date_makes_a_reminder_untrue() -> None:
    first, second = make_confirmed(), make_confirmed()
    plan_payment_reminders(now=MIDNIGHT - 50 * HOUR)
    then = MIDNIGHT - 49 * HOUR
    party_size.change_party_size(booking_id=first.pk, party_size=3, actor=SYSTEM, now=then)
    due_dates.change_due_date(booking_id=second.pk, due_on=START.date(), actor=SYSTEM, now=then)
    assert plan_payment_reminders(now=then) == 1
    assert reminders() == [("1400.00", "", "withdrawn"), ("1400.00", "", "withdrawn"), ("2400.00", "", "queued")]


def test_the_number_of_statements_does_not_grow() -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            plan_payment_reminders(now=MIDNIGHT - HOUR)
        return len(queries)

    make_confirmed()
    one = statements()
    Message.objects.filter(kind=KIND).delete()
    for _ in range(12):
        make_confirmed()
    assert statements() == one


@pytest.mark.parametrize("hours", [1, 24, 71, 73, 96, 2160])
def test_a_rule_that_is_given_other_hours_says_nothing_twice(rule: ReminderRule, hours: int) -> None:
    make_confirmed()
    assert plan_payment_reminders(now=MIDNIGHT - 72 * HOUR) == 1
    rule.hours_before = hours
    rule.save()
    assert [plan_payment_reminders(now=MIDNIGHT - left * HOUR) for left in range(71, 0, -1)] == [0] * 71
    assert plan_payment_reminders(now=MIDNIGHT) == 1  # that it is overdue is another thing to say


def test_a_rule_made_again_does_not_say_again_what_was_just_said(rule: ReminderRule) -> None:
    make_confirmed()
    assert plan_payment_reminders(now=MIDNIGHT - 72 * HOUR) == 1
    rule.delete()
    ReminderRule.objects.create(kind=KIND, hours_before=80)
    ReminderRule.objects.create(kind=KIND, hours_before=24)
    assert plan_payment_reminders(now=MIDNIGHT - 70 * HOUR) == 0
    assert plan_payment_reminders(now=MIDNIGHT - 24 * HOUR) == 1


def test_another_day_to_pay_by_is_another_occurrence() -> None:
    booking = make_confirmed()
    assert plan_payment_reminders(now=MIDNIGHT - 72 * HOUR) == 1
    Booking.objects.filter(pk=booking.pk).update(balance_due_on=MIDNIGHT.date() + timedelta(days=1))
    assert plan_payment_reminders(now=MIDNIGHT - 40 * HOUR) == 1
