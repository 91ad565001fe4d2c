"""A new password by mail: the link stands nowhere but in the mail, and the answer tells nobody who has an account."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from config.account import mails
from config.account.kinds import MAILS
from config.account.limit_rules import RESET
from config.logs import without_people
from config.models import LEASE, AccountMail, Attempts
from config.queues import ROUTES
from config.schedule import JOBS
from config.tasks import forget_old_log_ins, send_account_mails
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://127\.0\.0\.1:8000(/admin/reset/\S+/)")
NEW = {"new_password1": "battery staple 9", "new_password2": "battery staple 9"}


@pytest.fixture
def sara() -> User:
    return make_user("bookings.view_booking", username="sara", email="Sara@example.org")


def ask(email: str, address: str = "192.0.2.1") -> Any:
    return Client().post(reverse("admin_password_reset"), {"email": email}, REMOTE_ADDR=address)


def link() -> str:
    """Of the one mail that goes out now."""
    mail.outbox.clear()
    assert send_account_mails() == 1
    found = LINK.search(str(mail.outbox[0].body))
    assert found
    return found[1]


def follow(url: str) -> tuple[Client, Any]:
    client = Client()
    return client, client.get(url, follow=True)


def choose(client: Client, page: Any) -> Any:
    return client.post(page.request["PATH_INFO"], NEW)


def test_a_forgotten_password_is_replaced_by_the_link_of_a_mail(sara: User) -> None:
    assert reverse("admin_password_reset") in Client().get(reverse("admin:login")).content.decode()
    assert ask("sara@EXAMPLE.org")["Location"] == reverse("password_reset_done")
    assert mail.outbox == []  # not in the request
    client, page = follow(link())
    assert [mail.to for mail in mail.outbox] == [["Sara@example.org"]]
    assert choose(client, page)["Location"] == reverse("password_reset_complete")
    sara.refresh_from_db()
    assert sara.check_password("battery staple 9")
    assert send_account_mails() == 1
    assert mail.outbox[1].subject == "Tourdesk Travel: Your password was changed"
    assert send_account_mails() == 0


def test_the_link_works_once(sara: User) -> None:
    ask(sara.email)
    url = link()
    choose(*follow(url))
    assert "This link was used before, or is too old." in follow(url)[1].content.decode()


def test_the_link_ends_after_an_hour(sara: User, settings: Settings) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    ask(sara.email)
    url = link()
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "This link was used before, or is too old." in follow(url)[1].content.decode()


def test_the_link_stands_in_no_row_and_no_log(sara: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ask(sara.email)
    url = link()
    [row] = AccountMail.objects.values()
    assert set(row) == {"id", "user_id", "kind", "asked_at", "claimed_at", "sent_at"}
    assert url not in caplog.text
    assert without_people(f"Not Found: {url}") == "Not Found: /admin/reset/…/"


def test_a_page_that_follows_the_link_does_not_carry_it_in_its_address(sara: User) -> None:
    ask(sara.email)
    url = link()
    _client, page = follow(url)
    assert page.request["PATH_INFO"].endswith(".set-password/")


def test_known_and_unknown_addresses_get_the_same_answer_by_the_same_statements(sara: User) -> None:
    make_user(username="outside", email="outside@example.org", is_staff=False)
    make_user(username="gone", email="gone@example.org", is_active=False)
    answers = []
    for number, name in enumerate(("sara", "nobody", "outside", "gone")):
        with CaptureQueriesContext(connection) as queries:
            response = ask(f"{name}@example.org", address=f"192.0.2.{number}")
        statements = [re.sub(r'"s\d+_x\d+"|VALUES.*', "", query["sql"])[:60] for query in queries]
        answers.append((response.status_code, response["Location"], statements))
    assert answers[1:] == answers[:1] * 3
    assert send_account_mails() == 1
    assert forget_old_log_ins()["mails"] == 0


def test_asking_again_and_again_is_slowed_down_for_any_address(sara: User) -> None:
    for email in ("sara@example.org", "nobody@example.org"):
        for _ in range(RESET.name_and_network.free):
            assert ask(email).status_code == 302
        assert "Too many attempts. Wait " in ask(email).content.decode()
    for number in range(RESET.name.free - RESET.name_and_network.free):
        assert ask("sara@example.org", address=f"198.51.100.{number}").status_code == 302
    assert ask("sara@example.org", address="203.0.113.1").status_code == 200
    assert AccountMail.objects.filter(user=sara).count() == RESET.name.free


def test_a_new_password_does_not_get_past_the_second_factor_and_ends_all_sessions(sara: User) -> None:
    open_one = Client()
    open_one.force_login(sara)
    open_one.get(reverse("admin:index"))
    TOTPDevice.objects.create(user=sara, name="App", key="00" * 20)
    ask(sara.email)
    client, page = follow(link())
    choose(client, page)
    wanted = reverse("admin:bookings_booking_changelist")
    assert client.get(wanted).status_code == 302
    client.post(reverse("admin:login"), {"username": "sara", "password": NEW["new_password1"]})
    assert client.get(wanted)["Location"].startswith(reverse("account_code"))
    assert open_one.get(wanted)["Location"].startswith(reverse("admin:login"))


def test_a_weak_password_is_refused(sara: User) -> None:
    ask(sara.email)
    client, page = follow(link())
    response = client.post(page.request["PATH_INFO"], {"new_password1": "sara", "new_password2": "sara"})
    assert response.status_code == 200
    sara.refresh_from_db()
    assert sara.check_password("correct horse")


@pytest.mark.parametrize("url", ["/admin/reset/MQ.abc-def/", "/admin/reset/%00.x/", f"/admin/reset/{'9' * 300}.x/"])
def test_a_made_up_link_is_refused(url: str) -> None:
    assert Client().get(url, follow=True).status_code in {200, 400}


class Broken(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError("sara@example.org")


def test_a_mail_server_that_is_away_gets_the_mail_later(
    sara: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    working = settings.EMAIL_BACKEND
    ask(sara.email)
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    assert send_account_mails() == 0
    assert "sara" not in caplog.text
    settings.EMAIL_BACKEND = working
    assert send_account_mails() == 0  # its turn comes when the lease is over
    AccountMail.objects.update(claimed_at=F("claimed_at") - LEASE)
    assert send_account_mails() == 1


def test_two_workers_send_one_mail(sara: User) -> None:
    ask(sara.email)
    now = timezone.now()
    due = list(AccountMail.objects.values_list("pk", flat=True))
    assert mails.send_due(now=now) == 1
    assert [mails._send(pk, now) for pk in due] == [False]  # noqa: SLF001


def test_what_comes_too_late_is_not_sent(sara: User) -> None:
    ask(sara.email)
    AccountMail.objects.update(asked_at=F("asked_at") - timedelta(minutes=61))
    assert send_account_mails() == 0


def test_without_an_address_nothing_is_sent_and_nothing_fails() -> None:
    mails.tell(make_user(email=""), "password_changed", now=timezone.now())
    assert send_account_mails() == 0


@pytest.mark.parametrize("kind", MAILS)
def test_every_mail_has_words_a_name_and_no_gap(kind: str, sara: User) -> None:
    sara.first_name = "Sara & <Co>"
    sara.save()
    mails.tell(sara, kind, now=timezone.now())
    assert send_account_mails() == 1
    [sent] = mail.outbox
    assert sent.body.startswith("Dear Sara & <Co>")
    assert "sara" in sent.body
    assert "{" not in sent.body
    assert "http://127.0.0.1:8000/admin/" in sent.body


def test_the_task_takes_no_arguments_is_routed_and_runs_each_minute() -> None:
    assert [(job.task, job.every) for job in JOBS if job.task == mails.TASK] == [(mails.TASK, timedelta(minutes=1))]
    assert mails.TASK in current_app.tasks
    assert ROUTES[mails.TASK] == {"queue": "mail"}


def test_no_count_keeps_the_address(sara: User) -> None:
    ask(sara.email)
    assert "example" not in str(list(Attempts.objects.values()))
