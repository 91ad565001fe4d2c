"""Whole files: all or nothing, twice, at once, and those of the old system."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actors import Actor, importer
from bookings.models import Booking, BookingEvent, Customer, Departure
from bookings.services.importing import bookings as importing
from bookings.services.importing import new_bookings
from bookings.services.importing.departures import import_departures
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report, RowNote
from bookings.services.transitions import cancel_bookings
from bookings.spreadsheets import read_table
from bookings.tables import Table
from bookings.timeline import sentence
from notifications.models import Message
from notifications.refusals import Refused
from payments.imports import import_bookings
from payments.models import ClosedDecision, Payment
from payments.services.decision_entries import sections
from payments.services.imported_decisions import IMPORTED
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from tests.factories import NOW, make_booking, make_departure
from tests.payments.imports.old_system import DATA, HEADERS, ROW, breaches, figures, run

pytestmark = pytest.mark.django_db


def test_the_same_file_again_changes_nothing_whatever_became_of_the_booking(boss: User, departure: Departure) -> None:
    run(boss, {})
    cancel_bookings(booking_ids=[Booking.objects.get().pk], reason="Ill", actor=Actor("Test"), now=NOW)
    tables = (Booking, Customer, Payment, BookingEvent, Departure)
    before = [list(table.objects.values()) for table in tables]
    assert figures(run(boss, {})) == (0, 0, 1, 0)
    assert [list(table.objects.values()) for table in tables] == before


def test_the_same_row_twice_is_one_booking(boss: User, departure: Departure) -> None:
    report = run(boss, {}, {"Price per person": "1000.50", "Date": "01/12/2026"})
    assert (figures(report), report.remarks) == ((1, 0, 1, 0), [RowNote(3, "The same as row 2.")])


def test_one_ref_with_two_contents_is_refused_in_both_rows(boss: User, departure: Departure) -> None:
    reason = "Ref: OLD-000001 is in rows 2, 3 with different content. Keep one."
    assert run(boss, {}, {"Adults": "1"}).refused == [RowNote(2, reason), RowNote(3, reason)]


def test_all_or_nothing_unless_the_good_rows_are_wanted(boss: User, departure: Departure) -> None:
    good, bad = {"Ref": "1"}, {"Ref": "2", "Status": "???"}
    report = run(boss, good, bad)
    assert (report.written, report.as_json()["created"], Booking.objects.count()) == (False, 0, 0)
    assert (Payment.objects.count(), Customer.objects.count(), BookingEvent.objects.count()) == (0, 0, 0)
    departure.refresh_from_db()
    assert departure.seats_taken == 0
    assert (run(boss, good, bad, good_rows=True).written, Booking.objects.count()) == (True, 1)


def test_a_dry_run_writes_nothing(boss: User, departure: Departure) -> None:
    report = run(boss, {}, dry_run=True)
    assert (figures(report), report.written, Booking.objects.count()) == ((1, 0, 0, 0), False, 0)


def test_confirmations_go_only_where_they_were_asked_for_and_still_help(boss: User, departure: Departure) -> None:
    run(boss, {"Ref": "1"}, {"Ref": "2", "Status": "Cancelled"}, send_confirmations=True)
    message = Message.objects.get()
    assert (message.kind, message.recipient) == ("booking_confirmed", "katerina@mail.example.org")
    assert (message.context["paid"], message.context["balance"]) == ("500.00", "2501.50")


def test_two_imports_of_one_file_at_once_give_one_booking_and_a_sentence(boss: User, departure: Departure) -> None:
    def other_import(money: Sequence[new_bookings.ImportedMoney], actor: Actor, now: datetime) -> None:
        make_booking(departure=departure)
        Booking.objects.filter(external_reference="").update(external_reference="OLD-000001")

    with pytest.raises(Refused, match="Nothing was written; import the file again"):
        importing.import_bookings(
            table=Table(HEADERS, [list(ROW.values())]),
            options=ImportOptions(),
            record_money=other_import,
            actor=importer(boss),
            now=NOW,
        )
    assert Booking.objects.count() == 0


def test_the_number_of_statements_does_not_grow_with_the_rows(boss: User, departure: Departure) -> None:
    def statements(prefix: str, rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            run(boss, *({"Ref": f"{prefix}-{n}", "E-mail": f"{prefix}{n}@mail.example.org"} for n in range(rows)))
        return len(queries)

    assert statements("few", 3) == statements("many", 30)


@pytest.mark.e2e
def test_the_old_system_s_files_go_in_and_the_books_are_clean(boss: User) -> None:
    def bookings(**options: Any) -> Report:
        table = read_table((DATA / "old-system-bookings.csv").read_bytes())
        return import_bookings(table=table, options=ImportOptions(**options), actor=importer(boss), now=NOW)

    table = read_table((DATA / "old-system-departures.csv").read_bytes())
    import_departures(table=table, options=ImportOptions(), now=NOW)
    assert (bookings().written, Booking.objects.count()) == (False, 0)

    report = bookings(good_rows=True)
    assert figures(report) == (2981, 0, 0, 19)
    wanted = {"Confirmed": 1923, "Cancelled": 1032, "No show": 26}
    assert report.statuses == wanted
    assert Counter(Booking.objects.values_list("status", flat=True)) == {
        "confirmed": 1923,
        "cancelled": 1032,
        "no_show": 26,
    }
    assert Counter(note.reason.split("“")[0].split(";")[0] for note in report.refused) == {
        "Status: ": 9,
        "Status is blank": 3,
        "E-mail: ": 5,
        "Adults and Children: 0 people": 2,
    }
    assert [(d.code, d.planned_capacity, d.seats_taken) for d in report.oversold][:2] == [
        ("LAL-E-20260717-0730", 7, 9),
        ("LAL-D-20260903-0730", 20, 22),
    ]
    assert len(report.oversold) == 10
    assert report.paid == {"ETB": Decimal("4398060.00")}
    assert breaches() == []
    assert Message.objects.count() == 0
    assert figures(bookings(good_rows=True)) == (0, 0, 2981, 19)


def test_history_comes_in_decided_and_what_is_still_to_come_does_not(boss: User, departure: Departure) -> None:
    past = make_departure(trip=departure.trip, starts_at=datetime(2026, 7, 1, 4, 30, tzinfo=UTC))
    too_much = {"Paid": "4000.00"}
    report = run(
        boss,
        {"Ref": "OLD-1", "Status": "Cancelled"},
        {"Ref": "OLD-2", "Date": "2026-07-01", "Booked on": "01/06/2026", **too_much},
        {"Ref": "OLD-3", "Lead name": "To come", **too_much},
        {"Ref": "OLD-4", "Lead name": "Paid as it should be"},
    )
    assert (figures(report), past.code != departure.code) == ((4, 0, 0, 0), True)
    closed = ClosedDecision.objects.order_by("pk").values_list("booking__external_reference", "kind", "closed_by_label")
    assert list(closed) == [
        ("OLD-1", "money_left", "Import by Sara Tesfaye"),
        ("OLD-2", "overpaid", "Import by Sara Tesfaye"),
    ]
    listed = [d.booking for section in sections(now=NOW) for d in section.decisions]
    assert [booking.external_reference for booking in listed if booking] == ["OLD-3"]
    lines = map(sentence, BookingEvent.objects.filter(kind="decision_closed").order_by("pk"))
    assert [line.partition(" closed: ")[2] for line in lines] == [IMPORTED] * 2
    cancelled = Booking.objects.get(external_reference="OLD-1")
    cash = ManualPayment(method="cash", amount=Decimal(1))
    record_payments(booking_ids=[cancelled.pk], money=cash, actor=importer(boss), now=NOW + timedelta(hours=1))
    assert [section.title for section in sections(now=NOW)] == [
        "Money on cancelled and expired bookings",
        "Paid too much",
    ]
    assert breaches() == []
