from django.db import migrations


def name_keys_by_their_prefix(apps, schema_editor):
    """The admin's history named an API key by its primary key, which holds the key's hash behind a dot."""
    entries = apps.get_model("admin", "LogEntry").objects.filter(
        content_type__app_label="bookings", content_type__model="apikey", object_id__contains="."
    )
    for entry in entries.only("object_id").iterator():
        entries.filter(pk=entry.pk).update(object_id=entry.object_id.partition(".")[0])


class Migration(migrations.Migration):
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("bookings", "0006_going_back"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(name_keys_by_their_prefix, migrations.RunPython.noop, elidable=True)]
