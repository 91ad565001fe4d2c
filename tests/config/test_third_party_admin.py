"""Users, groups, API keys, periodic tasks and task results in the admin."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django_celery_beat.models import ClockedSchedule, SolarSchedule
from django_celery_results.models import GroupResult
from rest_framework_api_key.models import APIKey

from tests.desk import root

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_nobody_needs_these_pages() -> None:
    registered = [m for m in (APIKey, GroupResult, SolarSchedule, ClockedSchedule) if admin.site.is_registered(m)]
    assert registered == []


@pytest.mark.parametrize(
    "page",
    [
        *("auth_user", "auth_group", "bookings_apikey", "django_celery_beat_periodictask"),
        *("django_celery_beat_intervalschedule", "django_celery_beat_crontabschedule"),
    ],
)
def test_add_pages_open(page: str) -> None:
    assert root().get(reverse(f"admin:{page}_add")).status_code == 200
