"""Files as people send them: other styles of writing, Excel's own ways, several things in one cell."""

import codecs
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.contrib.auth.models import User

from bookings.books import breaches
from bookings.models import Booking, Customer, Departure
from bookings.refusals.files import UnreadableFile
from bookings.services.importing.report import RowNote
from notifications.models import Message
from payments.models import Payment
from tests.factories import make_booking, make_departure, make_trip
from tests.payments.imports.case_files import CASES, HEADER, ROW, figures, run, run_bytes, run_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("departures"), pytest.mark.slow]


def test_phones_that_excel_has_changed(boss: User) -> None:
    report = run_case("phones-from-excel.csv", boss, good_rows=True)
    assert (figures(report), [note.row for note in report.refused]) == ((6, 0, 0, 1), [8])
    assert report.refused[0].reason.startswith("Lead name: “#REF!” is what a spreadsheet shows")
    phones = Booking.objects.order_by("pk").values_list("customer__phone", "notes")
    assert list(phones) == [
        ("", ""),
        ("", ""),
        ("+251911234567", ""),
        ("", ""),
        ("+251911234567", "Other phone: 0922 345678"),
        ("", ""),
    ]
    assert sorted(note.row for note in report.remarks) == [2, 3, 5, 6, 7]
    assert figures(run_case("phones-from-excel.csv", boss, good_rows=True)) == (0, 0, 6, 1)


@pytest.mark.parametrize("column", ["Ref", "Trip", "Date", "Lead name", "Adults", "Price per person", "Status", "Paid"])
@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#ССЫЛКА!", "########"])
def test_an_error_in_a_cell_that_counts_refuses_its_row_by_name(boss: User, column: str, error: str) -> None:
    [note] = run(boss, {column: error}).refused
    assert f"{column}: “{error}” is what a spreadsheet shows where it has no value" in note.reason


@pytest.mark.parametrize("column", ["E-mail", "Phone"])
def test_an_error_in_a_cell_that_may_be_blank_leaves_it_blank(boss: User, column: str) -> None:
    report = run(boss, {column: "#VALUE!"})
    assert (figures(report), [note.row for note in report.remarks]) == ((1, 0, 0, 0), [2])
    assert column in report.remarks[0].reason


def test_several_people_in_a_cell_are_one_customer_and_their_travellers(boss: User) -> None:
    report = run_case("several-names-in-a-cell.csv", boss)
    assert figures(report) == (2, 0, 0, 0)
    names = [
        (booking.customer.name, [traveller.name for traveller in booking.travellers.all()])
        for booking in Booking.objects.order_by("pk")
    ]
    assert names == [
        ("Prova Tre", ["Prova Tre", "Prova Quattro", "Prova Cinque"]),
        ("Prova Sei", ["Prova Sei", "Prova Sette"]),
    ]
    assert figures(run_case("several-names-in-a-cell.csv", boss)) == (0, 0, 2, 0)


@pytest.mark.parametrize("name", ["W/ro Almaz Bekele", "G/Michael Tesfaye", "Doe, John", "Anderson Andy"])
def test_one_person_s_name_stays_one(boss: User, name: str) -> None:
    assert run(boss, {"Lead name": name}).remarks == []
    assert Booking.objects.get().customer.name == name


@pytest.mark.parametrize("name", ["Mr & Mrs Smith", "Smith & Sons Travel", "Abebe and Sara"])
def test_what_may_be_several_people_is_kept_and_remarked(boss: User, name: str) -> None:
    [remark] = run(boss, {"Lead name": name}).remarks
    assert remark == RowNote(2, f"Lead name: “{name}” may be several people; kept as one name.")
    assert Booking.objects.get().customer.name == name


def test_more_people_than_the_party_are_refused(boss: User) -> None:
    rows = {"Lead name": "Prova Uno | Prova Due | Prova Tre"}
    [note] = run(boss, rows).refused
    assert note.reason == "Lead name: 3 people are named for a party of 2. Correct one of them."


def test_the_first_of_several_addresses_is_kept(boss: User) -> None:
    run_bytes(f"{HEADER}\n{';'.join(ROW.values())}".replace("uno@", "tre@prova.example, uno@").encode(), boss)
    booking = Booking.objects.get()
    assert (booking.customer.email, booking.notes) == ("tre@prova.example", "Other e-mail: uno@prova.example")


def test_a_composed_and_a_decomposed_name_are_one_person_and_a_ref_in_small_letters_one_ref(boss: User) -> None:
    report = run_case("composed-and-decomposed-names.csv", boss)
    assert (figures(report), report.remarks) == ((2, 0, 1, 0), [RowNote(4, "The same as row 2.")])
    assert list(Customer.objects.values_list("name", flat=True)) == ["José Prova"]
    assert list(Booking.objects.order_by("pk").values_list("external_reference", flat=True)) == ["W-24", "W-25"]
    assert figures(run_case("composed-and-decomposed-names.csv", boss)) == (0, 0, 3, 0)


@pytest.mark.parametrize("ref", ["w-1", "Ｗ-1", "W-1"])
def test_a_ref_is_known_in_any_case_and_width(boss: User, ref: str) -> None:
    run(boss, {})
    assert figures(run(boss, {"Ref": ref})) == (0, 0, 1, 0)
    [note] = run(boss, {"Ref": ref, "Adults": "5"}).refused
    assert note.reason.startswith(f"Ref: {ref} is here as {Booking.objects.get().reference} with Party 2.")


def test_accents_tell_people_apart(boss: User) -> None:
    run(
        boss,
        {"Lead name": "José Prova"},
        {"Ref": "W-2", "Lead name": "Jose Prova"},
        {"Ref": "3", "Lead name": "JOSÉ prova"},
    )
    assert list(Customer.objects.order_by("pk").values_list("name", flat=True)) == ["José Prova", "Jose Prova"]


def test_a_booking_whose_ref_was_changed_here_is_the_same_booking(boss: User) -> None:
    run(boss, {})
    Booking.objects.update(external_reference="OTHER")
    assert figures(run(boss, {})) == (0, 0, 1, 0)


@pytest.mark.parametrize(("mark", "coding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
def test_excel_s_unicode_text_is_read(boss: User, mark: bytes, coding: str) -> None:
    text = (CASES / "excel-unicode-text.csv").read_bytes().decode("utf-16")
    assert figures(run_bytes(mark + text.encode(coding), boss)) == (1, 0, 0, 0)


def test_broken_unicode_text_is_told(boss: User) -> None:
    with pytest.raises(UnreadableFile, match="isn't UTF-16 text"):
        run_bytes(codecs.BOM_UTF16_LE + b"R\0e", boss)
    with pytest.raises(UnreadableFile, match="isn't a CSV or Excel"):
        run_bytes(codecs.BOM_UTF32_LE + "Ref".encode("utf-32-le"), boss)


def test_the_sheet_that_has_the_header_is_read_and_named(boss: User) -> None:
    report = run_case("bookings-on-the-second-sheet.xlsx", boss)
    assert (figures(report), report.remarks) == ((1, 0, 0, 0), [RowNote(1, "The sheet “Bookings” is read.")])


def test_a_second_sheet_with_the_same_columns_is_not_forgotten(boss: User, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("2026", "2027"):
        sheet = book.create_sheet(name)
        sheet.append(list(ROW))
        sheet.append(list((ROW | {"Ref": name}).values()))
    book.save(tmp_path / "x.xlsx")
    report = run_bytes((tmp_path / "x.xlsx").read_bytes(), boss)
    assert Booking.objects.get().external_reference == "2026"
    assert report.remarks == [
        RowNote(
            1,
            "The sheet “2026” is read. The sheet “2027” has the same columns and isn't read:"
            " save it as a file of its own.",
        )
    ]


@pytest.mark.parametrize("above", ["Bookings, all of them; 2026\n\n", "sep=;\n", "\n"])
def test_a_header_below_a_title_is_found_and_rows_keep_their_numbers(boss: User, above: str) -> None:
    data = f"{above}{HEADER}\n{';'.join((ROW | {'Status': '?'}).values())}"
    report = run_bytes(data.encode(), boss)
    at = above.count("\n") + 1
    assert [note.row for note in report.refused] == [at + 1]
    assert report.remarks == [RowNote(at, f"Row {at} holds the names of the columns; what stands above it isn't read.")]


def test_a_header_that_lacks_a_column_is_named_where_it_stands(boss: User) -> None:
    with pytest.raises(UnreadableFile, match=r"lacks the column Status\. Its row 2 says: Ref, Trip"):
        run_bytes(f"Bookings\n{HEADER.replace('Status', 'State')}\nx".encode(), boss)


@pytest.mark.parametrize("word", ["Waiting list", "Waitlisted", "WAIT-LIST", "waitlist", "wait  list"])
def test_who_waits_comes_in_waiting(boss: User, word: str) -> None:
    assert figures(run(boss, {"Status": word}, send_confirmations=True)) == (1, 0, 0, 0)
    booking = Booking.objects.select_related("departure").get()
    assert (booking.status, booking.paid, booking.departure.seats_taken) == ("waitlisted", Decimal(0), 0)
    assert (list(breaches()), Payment.objects.count(), Message.objects.count()) == ([], 0, 0)
    assert figures(run(boss, {"Status": word})) == (0, 0, 1, 0)


def test_nobody_waits_with_money_or_for_what_is_over(boss: User) -> None:
    [note] = run(boss, {"Status": "Waiting list", "Paid": "10"}).refused
    assert note.reason == "Paid: a booking on the waiting list takes no money. Write 0, or the status Confirmed."
    Departure.objects.update(status="cancelled")
    [note] = run(boss, {"Status": "Waiting list"}).refused
    assert note.reason == "Status: nobody can wait for LAL-20261220-0730 any more; write Cancelled."


def test_two_departures_of_a_repeated_hour_are_told_apart_by_their_offset(boss: User) -> None:
    trip = make_trip(code="ROM", time_zone="Europe/Rome")
    for hour in (0, 1):
        make_departure(trip=trip, starts_at=datetime(2028, 10, 29, hour, 30, tzinfo=UTC))
    row = {"Trip": "ROM", "Date": "2028-10-29"}
    [note] = run(boss, row).refused
    assert note.reason.endswith("Write the Start time of one: 02:30+02:00 or 02:30+01:00.")
    data = f"{HEADER};Start time\n{';'.join((ROW | row).values())};02:30+01:00"
    assert figures(run_bytes(data.encode(), boss)) == (1, 0, 0, 0)
    assert Booking.objects.get().departure.starts_at == datetime(2028, 10, 29, 1, 30, tzinfo=UTC)


def test_a_name_is_stored_in_one_spelling_whichever_way_it_came() -> None:
    booking = make_booking(customer=Customer.objects.create(name="Jose\u0301"))
    assert booking.customer.name == "José"
    assert Customer.objects.get(name="Jose\u0301").name == "José"
    Customer.objects.update(name="Rene\u0301")
    assert Customer.objects.get().name == "René"


@pytest.mark.parametrize("column", ["Lead name", "Phone", "E-mail", "Price per person", "Date", "Paid"])
@pytest.mark.parametrize("text", ["x" + " " * 30_000 + "x", "1" * 30_000, "a@b.example;" * 2_000])
def test_a_very_long_cell_is_refused_without_long_work(boss: User, column: str, text: str) -> None:
    cells = list((ROW | {column: f'"{text}"'}).values())
    report = run_bytes(f"{HEADER}\n{';'.join(cells)}".encode(), boss)
    blanks = column in ("Lead name", "Phone") and text.startswith("x")  # shown as “x x”
    assert (len(report.refused), report.created) == ((0, 1) if blanks else (1, 0))
