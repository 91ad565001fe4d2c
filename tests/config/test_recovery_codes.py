"""Recovery codes: once each, kept as hashes, guessed as slowly as the app's own."""

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from config.account import second_factor
from config.account.limit_rules import CODE
from config.models import AccountMail, RecoveryCode
from tests.second_factor import KEY, code_of, error, log_in, mails, opens, show, with_factor

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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
