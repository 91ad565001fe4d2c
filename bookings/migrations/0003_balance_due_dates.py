"""Bookings that were taken before get their day: so many days before the departure, as their trip says."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import migrations

BATCH = 2000


def give_days(apps, _schema_editor):
    booking = apps.get_model("bookings", "Booking")
    live = booking.objects.filter(
        status__in=("waitlisted", "pending", "confirmed", "expired", "cancelled"), balance_due_on=None
    )
    last = 0
    while rows := list(live.filter(pk__gt=last).select_related("departure__trip").order_by("pk")[:BATCH]):
        for row in rows:
            trip = row.departure.trip
            start = row.departure.starts_at.astimezone(ZoneInfo(trip.time_zone)).date()
            booked = row.created_at.astimezone(ZoneInfo(trip.time_zone)).date()
            row.balance_due_on = max(start - timedelta(days=trip.balance_due_days), booked)
        booking.objects.bulk_update(rows, ["balance_due_on"], batch_size=500)
        last = rows[-1].pk


class Migration(migrations.Migration):
    atomic = False  # a batch is done or not; the rest goes on from there
    dependencies = [("bookings", "0002_money_due")]
    operations = [migrations.RunPython(give_days, migrations.RunPython.noop)]
