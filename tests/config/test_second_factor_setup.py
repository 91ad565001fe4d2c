"""One's own second factor: set up, moved to another phone, removed."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.account import second_factor
from config.models import RecoveryCode
from tests.factories import make_user
from tests.second_factor import KEY, RIGHT, code_of, error, log_in, mails, opens, set_up, show, with_factor

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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
