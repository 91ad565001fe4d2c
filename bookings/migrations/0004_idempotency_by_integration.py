from django.db import migrations, models
from django.db.models import Min, OuterRef, Subquery


def name_integrations(apps, schema_editor):
    """Two keys of one integration may have used the same Idempotency-Key: the first answer counts."""
    ApiRequest = apps.get_model('bookings', 'ApiRequest')
    ApiKey = apps.get_model('bookings', 'ApiKey')
    first = ApiRequest.objects.values('api_key__name', 'key').annotate(first=Min('pk')).values('first')
    name = Subquery(ApiKey.objects.filter(pk=OuterRef('api_key')).values('name'))
    ApiRequest.objects.filter(pk__in=list(first.values_list('first', flat=True))).update(integration=name)


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0003_balance_due_dates'),
    ]

    operations = [
        migrations.AddField(
            model_name='apirequest',
            name='integration',
            field=models.CharField(db_default='', help_text='Blank in rows of the release before.', max_length=50),
        ),
        migrations.RunPython(name_integrations, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name='apirequest',
            constraint=models.UniqueConstraint(condition=models.Q(('integration', ''), _negated=True), fields=('integration', 'key'), name='one_answer_per_integrations_key'),
        ),
    ]
