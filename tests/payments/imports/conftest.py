from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from bookings.models import Departure


@pytest.fixture
def boss(db: None) -> "User":
    from tests.factories import make_user  # models: not before Django is set up

    return make_user(first_name="Sara", last_name="Tesfaye")


@pytest.fixture
def departure(db: None) -> "Departure":
    from tests.factories import make_departure, make_trip

    starts_at = datetime(2026, 12, 1, 4, 30, tzinfo=UTC)
    return make_departure(trip=make_trip(code="LAL-A"), starts_at=starts_at, capacity=10)


@pytest.fixture
def departures(db: None) -> None:
    """Those that the case files speak of."""
    from tests.payments.imports.case_files import import_their_departures

    import_their_departures()
