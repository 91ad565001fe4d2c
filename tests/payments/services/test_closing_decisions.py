"""Entries of “Needs a decision” are closed with a reason, stay so, and come back with new facts only."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actors import SYSTEM
from bookings.models import Booking
from bookings.timeline import sentence
from notifications.refusals import Refused
from payments import books
from payments.gateway import Answer, Verdict
from payments.models import ClosedDecision, Payment, ProviderEvent, Refund
from payments.services.closing_decisions import close_decisions, reopen_decisions
from payments.services.decision_entries import DecisionEntry, read_entry
from payments.services.decisions import Kind
from payments.services.refunds.request import request_refund
from tests.factories import NOW, clerk
from tests.payments.open_decisions import (
    EVERY_KIND,
    LATER,
    answered,
    attempt,
    cancelled,
    close,
    dead_key,
    event,
    on_the_list,
    overpaid,
)
from tests.payments.refunds import ask, paid_by_hand

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_kind_of_the_list_is_tried_here() -> None:
    assert list(EVERY_KIND) == list(Kind)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_an_entry_of_every_kind_is_closed_kept_with_its_reason_and_opened_again(kind: Kind) -> None:
    EVERY_KIND[kind]()
    [entry] = on_the_list()
    assert entry.kind == kind
    by = clerk()
    assert close(entry, actor=by) == []
    assert on_the_list() == []
    row = ClosedDecision.objects.get()
    assert (row.kind, row.reason, row.closed_by, row.closed_by_label) == (kind, "Agreed by phone", by.user, by.label)
    assert (row.closed_at, bool(row.name)) == (LATER, True)
    assert close(entry) == ["already_closed"]
    text = f"“{kind.label}” closed: Agreed by phone"
    timeline = row.booking.events.filter(kind="decision_closed") if row.booking else []
    assert [sentence(line) for line in timeline] == ([text] if row.booking else [])
    reopen_decisions(closed_ids=[row.pk], actor=by, now=LATER)
    assert on_the_list() == [entry]
    assert close(entry) == []
    assert on_the_list() == []


def test_closing_moves_no_money_and_breaks_no_book() -> None:
    booking = cancelled()
    close(*on_the_list())
    assert (Booking.objects.get().paid, Refund.objects.count()) == (booking.paid, 0)
    assert list(books.breaches()) == []


def test_money_that_comes_later_brings_the_entry_back() -> None:
    booking = cancelled("500.00")
    close(*on_the_list())
    paid_by_hand(booking, "300.00")
    [entry] = on_the_list()
    assert close(entry) == []
    assert on_the_list() == []
    first, second = ClosedDecision.objects.order_by("pk")
    assert (first.reopened_by_label, first.reopened_at, second.reopened_at) == ("Newer facts", LATER, None)


def test_a_refund_that_fails_brings_the_entry_back() -> None:
    booking = cancelled()
    close(*on_the_list())
    refund = ask(booking.payments.get(), "500.00")
    Refund.objects.filter(pk=refund.pk).update(status="failed")
    assert [entry.kind for entry in on_the_list()] == ["money_left"]


def test_what_says_nothing_new_brings_nothing_back() -> None:
    booking = cancelled()
    attempt(status="pending", next_check_at=NOW, check_note="No answer.")
    close(*on_the_list())
    Payment.objects.filter(status="pending").update(check_note="Still no answer.", checked_at=LATER)
    booking.notes = "She rang again."
    booking.save()
    assert on_the_list() == []


def test_a_paid_trip_that_ends_brings_its_excess_not_back() -> None:
    overpaid()
    close(*on_the_list())
    Booking.objects.update(status="completed", updated_at=LATER)
    assert on_the_list() == []


def test_a_provider_that_fails_once_more_is_a_new_entry() -> None:
    dead_key()
    close(*on_the_list())
    dead_key(LATER)
    assert on_the_list() == []
    answered(Answer(Verdict.DONE), LATER)
    dead_key(LATER)
    assert [entry.kind for entry in on_the_list()] == ["provider"]


def test_what_changed_since_it_was_shown_is_not_closed() -> None:
    booking = cancelled("500.00")
    shown = on_the_list()
    paid_by_hand(booking, "300.00")
    assert close(*shown) == ["changed"]
    assert ClosedDecision.objects.count() == 0
    assert len(on_the_list()) == 1


def test_what_needs_no_decision_is_not_closed() -> None:
    booking = cancelled()
    [entry] = on_the_list()
    request_refund(
        payment_id=booking.payments.get().pk, amount=Decimal(2000), reason="x", way="cash", actor=clerk(), now=NOW
    )
    assert (
        close(entry, DecisionEntry("money_left", 10**17, "x"), DecisionEntry("event", 1, "unmatched"))
        == ["changed"] * 3
    )


def test_a_reason_and_a_person_are_needed() -> None:
    cancelled()
    entries = on_the_list()
    with pytest.raises(Refused, match="reason"):
        close_decisions(entries=entries, reason="  ", actor=clerk(), now=LATER)
    with pytest.raises(Refused, match="person"):
        close_decisions(entries=entries, reason="x", actor=SYSTEM, now=LATER)


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "money_left", "money_left:1", "money_left:1:", "nothing:1:x", "money_left:-1:x", "money_left:a:x"),
        *("money_left:١:x", f"money_left:{10**18}:x", "money_left:1:" + "x" * 33, "money_left:1_0:x", "event:1.5:x"),
    ],
)
def test_what_is_no_entry_is_read_as_none(text: str) -> None:
    assert read_entry(text) is None


def test_an_entry_reads_as_it_is_written() -> None:
    entry = DecisionEntry("money_left", 12, "0a:b")
    assert read_entry(str(entry)) == entry


def test_a_closed_event_is_set_aside_in_the_inbox_and_comes_back_with_it() -> None:
    event()
    close(*on_the_list())
    assert ProviderEvent.objects.get().status == "ignored"
    reopen_decisions(closed_ids=[ClosedDecision.objects.get().pk], actor=clerk(), now=LATER)
    assert ProviderEvent.objects.get().status == "unmatched"
    close(*on_the_list())
    ProviderEvent.objects.update(status="unmatched")  # a person processed it again, and it fits nothing still
    assert [entry.kind for entry in on_the_list()] == ["event"]
    assert close(*on_the_list()) == []


def test_what_is_open_again_is_not_opened_twice() -> None:
    cancelled()
    close(*on_the_list())
    pk = ClosedDecision.objects.get().pk
    assert reopen_decisions(closed_ids=[pk], actor=clerk(), now=LATER).refused == []
    [(_name, refusal)] = reopen_decisions(closed_ids=[pk], actor=clerk(), now=LATER).refused
    assert refusal.code == "wrong_status"


def test_closing_thirty_costs_no_more_statements_than_closing_one() -> None:
    counts = []
    for number in (1, 30):
        for _ in range(number):
            cancelled()
        entries = on_the_list()
        with CaptureQueriesContext(connection) as queries:
            assert close(*entries) == []
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_was_closed_costs_nothing_on_the_list() -> None:
    counts = []
    for number in (1, 20):
        for _ in range(number):
            cancelled()
        close(*on_the_list())
        with CaptureQueriesContext(connection) as queries:
            assert on_the_list() == []
        counts.append(len(queries))
    assert counts[0] == counts[1]
