import pytest
from django.core.cache import cache
from django.test import Client


@pytest.fixture(autouse=True)
def fresh_throttles() -> None:
    cache.clear()


@pytest.fixture
def api() -> Client:
    """A key of the integration "website" that may do everything."""
    from tests.rest import caller  # models: not before Django is set up

    return caller()
