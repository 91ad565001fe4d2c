"""Who must have a second factor, and who resets that of another person."""

from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from tests.factories import make_user
from tests.second_factor import KEY, RIGHT, code_of, log_in, mails, opens, set_up, show, with_factor

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def managers_must(settings: Settings) -> Group:
    settings.TWO_FACTOR_ROLES = ["Manager"]
    call_command("setup", verbosity=0, stdout=StringIO())
    return Group.objects.get(name="Manager")


def test_who_must_have_one_is_led_to_set_it_up_and_reaches_nothing_before(managers_must: Group) -> None:
    user = make_user(username="sara")
    user.groups.add(managers_must)
    wanted = reverse("admin:bookings_booking_changelist")
    client = log_in()
    assert client.get(wanted)["Location"] == reverse("account_set_up", query={"next": wanted})
    for name in ("admin:index", "account", "account_recovery_codes", "admin:password_change", "account_code"):
        assert client.get(reverse(name)).status_code == 302
        assert client.post(reverse(name)).status_code == 302
    response = set_up(client, query=f"?next={wanted}")
    assert response.context["next"] == wanted
    assert opens(client)
    assert client.post(reverse("account_remove"), {"password": RIGHT})["Location"] == reverse("account")
    assert TOTPDevice.objects.exists()


def test_others_need_none(managers_must: Group) -> None:
    make_user("bookings.view_booking", username="sara")
    assert opens(log_in())


def test_a_session_that_is_open_is_asked_when_the_role_is_given(managers_must: Group) -> None:
    user = make_user("bookings.view_booking", username="sara")
    client = log_in()
    assert opens(client)
    user.groups.add(managers_must)
    assert not opens(client)


def test_superusers_can_be_named_too(settings: Settings) -> None:
    settings.TWO_FACTOR_ROLES = ["Superuser"]
    make_user(username="sara", is_superuser=True)
    assert not opens(log_in())


def test_a_role_that_is_none_is_an_error_of_the_check(settings: Settings) -> None:
    settings.TWO_FACTOR_ROLES = ["Manager", "manager"]
    [found] = [message for message in run_checks() if (message.id or "").startswith("config.")]
    assert found.msg == (
        "TWO_FACTOR_ROLES names manager, which is no role; "
        "the roles are Agent, Finance, Manager, Ops, Viewer, Superuser."
    )


def test_a_named_role_can_not_be_renamed_or_deleted(managers_must: Group) -> None:
    client = Client()
    client.force_login(make_user(is_superuser=True))
    client.post(reverse("admin:auth_group_change", args=[managers_must.pk]), {"name": "Boss"})
    client.post(reverse("admin:auth_group_delete", args=[managers_must.pk]), {"post": "yes"})
    assert Group.objects.filter(name="Manager").exists()


def test_setup_says_when_a_named_role_is_gone(managers_must: Group) -> None:
    managers_must.delete()
    errors = StringIO()
    call_command("setup", stdout=StringIO(), stderr=errors)
    assert errors.getvalue() == (
        "TWO_FACTOR_ROLES names Manager, but that group was renamed or deleted: nobody is asked.\n"
    )


def reset(client: Client, user: User) -> Any:
    url = reverse("admin:auth_user_reset_second_factor", args=[user.pk])
    return client.post(url, {"_form_submitted": "on"})


def boss(*permissions: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_user(*permissions, **fields))
    return client


def test_a_superuser_resets_it_with_a_question_and_it_is_written_down() -> None:
    user = with_factor(username="sara")
    theirs = log_in()
    show(theirs, code_of(KEY))
    assert opens(theirs)
    client = boss(is_superuser=True)
    assert client.get(reverse("admin:auth_user_reset_second_factor", args=[user.pk])).status_code == 200
    assert TOTPDevice.objects.exists()
    reset(client, user)
    assert not TOTPDevice.objects.exists()
    assert not opens(theirs)
    assert opens(log_in())
    assert list(LogEntry.objects.values_list("object_id", "change_message")) == [
        (str(user.pk), "Reset the second factor.")
    ]
    assert mails() == [("sara", "second_factor_removed")]


def test_nobody_resets_that_of_somebody_who_may_do_more_nor_without_the_permission() -> None:
    user = with_factor(username="sara", is_superuser=True)
    assert reset(boss("auth.view_user", "auth.change_user"), user).status_code == 403
    assert reset(boss("auth.view_user"), with_factor()).status_code == 403
    assert TOTPDevice.objects.count() == 2


def test_ones_own_is_not_removed_there_without_the_password() -> None:
    user = with_factor(username="sara", is_superuser=True)
    client = log_in()
    show(client, code_of(KEY))
    reset(client, user)
    assert TOTPDevice.objects.exists()


def test_an_operator_resets_it_on_the_command_line() -> None:
    with_factor(username="sara")
    log_in()
    out = StringIO()
    call_command("reset_second_factor", "sara", stdout=out)
    assert out.getvalue() == "The second factor of sara is removed; sessions ended: 0.\n"
    assert mails() == [("sara", "second_factor_removed")]
    for name in ("sara", "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", name)


def test_no_page_of_the_admin_shows_keys() -> None:
    assert not admin.site.is_registered(TOTPDevice)
