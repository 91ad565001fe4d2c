"""Users and groups in the admin: nobody gives or takes what he doesn't have himself."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.desk import login, root
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
USERS = ("auth.view_user", "auth.add_user", "auth.change_user", "auth.delete_user", "bookings.view_booking")


def group(name: str, *codenames: str) -> Group:
    made = Group.objects.create(name=name)
    made.permissions.set(Permission.objects.filter(codename__in=codenames))
    return made


def user_form(**changes: object) -> dict[str, object]:
    return {
        "username": "sara",
        "first_name": "Sara",
        "is_active": "on",
        "is_staff": "on",
        "date_joined_0": "2026-11-23",
        "date_joined_1": "10:00",
    } | changes


def test_a_new_user_is_staff_with_his_groups() -> None:
    agents = group("Agents", "view_booking")
    form = {"username": "almaz", "password1": "correct horse 9", "password2": "correct horse 9", "groups": [agents.pk]}
    response = root().post(reverse("admin:auth_user_add"), form | {"usable_password": "true"})
    assert response.status_code == 302
    user = User.objects.get(username="almaz")
    assert (user.is_staff, user.is_superuser, list(user.groups.all())) == (True, False, [agents])


def test_only_a_superuser_makes_superusers() -> None:
    target = make_user(username="sara")
    url = reverse("admin:auth_user_change", args=(target.pk,))
    assert login(make_user(*USERS)).post(url, user_form(is_superuser="on")).status_code == 302
    target.refresh_from_db()
    assert not target.is_superuser
    assert root().post(url, user_form(is_superuser="on")).status_code == 302
    target.refresh_from_db()
    assert target.is_superuser


def test_nobody_gives_permissions_beyond_his_own() -> None:
    target = make_user(username="sara")
    mine = group("Mine", "view_booking")
    beyond = group("Beyond", "view_booking", "void_payment")
    voiding, viewing = (Permission.objects.get(codename=name) for name in ("void_payment", "view_booking"))
    client = login(make_user(*USERS))
    url = reverse("admin:auth_user_change", args=(target.pk,))
    for changes in ({"groups": [mine.pk, beyond.pk]}, {"user_permissions": [voiding.pk]}):
        response = client.post(url, user_form(**changes))
        assert "Select a valid choice" in response.content.decode()
    allowed = client.post(url, user_form(groups=[mine.pk], user_permissions=[viewing.pk]))
    assert allowed.status_code == 302
    assert (list(target.groups.all()), list(target.user_permissions.all())) == ([mine], [viewing])


@pytest.mark.parametrize("active", [True, False])
def test_an_account_that_may_do_more_is_out_of_reach(active: bool) -> None:
    target = make_user("payments.void_payment", is_active=active)
    client = login(make_user(*USERS))
    urls = [
        reverse("admin:auth_user_change", args=(target.pk,)),
        reverse("admin:auth_user_delete", args=(target.pk,)),
        reverse("admin:auth_user_password_change", args=(target.pk,)),
    ]
    assert [client.post(url, user_form(password1="taken over 1")).status_code for url in urls] == [403, 403, 403]
    assert root().get(urls[2]).status_code == 200


def test_a_superuser_s_account_is_out_of_reach() -> None:
    url = reverse("admin:auth_user_password_change", args=(make_user(is_superuser=True).pk,))
    assert login(make_user(*USERS)).get(url).status_code == 403


def test_a_group_that_may_do_more_is_out_of_reach() -> None:
    client = login(make_user("auth.view_group", "auth.change_group", "bookings.view_booking"))
    mine, beyond = group("Mine", "view_booking"), group("Beyond", "void_payment")
    voiding = Permission.objects.get(codename="void_payment")
    urls = {name: reverse("admin:auth_group_change", args=(g.pk,)) for name, g in (("mine", mine), ("more", beyond))}
    assert client.post(urls["more"], {"name": "Beyond", "permissions": []}).status_code == 403
    response = client.post(urls["mine"], {"name": "Mine", "permissions": [voiding.pk]})
    assert "Select a valid choice" in response.content.decode()
    assert list(mine.permissions.values_list("codename", flat=True)) == ["view_booking"]


def test_user_list_costs_the_same_at_any_size() -> None:
    call_command("setup", verbosity=0)
    client, url = root(), reverse("admin:auth_user_changelist")
    statements = []
    for number in (1, 30):
        for _ in range(number):
            make_user().groups.add(Group.objects.get(name="Agent"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        statements.append(len(captured))
    assert statements[0] == statements[1]
