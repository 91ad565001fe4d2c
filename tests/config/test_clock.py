"""What beat looks at before it trusts its rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config import clock
from notifications.catalogue import SWEEPER


@pytest.mark.django_db
def test_a_run_in_the_future_counts_from_now() -> None:
    every = IntervalSchedule.objects.create(every=15, period=IntervalSchedule.SECONDS)
    ahead = timezone.now() + timedelta(days=1)
    PeriodicTask.objects.create(name=SWEEPER, task=SWEEPER, interval=every, last_run_at=ahead)
    assert (clock.leave_the_future(), clock.leave_the_future()) == (1, 0)
    assert PeriodicTask.objects.get(last_run_at__isnull=False).last_run_at <= timezone.now()


@pytest.mark.django_db(transaction=True)
def test_a_second_beat_says_so(caplog: pytest.LogCaptureFixture) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the embedded database has no such lock")
    first = clock.only_beat()
    assert caplog.records == []
    second = clock.only_beat()
    assert [record.getMessage()[:40] for record in caplog.records] == ["Another beat runs on this database, so e"]
    first.close()
    second.close()
