"""Payments that were received before get their receipt numbers in the order in which they were noted."""

from django.db import migrations
from django.db.models import F, Max

BATCH = 2000


def give_numbers(apps, _schema_editor):
    payment = apps.get_model("payments", "Payment")
    rows = payment.objects.filter(status="succeeded", receipt_number=None).order_by("pk")
    number = payment.objects.aggregate(last=Max("receipt_number"))["last"] or 0
    while batch := list(rows.only("pk")[:BATCH]):
        for row in batch:
            number += 1
            row.receipt_number = number
        payment.objects.bulk_update(batch, ["receipt_number"], batch_size=500)
    apps.get_model("payments", "Refund").objects.filter(status="succeeded", succeeded_at=None).update(
        succeeded_at=F("created_at")
    )


class Migration(migrations.Migration):
    atomic = False  # a batch is done or not; the rest goes on from there
    dependencies = [("payments", "0002_provider_money")]
    operations = [migrations.RunPython(give_numbers, migrations.RunPython.noop)]
