"""Payment reminders: planned from the rules, once a booking, rule and due date, and once when that day is over."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from bookings import emails
from bookings.links import can_pay_online, pay_url
from bookings.models import Booking, Trip
from bookings.services.reminders import Reminder, not_reminded
from notifications import outbox
from notifications.models import ReminderRule
from payments.models import Payment
from payments.services.times import DAY

KIND = "payment_reminder"
BATCH = 500
LATE_DAYS = 3  # so long after its due date a booking is still called overdue, if the worker was away on the day
UNCLEAR = (Payment.Status.UNKNOWN, Payment.Status.REVIEW)  # perhaps it is paid: whoever looks into it writes
Days = tuple[date, date]


@dataclass(frozen=True)
class Speaker:
    """Who reminds: a rule, named by its intent and never by its hours, or the end of the day itself."""

    intent: str
    hours: int  # before the end of the due date

    def moment(self, booking: Booking, due_on: date) -> datetime:
        over = datetime.combine(due_on + DAY, time(), booking.departure.trip.zone)
        return over.astimezone(UTC) - timedelta(hours=self.hours)


def plan_payment_reminders(*, now: datetime) -> int:
    """Queue the reminders whose hour has come, for confirmed bookings that owe money and have not left.

    A rule's hours count back from the end of the due date, in the trip's time zone. Of several rules the nearest one
    speaks. Doing it twice queues nothing new.
    """
    rules = list(ReminderRule.objects.filter(kind=KIND, is_active=True).order_by("hours_before"))
    if not rules:
        return 0
    zones = [ZoneInfo(name) for name in Trip.objects.order_by().values_list("time_zone", flat=True).distinct()]
    queued, nearer = _plan(zones, _days_over, Speaker("overdue", 0), now), 0
    for rule in rules:
        window = _days_ahead(nearer, rule.hours_before)
        queued += _plan(zones, window, Speaker(rule.intent, rule.hours_before), now)
        nearer = rule.hours_before
    return queued


def _days_over(here: datetime) -> Days:
    return here.date() - LATE_DAYS * DAY, here.date() - DAY


def _days_ahead(nearer: int, hours: int) -> Callable[[datetime], Days]:
    """The due dates that end within `hours`, but not within `nearer`, of a moment."""
    return lambda here: (_later(here, nearer), _later(here, hours) - DAY)


def _later(here: datetime, hours: int) -> date:
    """By the hours that pass, even where the clock is put forward meanwhile."""
    return (here.astimezone(ZoneInfo("UTC")) + timedelta(hours=hours)).astimezone(here.tzinfo).date()


def _plan(zones: list[ZoneInfo], days_of: Callable[[datetime], Days], speaker: Speaker, now: datetime) -> int:
    """A mail for each booking whose due date lies in the days that `days_of` gives for the moment where the trip is."""
    windows: dict[Days, list[str]] = defaultdict(list)
    for zone in zones:
        windows[days_of(now.astimezone(zone))].append(zone.key)
    due = Q(pk__in=[])
    for days, names in windows.items():
        due |= Q(balance_due_on__range=days, departure__trip__time_zone__in=names)
    queued, last = 0, 0
    while batch := _queue_batch(due, last, speaker, now):
        count, last = batch
        queued += count
    return queued


@transaction.atomic
def _queue_batch(due: Q, after: int, speaker: Speaker, now: datetime) -> tuple[int, int] | None:
    """(how many are new, the last booking's key). Who pays this moment is left to the next run."""
    unclear = Payment.objects.filter(booking=OuterRef("pk"), status__in=UNCLEAR)
    owing = Booking.objects.filter(
        due,
        ~Exists(unclear),
        pk__gt=after,
        status=Booking.Status.CONFIRMED,
        paid__lt=F("total") + F("going_back"),
        created_at__lte=now - DAY,  # who booked just now was told then
        departure__starts_at__gt=now,
    ).exclude(customer__email="")
    owing = owing.select_for_update(of=("self",), skip_locked=True)
    owing = owing.select_related("departure__trip", "customer").prefetch_related("travellers")
    bookings = list(owing.order_by("pk")[:BATCH])
    if not bookings:
        return None
    reminders = [
        Reminder(b, f"{b.balance_due_on:%Y%m%d}", speaker.moment(b, b.balance_due_on))
        for b in bookings
        if b.balance_due_on
    ]
    mails = [_mail(r.booking, f"{speaker.intent}:{r.occurrence}", now) for r in not_reminded(KIND, reminders)]
    return outbox.enqueue(mails, now=now), bookings[-1].pk


def _mail(booking: Booking, occurrence: str, now: datetime) -> outbox.Mail:
    facts = {"amount": f"{booking.balance:.2f}", "due_now": f"{booking.balance:.2f}"}
    facts["overdue"] = "yes" if booking.is_overdue(now) else ""
    if can_pay_online(booking) and booking.due_at(now) != booking.balance:
        facts["pay_url"] = pay_url(booking, booking.balance)  # else the link would ask for the deposit alone
    return emails.mail(KIND, booking, occurrence, now=now, facts=facts)
