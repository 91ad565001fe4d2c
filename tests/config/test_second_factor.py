"""The second factor: who has one, or must have one, reaches nothing before this very session has shown its code."""

import re
import time
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from config.account import second_factor
from config.account.limits import CODE
from config.models import AccountMail, Attempts, RecoveryCode
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RIGHT = "correct horse"
KEY = "31323334353637383930" * 2
STEP = 30  # seconds


def code_of(key: str, steps: int = 0) -> str:
    """What the app shows, so many half minutes from now."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time() + steps * STEP
    return f"{totp.token():06d}"


def with_factor(**fields: Any) -> User:
    user = make_user("bookings.view_booking", **fields)
    TOTPDevice.objects.create(user=user, name="App", key=KEY)
    return user


def log_in(username: str = "sara", client: Client | None = None, **query: str) -> Client:
    client = client or Client()
    response = client.post(reverse("admin:login", query=query), {"username": username, "password": RIGHT})
    assert response.status_code == 302
    return client


def show(client: Client, code: str, query: str = "") -> Any:
    return client.post(f"{reverse('account_code')}{query}", {"code": code})


def opens(client: Client) -> bool:
    return bool(client.get(reverse("admin:bookings_booking_changelist")).status_code == 200)


def error(response: Any, field: str = "code") -> str:
    return "".join(response.context["form"].errors[field])


def mails() -> list[tuple[str, str]]:
    return [(mail.user.username, mail.kind) for mail in AccountMail.objects.order_by("pk") if mail.user]


def set_up(client: Client, *, password: str = RIGHT, steps: int = 0, query: str = "") -> Any:
    url = reverse("account_set_up") + query
    shown = re.search(r'id="key">([A-Z2-7 ]+)<', client.get(url).content.decode())
    assert shown
    key = next(key for name, key in client.session.items() if name == "second_factor_key")
    assert second_factor.typed_key(key) == shown[1]
    return client.post(url, {"code": code_of(key, steps), "password": password})


# --- the second step of the log-in ---------------------------------------------------------------


def test_the_password_alone_leads_to_the_code_and_the_code_to_the_page_that_was_wanted() -> None:
    with_factor(username="sara")
    wanted = reverse("admin:bookings_booking_changelist") + "?q=a%20b"
    client = log_in(next=wanted)
    assert not opens(client)
    response = client.get(wanted)
    assert response["Location"] == reverse("account_code", query={"next": wanted})
    page = client.get(response["Location"]).content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    code = code_of(KEY)
    assert (
        client.post(reverse("account_code"), {"code": f" {code[:3]} {code[3:]}", "next": wanted})["Location"] == wanted
    )
    assert opens(client)


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_code_leads_to_no_other_host(wanted: str) -> None:
    with_factor(username="sara")
    client = log_in()
    response = client.post(reverse("account_code"), {"code": code_of(KEY), "next": wanted})
    assert response["Location"] == reverse("admin:index")


def test_without_a_second_factor_the_password_is_enough() -> None:
    make_user("bookings.view_booking", username="sara")
    assert opens(log_in())


def urls_of(resolver: URLResolver | Any, prefix: str = "/") -> list[str]:
    found = []
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern).replace("\\Z", "").lstrip("^")
        found += [path] if isinstance(pattern, URLPattern) else urls_of(pattern, path)
    return found


def test_no_page_of_the_admin_answers_before_the_code_to_get_or_post() -> None:
    """Also a session that was made by other means than the log-in page."""
    user = with_factor(username="sara", is_superuser=True)
    half = Client(raise_request_exception=True)
    half.force_login(user)
    out = Client()
    paths = {re.sub(r"\(.*?\)|<.*?>", "1", url) for url in urls_of(get_resolver()) if url.startswith("/admin/")}
    paths = {
        path
        for path in paths
        if not path.startswith(("/admin/password_reset/", "/admin/reset/", "/admin/account/code/"))
    }
    assert len(paths) > 100
    own = {reverse(name) for name in ("account_code", "account_set_up", "account_leave", "admin:jsi18n")}
    answered = []
    for path in paths - own:
        for method in ("get", "post"):
            response = getattr(half, method)(path)
            if response.status_code == 302 and response["Location"].startswith(reverse("account_code")):
                continue
            if path == reverse("admin:login") and method == "post":
                continue
            answered.append((method, path, response.status_code))
    assert answered == []
    assert out.get(reverse("account_code"))["Location"] == reverse("admin:index")


def test_outside_the_admin_they_are_nobody() -> None:
    client = Client()
    client.force_login(with_factor())
    for path in ("/", "/nothing/"):
        assert client.get(path).wsgi_request.user.is_anonymous


def test_another_session_of_the_same_person_has_to_show_a_code_of_its_own() -> None:
    with_factor(username="sara")
    first, second = log_in(), log_in()
    show(first, code_of(KEY))
    assert (opens(first), opens(second)) == (True, False)


def test_a_code_works_once() -> None:
    with_factor(username="sara")
    first, second = log_in(), log_in()
    code = code_of(KEY)
    assert show(first, code).status_code == 302
    assert error(show(second, code)).startswith("This code is not right.")
    assert not opens(second)
    assert show(second, code_of(KEY, 1)).status_code == 302


@pytest.mark.parametrize("steps", [-3, 3])
def test_a_code_of_another_minute_is_wrong(steps: int) -> None:
    with_factor(username="sara")
    client = log_in()
    assert error(show(client, code_of(KEY, steps))).startswith("This code is not right.")


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "１２３４５６", "12_345", "-12345", "1" * 21])
def test_what_is_no_code_says_what_one_looks_like(code: str) -> None:
    with_factor(username="sara")
    client = log_in()
    assert error(show(client, code)) in {
        "A code has six digits, such as 123 456.",
        "Ensure this value has at most 20 characters (it has 21).",
    }
    assert error(show(client, "  ")) == "Type the six digits that your app shows."


def test_codes_are_tried_a_few_times_then_more_and_more_slowly_but_never_for_ever() -> None:
    with_factor(username="sara")
    client = log_in()
    for _ in range(CODE.name_and_network.free):
        assert error(show(client, code_of(KEY, 9))).startswith("This code is not right.")
    assert error(show(client, code_of(KEY))).startswith("Too many attempts. Wait ")
    Attempts.objects.update(wait_until=F("wait_until") - timedelta(seconds=31))
    assert show(client, code_of(KEY)).status_code == 302


def test_the_session_gets_another_key_with_the_code() -> None:
    with_factor(username="sara")
    client = log_in()
    before = client.session.session_key
    show(client, code_of(KEY))
    assert client.session.session_key != before


def test_one_can_leave_before_the_code_and_log_in_as_somebody_else() -> None:
    with_factor(username="sara")
    make_user("bookings.view_booking", username="dawit")
    client = log_in()
    assert client.get(reverse("account_leave")).status_code == 405
    assert client.post(reverse("account_leave"))["Location"] == reverse("admin:login")
    assert client.get(reverse("admin:login")).status_code == 200
    client = log_in()
    assert opens(log_in("dawit", client))


# --- recovery ------------------------------------------------------------------------------------


def test_a_recovery_code_lets_in_once_and_its_owner_is_told() -> None:
    user = with_factor(username="sara")
    codes = second_factor.new_recovery_codes(user, now=timezone.now())
    AccountMail.objects.all().delete()
    client = log_in()
    response = show(client, codes[0].upper().replace("-", " "), "?recovery=1")
    assert response.status_code == 302
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "You used a recovery code; 9 are left. Make new ones under “Your account”."
    ]
    assert opens(client)
    assert mails() == [("sara", "recovery_code_used")]
    assert error(show(log_in(), codes[0], "?recovery=1")).startswith("This recovery code is not right, or was used")


def test_recovery_codes_are_kept_as_hashes_and_are_nobody_elses() -> None:
    sara, dawit = with_factor(username="sara"), with_factor(username="dawit")
    codes = second_factor.new_recovery_codes(sara, now=timezone.now())
    assert len(set(codes)) == 10
    kept = str(list(RecoveryCode.objects.values()))
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]
    assert second_factor.use_recovery_code(dawit, codes[0], now=timezone.now()) is None
    assert second_factor.codes_left(sara) == 10


def test_recovery_codes_are_guessed_as_slowly_as_codes() -> None:
    with_factor(username="sara")
    client = log_in()
    for _ in range(CODE.name_and_network.free):
        show(client, "aaaa-bbbb-cccc", "?recovery=1")
    assert error(show(client, code_of(KEY))).startswith("Too many attempts.")


# --- setting up, moving, removing ----------------------------------------------------------------


def test_setting_up_shows_the_key_and_the_recovery_codes_once_and_asks_from_then_on() -> None:
    make_user("bookings.view_booking", username="sara")
    client = log_in()
    response = set_up(client)
    assert response.status_code == 200
    codes = response.context["codes"]
    assert len(codes) == 10 == RecoveryCode.objects.count()
    assert TOTPDevice.objects.get().confirmed
    assert "second_factor_key" not in client.session
    assert opens(client)
    assert mails() == [("sara", "second_factor_added")]
    assert not opens(log_in())
    assert codes[0] not in client.get(reverse("account")).content.decode()


def test_the_code_that_set_it_up_does_not_log_in_as_well() -> None:
    make_user("bookings.view_booking", username="sara")
    set_up(log_in())
    key = TOTPDevice.objects.get().key
    assert error(show(log_in(), code_of(key))).startswith("This code is not right.")


@pytest.mark.parametrize(("password", "steps", "field"), [("wrong", 0, "password"), (RIGHT, 9, "code")])
def test_a_wrong_password_or_code_sets_nothing_up(password: str, steps: int, field: str) -> None:
    make_user("bookings.view_booking", username="sara")
    client = log_in()
    response = set_up(client, password=password, steps=steps)
    assert error(response, field)
    assert not TOTPDevice.objects.exists()
    assert mails() == []
    assert opens(client)


def test_the_key_is_shown_as_a_picture_drawn_here() -> None:
    make_user(username="sara")
    page = log_in().get(reverse("account_set_up")).content.decode()
    assert "<svg" in page
    assert "otpauth" not in page
    assert 'autocomplete="one-time-code"' in page


def test_each_look_at_the_page_shows_another_key() -> None:
    make_user(username="sara")
    client = log_in()
    keys = set()
    for _ in range(2):
        client.get(reverse("account_set_up"))
        keys.add(client.session["second_factor_key"])
    assert len(keys) == 2


def test_moving_to_another_phone_ends_the_old_one_and_other_sessions_have_to_show_the_new_code() -> None:
    with_factor(username="sara")
    here, elsewhere = log_in(), log_in()
    show(here, code_of(KEY))
    show(elsewhere, code_of(KEY, 1))
    assert set_up(here).status_code == 200
    assert TOTPDevice.objects.count() == 1
    assert (opens(here), opens(elsewhere)) == (True, False)


def test_who_has_not_shown_the_code_can_not_set_up_another_one() -> None:
    with_factor(username="sara")
    client = log_in()
    response = client.post(reverse("account_set_up"), {"code": "123456", "password": RIGHT})
    assert response["Location"] == reverse("admin:login")
    assert TOTPDevice.objects.get().key == KEY


@pytest.mark.parametrize("page", ["account_remove", "account_recovery_codes"])
def test_removing_and_making_new_codes_ask_for_the_password(page: str) -> None:
    user = with_factor(username="sara")
    second_factor.new_recovery_codes(user, now=timezone.now())
    client = log_in()
    show(client, code_of(KEY))
    before = set(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert client.get(reverse(page)).status_code == 200
    assert error(client.post(reverse(page), {"password": "wrong"}), "password") == "This is not your password."
    assert set(RecoveryCode.objects.values_list("code_hash", flat=True)) == before
    client.post(reverse(page), {"password": RIGHT})
    assert not before & set(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert TOTPDevice.objects.exists() is (page != "account_remove")
    kind = {"account_remove": "second_factor_removed", "account_recovery_codes": "recovery_codes_made"}[page]
    assert mails()[-1] == ("sara", kind)


def test_the_password_is_guessed_slowly_there_too() -> None:
    with_factor(username="sara")
    client = log_in()
    show(client, code_of(KEY))
    answers = {error(client.post(reverse("account_remove"), {"password": "wrong"}), "password") for _ in range(12)}
    assert len(answers) == 2
    assert TOTPDevice.objects.exists()


# --- required by role ----------------------------------------------------------------------------


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


# --- reset for a lost phone ----------------------------------------------------------------------


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
