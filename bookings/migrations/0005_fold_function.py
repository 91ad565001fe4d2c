from django.db import migrations

from bookings.folding import postgresql_function


def create(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute(postgresql_function(), params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('DROP FUNCTION IF EXISTS tourdesk_fold(text)')


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0004_idempotency_by_integration'),
    ]

    operations = [migrations.RunPython(create, drop)]
