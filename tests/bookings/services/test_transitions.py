from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actors import SYSTEM
from bookings.models import Booking
from bookings.services import departed, departures, moving, party_size, transitions, waitlist
from bookings.timeline import sentence
from notifications.models import Message
from notifications.refusals import Refused
from tests.factories import NOW, clerk, make_booking, make_departure, make_trip

pytestmark = pytest.mark.django_db


def history(booking: Booking) -> list[tuple[str, str]]:
    return list(booking.events.exclude(to_status="").values_list("from_status", "to_status"))


def mails(booking: Booking) -> list[tuple[str, str]]:
    return list(Message.objects.filter(topic=booking.topic).order_by("pk").values_list("kind", "status"))


def confirmed(**fields: Any) -> Booking:
    booking = make_booking(**fields)
    transitions.confirm_bookings(booking_ids=[booking.pk], actor=SYSTEM, now=NOW, unpaid_reason="test").single()
    booking.refresh_from_db()
    return booking


def seats_taken(booking: Booking) -> int:
    booking.departure.refresh_from_db()
    return booking.departure.seats_taken


def test_confirm_needs_the_deposit() -> None:
    booking = make_booking()
    outcome = transitions.confirm_bookings(booking_ids=[booking.pk], actor=clerk(), now=NOW)
    assert [str(refusal) for _reference, refusal in outcome.refused] == [
        f"{booking.reference} lacks ETB 600.00 of its deposit."
    ]
    booking.refresh_from_db()
    assert booking.status == "pending"


def test_confirm_unpaid_keeps_the_reason_and_ends_the_hold() -> None:
    booking = make_booking()
    transitions.confirm_bookings(booking_ids=[booking.pk], actor=clerk(), now=NOW, unpaid_reason="Knows the owner")
    booking.refresh_from_db()
    assert (booking.status, booking.hold_expires_at) == ("confirmed", None)
    assert sentence(booking.events.last()) == "Without full deposit: Knows the owner"  # type: ignore[arg-type]
    assert mails(booking) == [("booking_confirmation", "withdrawn"), ("booking_confirmed", "queued")]


def test_confirm_twice_sends_one_mail() -> None:
    booking = confirmed()
    again = transitions.confirm_bookings(booking_ids=[booking.pk], actor=clerk(), now=NOW, unpaid_reason="again")
    assert [refusal.code for _reference, refusal in again.refused] == ["already_confirmed"]
    assert history(booking) == [("", "pending"), ("pending", "confirmed")]
    assert [kind for kind, _status in mails(booking)].count("booking_confirmed") == 1


def test_cancel_gives_seats_back_and_withdraws_unsent_mail() -> None:
    booking = confirmed(party_size=4)
    transitions.cancel_bookings(booking_ids=[booking.pk], reason="Fell ill", actor=clerk(), now=NOW)
    assert seats_taken(booking) == 0
    assert mails(booking) == [
        ("booking_confirmation", "withdrawn"),
        ("booking_confirmed", "withdrawn"),
        ("booking_cancelled", "queued"),
    ]
    again = transitions.cancel_bookings(booking_ids=[booking.pk], reason="Fell ill", actor=clerk(), now=NOW)
    assert [refusal.code for _reference, refusal in again.refused] == ["already_cancelled"]
    assert seats_taken(booking) == 0


def test_cancel_needs_a_reason() -> None:
    with pytest.raises(Refused) as refusal:
        transitions.cancel_bookings(booking_ids=[make_booking().pk], reason="  ", actor=clerk(), now=NOW)
    assert refusal.value.code == "reason_missing"


def test_a_hold_that_is_over_expires_and_one_with_money_does_not() -> None:
    over, paid, fresh = make_booking(), make_booking(), make_booking(now=NOW + timedelta(hours=1))
    Booking.objects.filter(pk=paid.pk).update(paid=Decimal("1.00"))
    later = NOW + timedelta(hours=48)
    assert transitions.expire_holds(now=later) == 1
    assert transitions.expire_holds(now=later) == 0
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == ["expired", "pending", "pending"]
    assert (seats_taken(over), seats_taken(fresh)) == (0, 2)
    assert mails(over)[-1] == ("booking_expired", "queued")


def test_reinstate_takes_the_seats_again_only_if_they_are_free() -> None:
    departure = make_departure(capacity=2)
    booking = make_booking(departure=departure)
    transitions.cancel_bookings(booking_ids=[booking.pk], reason="Mistake", actor=clerk(), now=NOW)
    transitions.reinstate_booking(booking_id=booking.pk, actor=clerk(), now=NOW)
    booking.refresh_from_db()
    assert (booking.status, booking.cancel_reason, seats_taken(booking)) == ("pending", "", 2)
    transitions.cancel_bookings(booking_ids=[booking.pk], reason="Mistake", actor=clerk(), now=NOW)
    make_booking(departure=departure, party_size=1)
    with pytest.raises(Refused) as refusal:
        transitions.reinstate_booking(booking_id=booking.pk, actor=clerk(), now=NOW)
    assert refusal.value.code == "sold_out"


def test_no_show_only_after_the_start_and_back_again() -> None:
    booking = confirmed()
    early = departed.mark_no_shows(booking_ids=[booking.pk], actor=clerk(), now=NOW)
    assert [refusal.code for _reference, refusal in early.refused] == ["not_departed"]
    started = booking.departure.starts_at + timedelta(minutes=1)
    departed.mark_no_shows(booking_ids=[booking.pk], actor=clerk(), now=started).single()
    assert seats_taken(booking) == 2
    departed.unmark_no_shows(booking_ids=[booking.pk], actor=clerk(), now=started).single()
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_a_departure_that_ended_completes_with_its_bookings() -> None:
    departure = make_departure()
    kept = confirmed(departure=departure)
    waiting = make_booking(departure=departure, waitlist=True)
    assert departed.complete_departures(now=NOW) == 0
    assert departed.complete_departures(now=departure.ends_at) == 1
    assert departed.complete_departures(now=departure.ends_at) == 0
    departure.refresh_from_db()
    kept.refresh_from_db()
    waiting.refresh_from_db()
    assert (departure.status, kept.status, waiting.status) == ("completed", "completed", "cancelled")


def test_reschedule_moves_the_seats_and_keeps_the_status() -> None:
    booking, target = confirmed(), make_departure(capacity=2)
    outcome = moving.reschedule_bookings(booking_ids=[booking.pk], departure_id=target.pk, actor=clerk(), now=NOW)
    assert outcome.refused == []
    old = booking.departure
    booking = Booking.objects.get(pk=booking.pk)
    old.refresh_from_db()
    assert (booking.departure_id, booking.status, seats_taken(booking), old.seats_taken) == (
        target.pk,
        "confirmed",
        2,
        0,
    )
    assert mails(booking)[-1] == ("booking_rescheduled", "queued")


def test_reschedule_fills_the_room_and_refuses_the_rest() -> None:
    first, second = make_booking(), make_booking()
    target = make_departure(capacity=3)
    ids = [first.pk, second.pk]
    outcome = moving.reschedule_bookings(booking_ids=ids, departure_id=target.pk, actor=clerk(), now=NOW)
    assert [b.pk for b in outcome.done] == [first.pk]
    assert [(reference, refusal.code) for reference, refusal in outcome.refused] == [(second.reference, "sold_out")]
    target.refresh_from_db()
    assert target.seats_taken == 2


def test_reschedule_refuses_another_currency() -> None:
    target = make_departure(currency="USD")
    ids = [make_booking().pk]
    outcome = moving.reschedule_bookings(booking_ids=ids, departure_id=target.pk, actor=clerk(), now=NOW)
    assert [refusal.code for _reference, refusal in outcome.refused] == ["currency"]


def test_party_size_moves_the_difference_and_the_total() -> None:
    booking = make_booking(party_size=2)
    party_size.change_party_size(booking_id=booking.pk, party_size=5, actor=clerk(), now=NOW)
    assert seats_taken(booking) == 5
    party_size.change_party_size(booking_id=booking.pk, party_size=1, actor=clerk(), now=NOW)
    booking.refresh_from_db()
    assert (seats_taken(booking), booking.total, booking.deposit_due) == (1, Decimal("1000.00"), Decimal("300.00"))
    with pytest.raises(Refused) as refusal:
        party_size.change_party_size(booking_id=booking.pk, party_size=11, actor=clerk(), now=NOW)
    assert refusal.value.code == "sold_out"


def test_the_first_group_that_fits_moves_up() -> None:
    departure = make_departure(capacity=4)
    holder = make_booking(departure=departure, party_size=4)
    big = make_booking(departure=departure, party_size=3, waitlist=True)
    small = make_booking(departure=departure, party_size=2, waitlist=True)
    assert waitlist.promote_waitlist(now=NOW) == 0
    party_size.change_party_size(booking_id=holder.pk, party_size=2, actor=clerk(), now=NOW)
    assert waitlist.promote_waitlist(now=NOW) == 1
    big.refresh_from_db()
    small.refresh_from_db()
    assert (big.status, small.status, seats_taken(small)) == ("waitlisted", "pending", 4)
    assert mails(small) == [("booking_waitlisted", "withdrawn"), ("booking_promoted", "queued")]


def test_freed_seats_of_an_oversold_departure_are_not_sold_again() -> None:
    departure = make_departure(capacity=6, planned_capacity=4)
    bookings = [make_booking(departure=departure, party_size=3) for _ in range(2)]
    transitions.cancel_bookings(booking_ids=[bookings[0].pk], reason="Too full", actor=clerk(), now=NOW)
    departure.refresh_from_db()
    assert (departure.seats_taken, departure.capacity, departure.oversold_by) == (3, 4, 0)


def test_cancelling_a_departure_cancels_its_bookings_and_tells_the_second_clerk() -> None:
    booking = confirmed()
    ids, act = [booking.departure_id], departures.cancel_departures
    outcome, cancelled = act(departure_ids=ids, reason="Road closed", actor=clerk(), now=NOW)
    assert ([d.pk for d in outcome.done], cancelled) == (ids, 1)
    assert Message.objects.get(kind="booking_cancelled").context["reason"] == "Road closed"
    again, _cancelled = act(departure_ids=ids, reason="Road closed", actor=clerk(), now=NOW)
    assert [refusal.code for _code, refusal in again.refused] == ["wrong_status"]


def test_a_booking_that_is_gone_is_named() -> None:
    outcome = transitions.confirm_bookings(booking_ids=[987654], actor=clerk(), now=NOW)
    assert [refusal.code for _reference, refusal in outcome.refused] == ["not_found"]


def statements_to_confirm(number: int) -> int:
    departure = make_departure(trip=make_trip(), capacity=number)
    ids = [make_booking(departure=departure, party_size=1).pk for _ in range(number)]
    with CaptureQueriesContext(connection) as queries:
        outcome = transitions.confirm_bookings(booking_ids=ids, actor=SYSTEM, now=NOW, unpaid_reason="bulk")
    assert len(outcome.done) == number
    return len(queries)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite takes 999 values a statement")
def test_bulk_confirm_uses_as_many_statements_for_100_as_for_5() -> None:
    assert statements_to_confirm(100) == statements_to_confirm(5)


def test_a_smaller_party_whose_deposit_is_covered_is_confirmed() -> None:
    booking = make_booking(party_size=4)
    Booking.objects.filter(pk=booking.pk).update(paid=Decimal("600.00"))
    party_size.change_party_size(booking_id=booking.pk, party_size=2, actor=clerk(), now=NOW)
    booking.refresh_from_db()
    assert (booking.status, booking.hold_expires_at) == ("confirmed", None)
    assert Message.objects.get(kind="booking_changed").context["status"] == "confirmed"


def test_confirming_after_the_departure_completes_at_once_and_tells_nobody_of_seats() -> None:
    booking = make_booking()
    ended = booking.departure.ends_at
    transitions.confirm_bookings(booking_ids=[booking.pk], actor=clerk(), now=ended, unpaid_reason="Paid the guide")
    assert history(booking) == [("", "pending"), ("pending", "confirmed"), ("confirmed", "completed")]
    assert [kind for kind, _status in mails(booking)] == ["booking_confirmation"]


def test_a_sent_receipt_is_not_sent_again_once_the_booking_has_moved() -> None:
    booking = confirmed()
    sent = Message.objects.get(kind="booking_confirmed")
    Message.objects.filter(pk=sent.pk).update(kind="payment_confirmation", status="sent", sent_at=NOW)
    target = make_departure()
    moving.reschedule_bookings(booking_ids=[booking.pk], departure_id=target.pk, actor=clerk(), now=NOW)
    sent.refresh_from_db()
    assert (sent.status, sent.withdrawn_reason) == ("sent", "The booking was moved.")


def statements_to_promote(number: int) -> int:
    departure = make_departure(trip=make_trip(), capacity=number)
    ids = [make_booking(departure=departure, party_size=1, waitlist=True).pk for _ in range(number)]
    with CaptureQueriesContext(connection) as queries:
        outcome = waitlist.promote_bookings(booking_ids=ids, actor=SYSTEM, now=NOW)
    assert len(outcome.done) == number
    return len(queries)


def test_promoting_takes_as_many_statements_for_20_as_for_2() -> None:
    assert statements_to_promote(20) == statements_to_promote(2)
