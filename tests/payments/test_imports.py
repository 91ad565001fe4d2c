"""Bookings from another system's file, with what was paid for them."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actors import Actor, importer
from bookings.books import breaches as booking_breaches
from bookings.models import Booking, BookingEvent, Customer, Departure, Traveller
from bookings.services.importing import bookings as importing
from bookings.services.importing.departures import import_departures
from bookings.services.importing.report import ImportOptions, Report, RowNote
from bookings.services.transitions import cancel_bookings
from bookings.spreadsheets import Table, read_table
from bookings.timeline import sentence
from notifications.models import Message
from notifications.refusals import Refused
from payments.books import breaches as payment_breaches
from payments.imports import import_bookings
from payments.models import ClosedDecision, Payment
from payments.services.closing_decisions import IMPORTED
from payments.services.decisions import sections
from payments.services.manual.record import ManualPayment, record_payments
from tests.factories import NOW, make_booking, make_departure, make_trip, make_user

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[1] / "data"
ROW = {
    "Ref": "OLD-000001",
    "Trip": "LAL-A",
    "Date": "2026-12-01",
    "Booked on": "24/07/2026",
    "Lead name": "Kateřina በቀለ",
    "E-mail": "  KATERINA@MAIL.EXAMPLE.ORG ",
    "Phone": "0923272516",
    "Country": "PRT",
    "Adults": "2",
    "Children": "1",
    "Price per person": "1,000.50",
    "Currency": "ETB",
    "Status": "Confirmed",
    "Paid": "500.00",
    "Paid by": "Bank",
    "Notes": '=HYPERLINK("x")',
}
HEADERS = list(ROW)


@pytest.fixture
def boss() -> User:
    return make_user(first_name="Sara", last_name="Tesfaye")


@pytest.fixture
def departure() -> Departure:
    starts_at = datetime(2026, 12, 1, 4, 30, tzinfo=UTC)
    return make_departure(trip=make_trip(code="LAL-A"), starts_at=starts_at, capacity=10)


def run(boss: User, *changes: dict[str, str], **options: Any) -> Report:
    """Import one row for each dictionary of changes to ROW."""
    table = Table(HEADERS, [list((ROW | change).values()) for change in changes])
    return import_bookings(table=table, options=ImportOptions(**options), actor=importer(boss), now=NOW)


def figures(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def breaches() -> list[str]:
    return [*booking_breaches(), *payment_breaches()]


def test_a_row_becomes_a_booking_with_its_money_and_mails_nobody(boss: User, departure: Departure) -> None:
    assert figures(run(boss, {})) == (1, 0, 0, 0)
    booking = Booking.objects.get()
    assert (booking.status, booking.source, booking.external_reference) == ("confirmed", "import", "OLD-000001")
    assert (booking.party_size, booking.unit_price, booking.total) == (3, Decimal("1000.50"), Decimal("3001.50"))
    assert (booking.paid, booking.deposit_due, booking.balance) == (Decimal(500), Decimal(0), Decimal("2501.50"))
    assert booking.created_at == datetime(2026, 7, 24, 9, 0, tzinfo=UTC)
    assert booking.notes == '=HYPERLINK("x")'
    customer = booking.customer
    assert (customer.name, customer.email, customer.phone, customer.country.code) == (
        "Kateřina በቀለ",
        "katerina@mail.example.org",
        "+251923272516",
        "PT",
    )
    assert list(Traveller.objects.values_list("name", "category")) == [("Kateřina በቀለ", "adult")]
    assert Message.objects.count() == 0


def test_the_payment_names_the_person_and_the_timeline_each_change(boss: User, departure: Departure) -> None:
    run(boss, {})
    payment = Payment.objects.get()
    assert (payment.method, payment.amount, payment.status) == ("bank_transfer", Decimal(500), "succeeded")
    assert (payment.recorded_by, payment.recorded_by_label) == (boss, "Import by Sara Tesfaye")
    assert payment.note == "Bank (old system)"
    events = [(e.kind, e.from_status, e.to_status, sentence(e), e.actor_label) for e in BookingEvent.objects.all()]
    assert events == [
        ("created", "", "confirmed", "OLD-000001: 2 adults, 1 child", "Import by Sara Tesfaye"),
        ("payment_received", "", "", f"Bank (old system): ETB 500.00 ({payment.tx_ref})", "Import by Sara Tesfaye"),
    ]


@pytest.mark.parametrize(
    ("paid_by", "method"), [("Cash", "cash"), ("Bank", "bank_transfer"), ("Chapa", "other"), ("", "other")]
)
def test_how_it_was_paid_becomes_a_manual_method(boss: User, departure: Departure, paid_by: str, method: str) -> None:
    run(boss, {"Paid by": paid_by})
    assert Payment.objects.get().method == method


def test_money_needs_a_person(departure: Departure) -> None:
    with pytest.raises(Refused, match="need the person who imports"):
        import_bookings(table=Table(HEADERS, []), options=ImportOptions(), actor=Actor("Import"), now=NOW)


def test_each_status_of_the_old_system(boss: User, departure: Departure) -> None:
    statuses = ["Confirmed", "CANCELLED", "No show"]
    report = run(boss, *({"Ref": f"OLD-{n}", "Status": status} for n, status in enumerate(statuses)))
    assert report.statuses == {"Confirmed": 1, "Cancelled": 1, "No show": 1}
    rows = Booking.objects.order_by("pk").values_list("status", "cancel_reason", "paid", "deposit_due")
    assert list(rows) == [
        ("confirmed", "", Decimal(500), Decimal(0)),
        ("cancelled", "Cancelled in the old system", Decimal(500), Decimal("900.45")),
        ("no_show", "", Decimal(500), Decimal(0)),
    ]
    departure.refresh_from_db()
    assert departure.seats_taken == 6
    assert breaches() == []
    assert [note.reason for note in report.remarks] == [
        "Cancelled, but ETB 500.00 is still paid.",
        "No show before the departure.",
    ]


def test_an_oversold_departure_keeps_every_party_and_shows_it(boss: User, departure: Departure) -> None:
    report = run(boss, {"Ref": "OLD-1", "Adults": "8"}, {"Ref": "OLD-2", "Adults": "8"})
    assert report.as_json()["oversold"] == [{"departure": departure.code, "capacity": 10, "sold": 18}]
    departure.refresh_from_db()
    assert (departure.seats_taken, departure.capacity, departure.oversold_by) == (18, 18, 8)
    cancel_bookings(booking_ids=[Booking.objects.earliest("pk").pk], reason="Ill", actor=Actor("Test"), now=NOW)
    departure.refresh_from_db()
    assert (departure.seats_taken, departure.capacity, departure.oversold_by) == (9, 10, 0)


def test_one_person_is_one_customer_and_nobody_without_an_address_is(boss: User, departure: Departure) -> None:
    Customer.objects.create(name="KATEŘINA በቀለ", email="katerina@mail.example.org")
    blank = {"E-mail": ""}
    run(boss, {"Ref": "1"}, {"Ref": "2"}, {"Ref": "3"} | blank, {"Ref": "4"} | blank)
    assert list(Customer.objects.order_by("pk").values_list("name", "email")) == [
        ("KATEŘINA በቀለ", "katerina@mail.example.org"),
        ("Kateřina በቀለ", ""),
        ("Kateřina በቀለ", ""),
    ]


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


def test_contact_and_notes_are_taken_over_and_blanks_erase_nothing(boss: User, departure: Departure) -> None:
    run(boss, {})
    assert figures(run(boss, {"Phone": "+44 7049638273", "Country": "", "Notes": "vegetarian"})) == (0, 1, 0, 0)
    booking = Booking.objects.get()
    assert (booking.customer.phone, booking.customer.country.code) == ("+447049638273", "PT")
    assert booking.notes == "vegetarian"
    assert sentence(BookingEvent.objects.latest("pk")) == "From OLD-000001: phone, notes"
    assert figures(run(boss, {"Phone": "+44 7049638273", "Country": "", "Notes": "vegetarian"})) == (0, 0, 1, 0)


def test_what_only_tourdesk_may_change_is_refused(boss: User, departure: Departure) -> None:
    run(boss, {})
    report = run(boss, {"Status": "Cancelled", "Adults": "5", "Paid": "0"})
    reference = Booking.objects.get().reference
    assert report.refused == [
        RowNote(
            2,
            f"Ref: OLD-000001 is here as {reference} with Party 3, Status Confirmed, Paid 500.00."
            " Change the booking in Tourdesk.",
        )
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Status": ""}, "Status is blank; write Confirmed, Cancelled, No show or Waiting list."),
        (
            {"Status": "confirmd"},
            "Status: “confirmd” isn't known; write Confirmed, Cancelled, No show or Waiting list."
            " Did you mean Confirmed?",
        ),
        (
            {"Status": "Pending"},
            "Status: a new booking can't come in as Pending; write Confirmed, Cancelled, No show or Waiting list.",
        ),
        (
            {"Adults": "0", "Children": "0"},
            "Adults and Children: 0 people; a party is between 1 and 500 people.",
        ),
        (
            {"E-mail": "iman at mail.example.org"},
            "E-mail: “iman at mail.example.org” isn't an e-mail address; did you mean iman@mail.example.org?",
        ),
        (
            {"Date": "2026-12-02"},
            "Trip and Date: LAL-A doesn't depart on 2026-12-02 in Tourdesk. Import the departures first.",
        ),
        ({"Price per person": "9999999999", "Adults": "500"}, "Price per person: the total is too large."),
    ],
)
def test_a_bad_row_is_refused_with_field_and_cure(
    boss: User, departure: Departure, change: dict[str, str], reason: str
) -> None:
    change = {"Children": "0"} | change
    assert [note.reason for note in run(boss, change).refused] == [reason]
    assert Booking.objects.count() == 0


def test_a_cancelled_departure_takes_only_cancelled_bookings(boss: User, departure: Departure) -> None:
    Departure.objects.update(status="cancelled")
    report = run(boss, {"Ref": "1"}, {"Ref": "2", "Status": "Cancelled"}, good_rows=True)
    assert figures(report) == (1, 0, 0, 1)
    assert (
        report.refused[0].reason == f"Trip and Date: {departure.code} is cancelled in Tourdesk; so must the booking be."
    )


def test_two_departures_on_a_day_want_the_start_time(boss: User, departure: Departure) -> None:
    make_departure(trip=departure.trip, starts_at=datetime(2026, 12, 1, 11, 0, tzinfo=UTC))
    reason = "Date: LAL-A departs more than once on 2026-12-01. Write the Start time of one: 07:30 or 14:00."
    assert [note.reason for note in run(boss, {}).refused] == [reason]


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
    def other_import(money: Sequence[importing.ImportedMoney], actor: Actor, now: datetime) -> None:
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
