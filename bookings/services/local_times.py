"""The clocks where a trip is: an hour that they skip doesn't exist, one that they repeat comes twice."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """What these clocks show, in UTC; of an hour that comes twice the first, unless `clock` carries its own offset.

    Raises ValueError for a time that doesn't exist.
    """
    local = datetime.combine(day, clock) if clock.tzinfo else datetime.combine(day, clock, tzinfo=zone)
    start = local.astimezone(UTC)
    if start.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return start
    if clock.tzinfo:
        raise ValueError(f"the clocks in {zone.key} never show {clock.isoformat('minutes')} on {day}.")
    before, after = _gap(local)
    if before.date() != after.date() and after - before >= timedelta(days=1):
        raise ValueError(f"{day} doesn't exist in {zone.key}: the calendar skips it.")
    raise ValueError(
        f"{clock:%H:%M} doesn't exist on {day} in {zone.key}: the clocks go from {before:%H:%M} to {after:%H:%M}."
    )


def _gap(local: datetime) -> tuple[datetime, datetime]:
    """What the clocks show before and after the jump that skips this time."""
    zone = local.tzinfo
    early, late = local.replace(fold=1).astimezone(UTC), local.replace(fold=0).astimezone(UTC)
    offset = early.astimezone(zone).utcoffset()
    while late - early > MINUTE:
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    jump = late.replace(second=0, microsecond=0)
    shift = (late.astimezone(zone).utcoffset() or timedelta()) - (offset or timedelta())
    shown = jump.astimezone(zone).replace(tzinfo=None)
    return shown - shift, shown


def comes_twice(start: datetime, zone: ZoneInfo) -> bool:
    local = start.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def clock_text(start: datetime, zone: ZoneInfo) -> str:
    """Such as 07:30; 02:30+01:00 in an hour that comes twice."""
    local = start.astimezone(zone)
    offset = local.isoformat()[-len("+01:00") :] if comes_twice(start, zone) else ""
    return f"{local:%H:%M}{offset}"


def shows(start: datetime, clock: time, zone: ZoneInfo) -> bool:
    """Whether it starts when the clocks show this."""
    local = start.astimezone(zone)
    same = local.time() == clock.replace(tzinfo=None)
    return same and (clock.tzinfo is None or clock.utcoffset() == local.utcoffset())
