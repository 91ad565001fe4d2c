"""What other systems may sell."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from bookings.models import Departure, Trip

# Databases and time zones are exact between these; no departure lies outside.
FIRST, LAST = date(1900, 1, 1), date(9000, 1, 1)


def departures_on_sale(
    *, now: datetime, trip_code: str = "", first_day: date | None = None, last_day: date | None = None
) -> QuerySet[Departure]:
    """Open departures that leave after `now`, with their trips. Days are those of each trip's own time zone."""
    rows = Departure.objects.select_related("trip").filter(status=Departure.Status.OPEN, starts_at__gt=now)
    if trip_code:
        rows = rows.filter(trip__code=trip_code)
    if first_day or last_day:
        rows = rows.filter(leaving_between(first_day or FIRST, last_day or LAST))
    return rows


def leaving_between(first_day: date, last_day: date) -> Q:
    """Departures, by the days of each trip's own time zone. One condition a time zone in use; there are few."""
    anywhere = Q(pk__in=())
    for name in Trip.objects.order_by().values_list("time_zone", flat=True).distinct():
        begin, end = _midnight(first_day, name), _midnight(last_day, name, days=1)
        anywhere |= Q(trip__time_zone=name, starts_at__gte=begin, starts_at__lt=end)
    return anywhere


def _midnight(day: date, zone: str, days: int = 0) -> datetime:
    day = min(max(day, FIRST), LAST) + timedelta(days=days)
    return datetime.combine(day, time.min, ZoneInfo(zone))
