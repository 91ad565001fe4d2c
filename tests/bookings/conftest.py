import pytest
from django.core.cache import cache
from django.test import Client

from tests.rest import caller


@pytest.fixture(autouse=True)
def fresh_throttles() -> None:
    cache.clear()


@pytest.fixture
def api() -> Client:
    return caller()
