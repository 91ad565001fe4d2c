"""Departures from another system's file."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bookings.models import Departure, Trip
from bookings.refusals.files import UnreadableFile
from bookings.services.importing.departure_rows import COLUMNS
from bookings.services.importing.departures import import_departures
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report, RowNote
from bookings.services.seats import seat_imported, take_seats
from bookings.spreadsheets import read_table
from bookings.tables import Table
from tests.factories import NOW, make_departure, make_trip

pytestmark = pytest.mark.django_db
HEADERS = ["Trip", "Trip name", "Date", "Start time", "Capacity", "Price", "Currency"]
ROW = ["LAL-A", "Lalibela highlands, class A", "2026-12-01", "07:30", "15", "1,500.00", "ETB"]
OLD_SYSTEM = Path(__file__).parents[3] / "data" / "old-system-departures.csv"


def run(*rows: list[str], now: datetime = NOW, **options: Any) -> Report:
    return import_departures(table=Table(HEADERS, list(rows)), options=ImportOptions(**options), now=now)


def changed(**cells: str) -> list[str]:
    return [cells.get(name.lower().replace(" ", "_"), value) for name, value in zip(HEADERS, ROW, strict=True)]


def figures(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def test_a_departure_and_its_trip_are_made() -> None:
    assert figures(run(ROW)) == (1, 0, 0, 0)
    departure = Departure.objects.get()
    assert departure.code == "LAL-A-20261201-0730"
    assert departure.starts_at == datetime(2026, 12, 1, 4, 30, tzinfo=UTC)
    assert departure.ends_at == departure.starts_at + timedelta(hours=10)
    assert (departure.capacity, departure.price, departure.currency) == (15, Decimal("1500.00"), "ETB")
    assert (departure.status, departure.seats_taken) == ("open", 0)
    trip = Trip.objects.get()
    assert (trip.code, trip.name, trip.destination) == ("LAL-A", "Lalibela highlands, class A", "Lalibela highlands")
    assert (trip.price, trip.capacity) == (Decimal("1500.00"), 15)


@pytest.mark.parametrize(
    ("day", "status"), [("2026-11-22", "completed"), ("23/11/2026", "closed"), ("2026-11-24", "open")]
)
def test_the_status_follows_from_the_day(day: str, status: str) -> None:
    run(changed(date=day))
    assert Departure.objects.get().status == status


def test_a_known_trip_keeps_its_name_and_its_time_zone_counts() -> None:
    make_trip(code="LAL-A", name="Our own name", time_zone="Europe/Lisbon")
    run(ROW)
    assert Trip.objects.get().name == "Our own name"
    assert Departure.objects.get().starts_at == datetime(2026, 12, 1, 7, 30, tzinfo=UTC)


def test_the_same_file_again_is_unchanged() -> None:
    run(ROW)
    before = list(Departure.objects.values())
    assert figures(run(ROW)) == (0, 0, 1, 0)
    assert list(Departure.objects.values()) == before


def test_a_new_capacity_and_price_are_taken_over() -> None:
    run(ROW)
    assert figures(run(changed(capacity="20", price="1600"))) == (0, 1, 0, 0)
    departure = Departure.objects.get()
    assert (departure.capacity, departure.planned_capacity, departure.price) == (20, None, Decimal("1600.00"))


def test_a_capacity_below_what_is_taken_is_only_planned() -> None:
    run(ROW)
    take_seats(departure_id=Departure.objects.get().pk, seats=12, now=NOW)
    run(changed(capacity="10"))
    departure = Departure.objects.get()
    assert (departure.capacity, departure.planned_capacity, departure.seats_taken) == (12, 10, 12)
    assert figures(run(changed(capacity="10"))) == (0, 0, 1, 0)


def test_another_currency_is_refused_once_seats_are_taken() -> None:
    run(ROW)
    take_seats(departure_id=Departure.objects.get().pk, seats=1, now=NOW)
    assert run(changed(currency="USD")).refused == [RowNote(2, "Currency: LAL-A-20261201-0730 is sold in ETB already.")]


def test_the_same_row_twice_counts_once_and_a_contradiction_is_refused() -> None:
    report = run(ROW, ROW)
    assert (figures(report), report.remarks) == ((1, 0, 1, 0), [RowNote(3, "The same departure as row 2.")])
    reason = "Rows 2, 3 are one departure with different content. Keep one."
    assert run(ROW, changed(capacity="1")).refused == [RowNote(2, reason), RowNote(3, reason)]


def test_bad_cells_are_all_named() -> None:
    report = run(changed(date="soon", capacity="many", currency=""))
    assert report.refused == [
        RowNote(
            2,
            "Date: “soon” isn't a date; write 2026-07-01 or 01/07/2026 (day first)."
            " Capacity: “many” isn't a whole number from 0 to 10000. Currency is blank; fill it in.",
        )
    ]


def test_an_unknown_trip_needs_a_name() -> None:
    report = run(changed(trip_name=""))
    assert report.refused == [RowNote(2, "Trip name is blank, and there is no trip LAL-A yet. Give its name.")]


def test_a_refused_row_stops_the_file_unless_the_good_rows_are_wanted() -> None:
    bad = changed(date="soon")
    assert (run(ROW, bad).written, Trip.objects.count(), Departure.objects.count()) == (False, 0, 0)
    assert (run(ROW, bad, good_rows=True).written, Departure.objects.count()) == (True, 1)


def test_a_dry_run_says_what_it_would_do_and_writes_nothing() -> None:
    report = run(ROW, dry_run=True)
    assert (figures(report), report.written) == ((1, 0, 0, 0), False)
    assert (Trip.objects.count(), Departure.objects.count()) == (0, 0)


def test_missing_columns_are_named() -> None:
    with pytest.raises(UnreadableFile, match="lacks the columns Start time, Capacity, Price and Currency"):
        import_departures(table=Table(["Trip", "Date"], [["LAL-A", "x"]]), options=ImportOptions(), now=NOW)


def test_the_old_system_s_file_goes_in() -> None:
    table = read_table(OLD_SYSTEM.read_bytes())
    assert figures(import_departures(table=table, options=ImportOptions(), now=NOW)) == (589, 0, 0, 0)
    assert (Trip.objects.count(), Departure.objects.count()) == (8, 589)
    assert figures(import_departures(table=table, options=ImportOptions(), now=NOW)) == (0, 0, 589, 0)


def test_imported_parties_grow_a_departure_only_as_far_as_they_must() -> None:
    full, roomy = make_departure(capacity=4), make_departure(capacity=10)
    take_seats(departure_id=full.pk, seats=3, now=NOW)
    assert seat_imported({full.pk: 3, roomy.pk: 2}) == [full]
    full.refresh_from_db()
    roomy.refresh_from_db()
    assert (full.capacity, full.planned_capacity, full.seats_taken, full.oversold_by) == (6, 4, 6, 2)
    assert (roomy.capacity, roomy.planned_capacity, roomy.seats_taken) == (10, None, 2)


def test_a_second_import_onto_an_oversold_departure_keeps_the_first_plan() -> None:
    departure = make_departure(capacity=4)
    seat_imported({departure.pk: 6})
    seat_imported({departure.pk: 1})
    departure.refresh_from_db()
    assert (departure.capacity, departure.planned_capacity, departure.seats_taken) == (7, 4, 7)


def rome() -> Trip:
    return make_trip(code="ROM", name="Rome walk", time_zone="Europe/Rome")


def at(clock: str, **cells: str) -> list[str]:
    return changed(**({"trip": "ROM", "start_time": clock} | cells))


def test_a_time_that_the_clocks_skip_is_refused_by_name_and_the_next_hour_is_fine() -> None:
    rome()
    table = read_table((OLD_SYSTEM.parent / "cases" / "departures-in-the-missing-hour.csv").read_bytes(), COLUMNS)
    report = import_departures(table=table, options=ImportOptions(good_rows=True), now=NOW)
    assert report.refused == [
        RowNote(
            2,
            "Start time: 02:30 doesn't exist on 2028-03-26 in Europe/Rome: the clocks go from 02:00 to 03:00."
            " Correct the time or the date.",
        )
    ]
    assert list(Departure.objects.values_list("code", flat=True)) == ["ROM-20280326-0330"]


def test_a_time_that_comes_twice_is_the_first_unless_its_offset_says_otherwise() -> None:
    rome()
    rows = [at(clock, date="2028-10-29") for clock in ("02:30", "02:30+01:00")]
    report = run(*rows)
    assert (figures(report), [note.row for note in report.remarks]) == ((2, 0, 0, 0), [2])
    assert report.remarks[0].reason == (
        "Start time: 02:30 comes twice on 2028-10-29 in Europe/Rome; the first is meant, which is 02:30+02:00."
    )
    assert list(Departure.objects.order_by("starts_at").values_list("code", "starts_at")) == [
        ("ROM-20281029-0230", datetime(2028, 10, 29, 0, 30, tzinfo=UTC)),
        ("ROM-20281029-0230-2", datetime(2028, 10, 29, 1, 30, tzinfo=UTC)),
    ]
    assert figures(run(*rows)) == (0, 0, 2, 0)
    twice = run(at("02:30", date="2028-10-29"), at("02:30+02:00", date="2028-10-29"))
    assert (figures(twice), twice.remarks[-1]) == ((0, 0, 2, 0), RowNote(3, "The same departure as row 2."))


def test_an_offset_that_the_clocks_never_show_is_refused() -> None:
    rome()
    [note] = run(at("02:30+05:00", date="2028-10-29")).refused
    assert note.reason.startswith("Start time: the clocks in Europe/Rome never show 02:30+05:00 on 2028-10-29.")


def test_a_code_that_is_taken_gets_a_number() -> None:
    trip = rome()
    run(at("07:30"))
    Trip.objects.filter(pk=trip.pk).update(time_zone="Africa/Addis_Ababa")
    assert figures(run(at("07:30"))) == (1, 0, 0, 0)
    assert sorted(Departure.objects.values_list("code", flat=True)) == ["ROM-20261201-0730", "ROM-20261201-0730-2"]


def test_a_long_departure_lasts_its_hours_while_the_clocks_change() -> None:
    rome()
    run(at("20:00", date="2028-03-25"))
    departure = Departure.objects.get()
    assert departure.ends_at - departure.starts_at == timedelta(hours=10)


def test_prices_and_days_that_can_be_read_in_two_ways_are_asked_about() -> None:
    report = run(changed(price="1.500", date="03/04/2027"), good_rows=True)
    assert (figures(report), [question.name for question in report.questions]) == ((0, 0, 0, 1), ["numbers", "dates"])
    assert figures(run(changed(price="1.500", date="03/04/2027"), numbers="1.234,50", dates="mdy")) == (1, 0, 0, 0)
    assert (Departure.objects.get().code, Departure.objects.get().price) == ("LAL-A-20270304-0730", Decimal(1500))
