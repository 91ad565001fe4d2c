"""The revenue report: right sums by day, currency and method, in statements that don't grow; and as files."""

import csv
import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.models import Booking
from notifications.refusals import Refused
from payments.models import Payment, Refund
from payments.services.report_lines import ReportLine
from payments.services.revenue_report import revenue_report
from tests.desk import desk
from tests.factories import make_booking, make_departure, make_trip, make_user

pytestmark = pytest.mark.django_db
ADDIS = ZoneInfo("Africa/Addis_Ababa")
PAGE = "/admin/payments/payment/takings/"
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ADDIS)


def paid(amount: int | str, when: datetime, method: str = "cash", booking: Booking | None = None) -> Payment:
    booking = booking or make_booking()
    return Payment.objects.create(
        tx_ref=f"T-{Payment.objects.count()}",
        booking=booking,
        method=method,
        amount=Decimal(amount),
        currency=booking.currency,
        status=Payment.Status.SUCCEEDED,
        received_at=when,
        recorded_by_label="Test",
        created_at=when,
    )


def back(payment: Payment, amount: int | str, when: datetime, **fields: Any) -> Refund:
    defaults: dict[str, Any] = {"status": "succeeded", "way": "cash", "requested_by_label": "Test", "reason": "x"}
    return Refund.objects.create(
        payment=payment, amount=Decimal(amount), succeeded_at=when, created_at=when, **defaults | fields
    )


def test_days_are_the_office_s_own() -> None:
    paid(100, at(MONDAY, 0, 0))
    paid(10, at(MONDAY, 23, 59))
    paid(1, at(TUESDAY, 0, 0))
    assert revenue_report(first=MONDAY, last=MONDAY).lines == [ReportLine("ETB", MONDAY, "cash", 2, Decimal(110))]
    both = revenue_report(first=MONDAY, last=TUESDAY)
    assert [(line.day, line.received) for line in both.lines] == [(TUESDAY, Decimal(1)), (MONDAY, Decimal(110))]


def test_what_goes_back_counts_on_its_day_and_by_its_way() -> None:
    cash, chapa, wrong = paid(500, at(MONDAY)), paid(300, at(MONDAY), "chapa"), paid(70, at(MONDAY), "card")
    back(cash, "20.10", at(TUESDAY))
    back(chapa, 100, at(TUESDAY), way="provider")
    back(chapa, 40, at(TUESDAY))  # out of the drawer
    back(chapa, 60, at(TUESDAY), way="provider", kind="reversal")
    back(wrong, 70, at(TUESDAY), way="other", kind="void")
    assert revenue_report(first=TUESDAY, last=TUESDAY).lines == [
        ReportLine("ETB", TUESDAY, "cash", refunded=Decimal("60.10")),
        ReportLine("ETB", TUESDAY, "card", voided=Decimal(70)),
        ReportLine("ETB", TUESDAY, "chapa", refunded=Decimal(160)),
    ]
    assert [(line.method, line.received) for line in revenue_report(first=MONDAY, last=MONDAY).lines] == [
        ("cash", Decimal(500)),
        ("card", Decimal(70)),
        ("chapa", Decimal(300)),
    ]
    [total] = revenue_report(first=MONDAY, last=TUESDAY).totals
    assert total == ReportLine("ETB", None, None, 3, Decimal(870), Decimal("220.10"), Decimal(70))
    assert total.net == Decimal("579.90")


def test_only_what_really_moved_counts_and_currencies_stay_apart() -> None:
    euro = make_booking(departure=make_departure(trip=make_trip(currency="EUR")))
    paid("0.10", at(MONDAY))
    paid("0.20", at(MONDAY))
    paid(9, at(MONDAY), booking=euro)
    failed = paid(5, at(MONDAY))
    Payment.objects.filter(pk=failed.pk).update(status="failed")
    back(failed, 1, at(MONDAY), status="requested")
    report = revenue_report(first=MONDAY, last=MONDAY)
    assert [(line.currency, line.net) for line in report.totals] == [("ETB", Decimal("0.30")), ("EUR", Decimal(9))]


@pytest.mark.parametrize(("first", "last"), [(TUESDAY, MONDAY), (date(2024, 1, 1), TUESDAY), (date(1, 1, 1), MONDAY)])
def test_days_that_make_no_sense_are_refused(first: date, last: date) -> None:
    with pytest.raises(Refused):
        revenue_report(first=first, last=last)


def test_the_statements_do_not_grow_with_the_rows() -> None:
    counts = []
    for number in (1, 29):
        for index in range(number):
            back(paid(10, at(MONDAY) + timedelta(hours=index)), 1, at(TUESDAY))
        with CaptureQueriesContext(connection) as queries:
            revenue_report(first=MONDAY, last=TUESDAY + timedelta(days=3))
        counts.append(len(queries))
    assert counts == [2, 2]


def finance() -> Client:
    return desk("payments.view_takings")


def test_the_page_shows_this_month_and_needs_its_permission() -> None:
    paid(1250, timezone.now())
    page = finance().get(PAGE)
    assert (page.context["report"].first, page.context["report"].last) == (
        timezone.localdate().replace(day=1),
        timezone.localdate(),
    )
    assert "1,250.00" in page.content.decode()
    assert desk("payments.record_payment").get(PAGE).status_code == 403
    client = Client()
    client.force_login(make_user())
    assert client.get(PAGE, {"format": "csv"}).status_code == 403


@pytest.mark.parametrize("days", [{"first": "2026-02-30"}, {"first": "x", "last": "y"}, {"first": "9999-12-31"}])
def test_wrong_days_are_told_beside_the_field(days: dict[str, str]) -> None:
    page = finance().get(PAGE, days | {"format": "csv"})
    assert page.status_code == 200
    assert page.context["report"] is None
    assert page.context["form"].errors


def test_an_empty_day_says_so() -> None:
    page = finance().get(PAGE, {"first": "2020-01-01", "last": "2020-01-01"}).content.decode()
    assert "No money came in or went out on these days." in page


def test_both_files_hold_the_lines() -> None:
    back(paid("1250.50", at(MONDAY)), 50, at(MONDAY))
    days = {"first": "2026-11-16", "last": "2026-11-16"}
    answer = finance().get(PAGE, days | {"format": "csv"})
    assert answer["Content-Disposition"] == 'attachment; filename="revenue-2026-11-16-to-2026-11-16.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        ["Day", "Currency", "Method", "Payments", "Received", "Refunded", "Voided", "Net"],
        ["2026-11-16", "ETB", "Cash", "1", "1250.50", "50.00", "0.00", "1200.50"],
    ]
    answer = finance().get(PAGE, days | {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    line = [cell.value for cell in sheet[2]]
    assert line[1:] == ["ETB", "Cash", 1, 1250.5, 50, 0, 1200.5]
