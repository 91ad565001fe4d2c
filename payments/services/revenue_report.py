"""What came in and went out, by day, currency and method: in two statements, however many rows there are.

A day is one of the office's time zone. What goes back counts on the day it went and by the way it took, so a day that
is over doesn't change any more, and the cash line is what the drawer must hold.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from payments.models import Payment, Refund
from payments.models.money import method_choices
from payments.refusals.decisions import DaysReversed, TooManyDays
from payments.services.report_lines import ReportLine, RevenueReport, added, exact

LONGEST = timedelta(days=366)
EARLIEST, LATEST = date(1970, 1, 1), date(9000, 1, 1)


def revenue_report(*, first: date, last: date) -> RevenueReport:
    """Both days are included. Refused: the wrong way round, or longer than a year."""
    if not EARLIEST <= first <= last <= LATEST:
        raise DaysReversed
    if last - first > LONGEST:
        raise TooManyDays
    start, end = midnight(first), midnight(last + timedelta(days=1))
    lines: dict[tuple[date, str, str], ReportLine] = {}
    for row in _received(start, end):
        line = _line(lines, row)
        line.count, line.received = row["number"], exact(row["sum"])
    for row in _returned(start, end):
        line = _line(lines, row)
        line.refunded, line.voided = exact(row["refunded"]), exact(row["voided"])
    order = [method for method, _label in method_choices()]
    found = sorted(lines.values(), key=lambda line: (line.currency, order.index(line.method or "")))
    found.sort(key=lambda line: line.day or first, reverse=True)
    return RevenueReport(first, last, found, added(found, by_method=True), added(found, by_method=False))


def midnight(day: date) -> datetime:
    """The beginning of the day in the office's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _received(start: datetime, end: datetime) -> Iterable[Any]:
    came = Payment.objects.succeeded().filter(received_at__gte=start, received_at__lt=end)
    grouped = came.order_by().annotate(day=TruncDate("received_at"), currency_=F("currency"), method_=F("method"))
    return grouped.values("day", "currency_", "method_").annotate(number=Count("pk"), sum=Sum("amount"))


def _returned(start: datetime, end: datetime) -> Iterable[Any]:
    """A void undoes the payment's own method; money back through the provider leaves the provider's account."""
    gone = Refund.objects.succeeded().filter(succeeded_at__gte=start, succeeded_at__lt=end)
    void = Q(kind=Refund.Kind.VOID)
    undoes = void | Q(way=Refund.Way.PROVIDER)
    grouped = gone.order_by().annotate(
        day=TruncDate("succeeded_at"),
        currency_=F("payment__currency"),
        method_=Case(When(undoes, then=F("payment__method")), default=F("way")),
    )
    sums = {"refunded": Sum("amount", filter=~void), "voided": Sum("amount", filter=void)}
    return grouped.values("day", "currency_", "method_").annotate(**sums)


def _line(lines: dict[tuple[date, str, str], ReportLine], row: dict[str, Any]) -> ReportLine:
    day, currency, method = row["day"], row["currency_"], row["method_"]
    return lines.setdefault((day, currency, method), ReportLine(currency, day, method))
