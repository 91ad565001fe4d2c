"""Headers of every answer."""

import pytest
from django.test import Client

from config.middleware import HEADERS


def test_every_answer_carries_the_security_headers(client: Client) -> None:
    response = client.get("/")

    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.django_db
def test_admin_pages_are_not_stored_or_framed(client: Client) -> None:
    response = client.get("/admin/login/")

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Frame-Options"] == "DENY"
