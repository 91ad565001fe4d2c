"""Bookings from another system's file, with what was paid for them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from bookings.actors import Actor
from bookings.models import Booking, BookingEvent, Customer, Departure, Traveller
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import RowNote
from bookings.services.transitions import cancel_bookings
from bookings.tables import Table
from bookings.timeline import sentence
from notifications.models import Message
from notifications.refusals import Refused
from payments.imports import import_bookings
from payments.models import Payment
from tests.factories import NOW, make_departure
from tests.payments.imports.old_system import HEADERS, breaches, figures, run

pytestmark = pytest.mark.django_db


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
