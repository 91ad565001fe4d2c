"""The clerk's way in and out: upload, the page that names each bad row, confirm; and exports."""

import csv
import io
import os
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from bookings.models import Booking, Departure
from bookings.services.customers import CustomerData
from bookings.services.many_customers import find_or_create_customers
from notifications.models import Message
from tests.factories import make_booking, make_departure, make_trip, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BOOKINGS, DEPARTURES = "/admin/bookings/booking/", "/admin/bookings/departure/"
DEPARTURE_FILE = "Trip,Trip name,Date,Start time,Capacity,Price,Currency\nLAL-A,Lalibela,2027-12-01,07:30,15,1500,ETB\n"
HEADER = "Ref,Trip,Date,Booked on,Lead name,E-mail,Adults,Price per person,Currency,Status,Paid,Notes\n"
GOOD = 'OLD-1,LAL-A,2027-12-01,2026-07-01,አበበ,a@mail.example.org,2,1500,ETB,Confirmed,3000,"=HYPERLINK(""x"")"\n'
BAD = "OLD-2,LAL-A,2027-12-01,2026-07-01,<b>Eve</b>,,2,1500,ETB,<script>x</script>,0,\n"


@pytest.fixture
def manager(client: Client, settings: Settings, tmp_path: Path) -> Client:
    settings.VAR_DIR = tmp_path
    user = make_user(
        *(f"bookings.{name}" for name in ("view_booking", "view_departure", "import_booking", "export_booking"))
    )
    client.force_login(user)
    return client


def upload(client: Client, url: str, content: str | bytes, name: str = "old.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(f"{url}import/", {"import_file": SimpleUploadedFile(name, data), "resource": "0"})


def confirm(client: Client, url: str, page: Any, **ticks: str) -> Any:
    form = page.context["confirm_form"]
    return client.post(f"{url}process_import/", {**form.initial, **ticks})


def import_departures(client: Client) -> None:
    confirm(client, DEPARTURES, upload(client, DEPARTURES, DEPARTURE_FILE))


def test_a_file_is_shown_first_and_imported_when_confirmed(manager: Client) -> None:
    page = upload(manager, DEPARTURES, DEPARTURE_FILE)
    assert (page.status_code, page.context["result"].report.created) == (200, 1)
    assert Departure.objects.count() == 0
    assert confirm(manager, DEPARTURES, page).url == DEPARTURES
    assert Departure.objects.count() == 1
    assert LogEntry.objects.get().object_repr == "Import of old.csv"


def test_bookings_come_in_with_their_money_and_without_mail(manager: Client) -> None:
    import_departures(manager)
    confirm(manager, BOOKINGS, upload(manager, BOOKINGS, HEADER + GOOD))
    booking = Booking.objects.get()
    assert (booking.paid, booking.payments.count(), Message.objects.count()) == (Decimal(3000), 1, 0)


def test_confirmations_are_sent_when_ticked(manager: Client) -> None:
    import_departures(manager)
    confirm(manager, BOOKINGS, upload(manager, BOOKINGS, HEADER + GOOD), send_confirmations="on")
    assert list(Message.objects.values_list("kind", flat=True)) == ["booking_confirmed"]


def test_a_bad_row_is_named_escaped_and_stops_the_file_until_the_good_rows_are_wanted(manager: Client) -> None:
    import_departures(manager)
    page = upload(manager, BOOKINGS, HEADER + GOOD + BAD)
    assert "Row 3" in page.text
    assert "Status: “&lt;script&gt;x&lt;/script&gt;” isn&#x27;t known" in page.text
    assert "<script>x" not in page.text
    again = confirm(manager, BOOKINGS, page)
    assert "Nothing was imported: some rows are refused." in again.text
    assert Booking.objects.count() == 0
    assert confirm(manager, BOOKINGS, page, good_rows="on").url == BOOKINGS
    assert Booking.objects.count() == 1


def test_an_excel_file_is_known_by_its_content(manager: Client) -> None:
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(DEPARTURE_FILE)):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    confirm(manager, DEPARTURES, upload(manager, DEPARTURES, stream.getvalue(), "named-wrongly.csv"))
    assert Departure.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Trip\0,x\n1,2\n", "isn’t a CSV or Excel"),
        ("Trip,Naïve\nx,y\n".encode("latin-1"), "isn’t UTF-8 text"),
        (b"PK\x03\x04 broken", "The Excel workbook can’t be read"),
        (b"Trip,Date\nLAL-A,2027-12-01\n", "The file lacks the columns Start time, Capacity, Price and Currency"),
        (b"\n\n", "The first row must hold the names of the columns"),
        (b"x" * (10 * 1024 * 1024 + 1), "The file is larger than 10 MB"),
    ],
)
def test_a_hostile_file_gets_a_sentence(manager: Client, content: bytes, sentence: str) -> None:
    page = upload(manager, DEPARTURES, content)
    assert page.status_code == 200
    assert sentence in page.text.replace("&#x27;", "’")


@pytest.mark.parametrize("name", ["../../etc/passwd", "0" * 32, ""])
def test_a_file_that_is_not_kept_must_be_uploaded_again(manager: Client, name: str) -> None:
    data = {"import_file_name": name, "original_file_name": "x.csv", "format": "0", "resource": "0"}
    assert manager.post(f"{DEPARTURES}process_import/", data)["Location"] == f"{DEPARTURES}import/"


def test_a_kept_file_that_can_no_longer_be_read_is_told_why(manager: Client, tmp_path: Path) -> None:
    page = upload(manager, DEPARTURES, DEPARTURE_FILE)
    [kept] = (tmp_path / "imports").iterdir()
    kept.write_bytes(b"PK nonsense")
    answer = confirm(manager, DEPARTURES, page)
    assert answer["Location"] == f"{DEPARTURES}import/"
    assert "The Excel workbook can&#x27;t be read." in manager.get(answer["Location"]).content.decode()


def test_uploads_are_kept_a_day_at_most(manager: Client, tmp_path: Path) -> None:
    upload(manager, DEPARTURES, DEPARTURE_FILE)
    [kept] = (tmp_path / "imports").iterdir()
    os.utime(kept, (time.time() - 90_000, time.time() - 90_000))
    page = upload(manager, DEPARTURES, DEPARTURE_FILE)
    [newer] = (tmp_path / "imports").iterdir()
    assert newer != kept
    confirm(manager, DEPARTURES, page)
    assert [kept.suffix for kept in (tmp_path / "imports").iterdir()] == [".result"]


@pytest.mark.parametrize("url", [BOOKINGS, DEPARTURES])
def test_without_the_permissions_there_is_no_way_in_or_out(client: Client, url: str) -> None:
    client.force_login(make_user("bookings.view_booking", "bookings.view_departure"))
    assert [client.get(f"{url}{page}/").status_code for page in ("import", "export")] == [403, 403]
    assert client.post(f"{url}process_import/").status_code == 403
    page = client.get(url).text
    assert (f"{url}import/" in page, f"{url}export/" in page) == (False, False)


def test_the_lists_offer_both_to_those_who_may(manager: Client) -> None:
    for url in (BOOKINGS, DEPARTURES):
        page = manager.get(url).text
        assert (f"{url}import/" in page, f"{url}export/" in page) == (True, True)
        assert manager.get(f"{url}import/").status_code == 200


def ask_for_export(client: Client, url: str, number: int) -> Any:
    form = client.get(f"{url}export/").context["form"]
    ticks = {name: "on" for name, field in form.fields.items() if getattr(field, "is_selectable_field", False)}
    return client.post(f"{url}export/", {**ticks, "format": str(number), "resource": "0"})


def export(client: Client, url: str, number: int) -> bytes:
    response = ask_for_export(client, url, number)
    assert response.status_code == 200
    content: bytes = response.getvalue()
    return content


def test_an_export_is_sent_in_pieces(manager: Client) -> None:
    make_booking()
    assert [ask_for_export(manager, BOOKINGS, number).streaming for number in (0, 1)] == [True, True]


def test_an_excel_file_that_would_take_too_long_is_refused(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookings.desk.exports.MAX_XLSX_ROWS", 1)
    assert len(rows_of(export(manager, BOOKINGS, 0))) == 0
    for _number in range(2):
        make_booking()
    page = ask_for_export(manager, BOOKINGS, 1)
    assert "An Excel file takes up to 1 rows. Narrow the list with a filter, or choose CSV." in page.content.decode()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def hostile_booking() -> Booking:
    [customer] = find_or_create_customers(
        data=[CustomerData(name="@SUM(A1)", email="eve@mail.example.org", phone="+251923272516")]
    )
    return make_booking(customer=customer, notes="=cmd()", departure=make_departure(trip=make_trip(name="-1+1")))


def test_exported_cells_do_not_run(manager: Client) -> None:
    booking = hostile_booking()
    [row] = rows_of(export(manager, BOOKINGS, 0))
    assert (row["Lead name"], row["Phone"], row["Notes"]) == ("'@SUM(A1)", "+251923272516", "'=cmd()")
    assert (row["Ref"], row["Party"], row["Total"], row["Status"]) == (booking.reference, "2", "2000.00", "Pending")
    [row] = rows_of(export(manager, DEPARTURES, 0))
    assert (row["Trip name"], row["Capacity"], row["Seats taken"]) == ("'-1+1", "10", "2")


def test_an_excel_export_keeps_numbers_and_days(manager: Client) -> None:
    booking = hostile_booking()
    sheet = openpyxl.load_workbook(io.BytesIO(export(manager, BOOKINGS, 1))).active
    header, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    cells = dict(zip(header, row, strict=True))
    assert (cells["Party"], cells["Total"], cells["Notes"]) == (2, 2000, "=cmd()")
    assert (cells["Phone"], cells["Lead name"], cells["Trip"]) == (
        "+251923272516",
        "@SUM(A1)",
        booking.departure.trip.code,
    )
    notes, total = (sheet.cell(2, header.index(name) + 1) for name in ("Notes", "Total"))
    assert (notes.data_type, total.number_format) == ("s", "#,##0.00")
    assert cells["Date"].date() == booking.departure.starts_at.astimezone(booking.departure.trip.zone).date()


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
def test_an_exported_file_comes_back_unchanged(manager: Client, number: int) -> None:
    import_departures(manager)
    confirm(manager, BOOKINGS, upload(manager, BOOKINGS, HEADER + GOOD))
    hostile_booking()
    before = list(Booking.objects.order_by("pk").values())
    for url in (BOOKINGS, DEPARTURES):
        page = upload(manager, url, export(manager, url, number))
        report = page.context["result"].report
        assert (report.rows, report.unchanged, report.refused) == (2, 2, [])
    assert list(Booking.objects.order_by("pk").values()) == before


def test_an_export_asks_as_often_for_many_rows_as_for_one(manager: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            export(manager, BOOKINGS, 0)
        return len(queries)

    hostile_booking()
    one = statements()
    for _number in range(5):
        make_booking()
    assert statements() == one


CASES = Path(__file__).parents[2] / "data" / "cases"


def test_the_page_asks_how_numbers_are_written_and_imports_what_was_seen(manager: Client) -> None:
    confirm(manager, DEPARTURES, upload(manager, DEPARTURES, (CASES / "departures.csv").read_bytes()))
    page = upload(manager, BOOKINGS, (CASES / "euro-thousands.csv").read_bytes())
    assert 'name="numbers" value="1.234,50">' in page.text
    assert 'name="dates" value="dmy" checked>' in page.text
    shown = {"named": page.context["result"].report.figures}
    assert "some rows are refused" in confirm(manager, BOOKINGS, page, **shown).text
    chosen = {"numbers": "1.234,50", "dates": "dmy"}
    again = confirm(manager, BOOKINGS, page, **shown, **chosen)
    assert "Nothing was imported yet: this is what the file does when it is read so." in again.text
    assert 'name="numbers" value="1.234,50" checked>' in again.text
    assert Booking.objects.count() == 0
    shown = {"named": again.context["result"].report.figures}
    assert confirm(manager, BOOKINGS, page, **shown, **chosen).url == BOOKINGS
    assert (Booking.objects.get().unit_price, Booking.objects.get().paid) == (Decimal(1500), Decimal(3000))


@pytest.mark.parametrize("choice", [{"numbers": "x"}, {"dates": "ymd"}])
def test_a_choice_that_was_not_offered_imports_nothing(manager: Client, choice: dict[str, str]) -> None:
    page = upload(manager, DEPARTURES, DEPARTURE_FILE)
    assert confirm(manager, DEPARTURES, page, **choice)["Location"] == f"{DEPARTURES}import/"
    assert Departure.objects.count() == 0


@pytest.mark.parametrize("number", [0, 1])
def test_an_export_of_a_repeated_hour_and_of_who_waits_comes_back_unchanged(manager: Client, number: int) -> None:
    trip = make_trip(code="ROM", time_zone="Europe/Rome")
    for hour in (0, 1):
        starts_at = datetime(2028, 10, 29, hour, 30, tzinfo=UTC)
        make_booking(departure=make_departure(trip=trip, starts_at=starts_at), waitlist=True)
    for url in (BOOKINGS, DEPARTURES):
        report = upload(manager, url, export(manager, url, number)).context["result"].report
        assert (report.rows, report.unchanged, report.refused) == (2, 2, [])


def test_the_sheet_with_the_bookings_is_found_on_the_page_too(manager: Client) -> None:
    confirm(manager, DEPARTURES, upload(manager, DEPARTURES, (CASES / "departures.csv").read_bytes()))
    page = upload(manager, BOOKINGS, (CASES / "bookings-on-the-second-sheet.xlsx").read_bytes())
    assert "The sheet “Bookings” is read." in page.text
    assert confirm(manager, BOOKINGS, page).url == BOOKINGS
    assert Booking.objects.count() == 1
