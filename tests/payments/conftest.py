from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.provider import Provider


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """Chapa with a test key, as this test tells it to be."""
    provider = Provider()
    settings.CHAPA_SECRET_KEY = provider.key
    settings.CHAPA_WEBHOOK_SECRET = provider.webhook_secret
    settings.CHAPA_BASE_URL = provider.base_url
    settings.CHAPA_CHECKOUT_HOSTS = ["127.0.0.1"]
    yield provider
    provider.down()


@pytest.fixture
def live(provider: Provider, settings: Settings) -> Provider:
    """The same with a live key: Chapa refunds in live mode only."""
    settings.CHAPA_SECRET_KEY = provider.live_key
    return provider
