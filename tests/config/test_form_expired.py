"""A form whose token has run out, as after a log-in in another window."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bookings.models import Customer
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/admin/bookings/customer/add/"


def clerk() -> tuple[Client, User]:
    client, user = Client(enforce_csrf_checks=True), make_user(is_superuser=True)
    client.force_login(user)
    return client, user


def test_a_form_with_an_old_token_is_not_saved_and_leads_back_to_its_page() -> None:
    client, user = clerk()
    response = client.post(f"{URL}?name=<b>", {"name": "Hanna"})
    text = response.content.decode()
    assert response.status_code == 403
    assert f'href="{URL}?name=%3Cb%3E" class="td-button td-primary" data-not-saved' in text
    assert f"tourdesk/kept.js#{user.pk}" in text
    assert "Hanna" not in text
    assert Customer.objects.count() == 0


def test_before_the_log_in_pages_name_nobody() -> None:
    text = Client().get("/admin/login/").content.decode()
    assert 'tourdesk/kept.js"' in text
