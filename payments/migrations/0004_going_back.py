"""Bookings learn what of their money is asked back or on its way back; what changes meanwhile is corrected by a task."""

from collections import defaultdict
from decimal import Decimal

from django.db import migrations


def note_what_goes_back(apps, _schema_editor):
    refunds = apps.get_model("payments", "Refund").objects
    sums = defaultdict(Decimal)
    going = refunds.filter(status__in=("requested", "approved", "processing", "unknown"))
    for booking_id, amount in going.values_list("payment__booking", "amount"):
        sums[booking_id] += amount
    for booking_id, amount in sums.items():
        apps.get_model("bookings", "Booking").objects.filter(pk=booking_id).update(going_back=amount)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_going_back"), ("payments", "0003_receipt_numbers")]
    operations = [migrations.RunPython(note_what_goes_back, migrations.RunPython.noop)]
