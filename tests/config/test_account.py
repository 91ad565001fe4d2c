"""“Your account”: one's own sessions, and what ends them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.account import sessions
from config.models import AccountMail, StaffSession
from config.tasks import forget_old_log_ins
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def sara() -> User:
    return make_user("bookings.view_booking", username="sara")


def logged_in(user: User, agent: str = FIREFOX, address: str = "192.0.2.7") -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    client.force_login(user)
    assert alive(client)
    return client


def alive(client: Client) -> bool:
    return bool(client.get(reverse("admin:bookings_booking_changelist")).status_code == 200)


def listed(client: Client) -> list[tuple[str, str, bool]]:
    context = client.get(reverse("account")).context
    return [(row.device, row.network, row.session_id == context["here"]) for row in context["rows"]]


def end(client: Client, **which: Any) -> Any:
    return client.post(reverse("account_end_session"), which)


def test_a_person_sees_their_own_sessions_this_one_first(sara: User) -> None:
    logged_in(make_user("bookings.view_booking"))
    here = logged_in(sara)
    logged_in(sara, PHONE, "2001:db8:1:2::3")
    assert listed(here) == [
        ("Firefox on Windows", "192.0.2.0/24", True),
        ("Safari on iPhone", "2001:db8:1::/48", False),
    ]
    page = here.get(reverse("account")).content.decode()
    assert not [key for key in Session.objects.values_list("pk", flat=True) if key in page]


def test_one_ends_one_session_or_all_others(sara: User) -> None:
    here, phone, tablet = logged_in(sara), logged_in(sara, PHONE), logged_in(sara)
    end(here, session=StaffSession.objects.get(device="Safari on iPhone").pk)
    assert (alive(here), alive(phone), alive(tablet)) == (True, False, True)
    end(here)
    assert (alive(here), alive(tablet)) == (True, False)
    assert len(listed(here)) == 1


def test_nobody_ends_somebody_elses_session(sara: User) -> None:
    other = logged_in(make_user("bookings.view_booking"))
    here = logged_in(sara)
    for row in StaffSession.objects.exclude(user=sara):
        end(here, session=row.pk)
    end(here)
    assert alive(other)


@pytest.mark.parametrize("number", ["abc", "-1", "9" * 30, "²", "1.5"])
def test_what_is_no_session_ends_none(sara: User, number: str) -> None:
    here, other = logged_in(sara), logged_in(sara)
    assert end(here, session=number).status_code == 302
    assert (alive(here), alive(other)) == (True, True)


def test_ending_wants_a_post(sara: User) -> None:
    assert logged_in(sara).get(reverse("account_end_session")).status_code == 405


def test_last_used_is_written_every_few_minutes_only(sara: User) -> None:
    client = logged_in(sara)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("admin:index"))
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    StaffSession.objects.update(
        seen_at=F("seen_at") - timedelta(minutes=6), began_at=F("began_at") - timedelta(hours=1)
    )
    client.get(reverse("admin:index"))
    row = StaffSession.objects.get()
    assert timezone.now() - row.seen_at < timedelta(minutes=1)
    assert timezone.now() - row.began_at > timedelta(minutes=59)


def test_a_call_without_a_session_notes_nothing() -> None:
    Client().get("/admin/login/")
    Client().get("/api/departures/")
    assert not StaffSession.objects.exists()


def test_another_password_ends_the_other_sessions_and_this_one_goes_on(sara: User) -> None:
    here, other = logged_in(sara), logged_in(sara, PHONE)
    form = {"old_password": "correct horse", "new_password1": "battery staple 9", "new_password2": "battery staple 9"}
    assert here.post(reverse("admin:password_change"), form)["Location"] == reverse("admin:password_change_done")
    assert (alive(here), alive(other)) == (True, False)
    assert [device for device, _network, _this in listed(here)] == ["Firefox on Windows"]
    assert list(AccountMail.objects.values_list("user__username", "kind")) == [("sara", "password_changed")]


def test_the_old_password_is_guessed_slowly(sara: User) -> None:
    here = logged_in(sara)
    form = {"old_password": "wrong", "new_password1": "battery staple 9", "new_password2": "battery staple 9"}
    for _ in range(12):
        response = here.post(reverse("admin:password_change"), form)
    assert str(response.context["form"].errors["old_password"]).count("Too many attempts.") == 1
    sara.refresh_from_db()
    assert sara.check_password("correct horse")


def test_a_password_set_by_somebody_else_ends_all_and_its_owner_is_told(sara: User) -> None:
    here = logged_in(sara)
    form = {"password1": "battery staple 9", "password2": "battery staple 9", "usable_password": "true"}
    logged_in(make_user(is_superuser=True)).post(reverse("admin:auth_user_password_change", args=[sara.pk]), form)
    assert not alive(here)
    again = Client()
    again.force_login(User.objects.get(pk=sara.pk))
    assert len(listed(again)) == 1
    assert list(AccountMail.objects.values_list("user__username", "kind")) == [("sara", "password_changed")]


def test_expired_sessions_are_not_listed_and_are_forgotten(sara: User) -> None:
    here, old = logged_in(sara), logged_in(sara, PHONE)
    Session.objects.filter(pk=old.session.session_key).update(expire_date=timezone.now() - timedelta(hours=1))
    assert len(listed(here)) == 1
    assert forget_old_log_ins()["sessions"] == 1
    assert StaffSession.objects.count() == Session.objects.count() == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (PHONE, "Safari on iPhone"),
        (
            "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1.15",
            "Safari on Mac",
        ),
        ("curl/8.5.0", "Unknown device"),
        ("", "Unknown device"),
        ("<script>" * 1000 + "Linux", "Another browser on Linux"),
    ],
)
def test_a_device_in_plain_words(agent: str, words: str) -> None:
    assert sessions.device_in_words(agent) == words
