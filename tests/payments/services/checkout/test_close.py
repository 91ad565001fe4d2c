"""Attempts that nobody can be asked about: their links are given to nobody, and a person can close them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from bookings.actors import SYSTEM
from bookings.models import Booking
from bookings.services.transitions import expire_holds
from notifications.refusals import Refused
from payments.models import Payment
from payments.services.checkout.close import close_unanswered
from tests.attempts import ask, begin, later, mails, now_is, poll, story
from tests.desk import desk, press, said
from tests.factories import clerk, make_booking
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
REVIEW = "payments.review_payment"
A_DAY_AND_AN_HOUR = 25 * 60


def close(payment: Payment, *, minutes: float) -> Payment:
    return close_unanswered(payment_id=payment.pk, reason="Nobody paid", actor=clerk(), now=later(minutes))


def refused(booking: Booking, *, minutes: float) -> str:
    with pytest.raises(Refused) as refusal:
        begin(booking, minutes=minutes)
    return refusal.value.code


@pytest.fixture
def of_the_sandbox(settings: Settings) -> Payment:
    """Begun before the house had a key; now it has one."""
    payment = begin()
    provider = Provider()
    settings.CHAPA_SECRET_KEY = provider.live_key
    settings.CHAPA_BASE_URL, settings.CHAPA_CHECKOUT_HOSTS = provider.base_url, ["127.0.0.1"]
    return payment


def test_a_sandbox_link_is_given_to_nobody_under_a_key(of_the_sandbox: Payment) -> None:
    assert refused(of_the_sandbox.booking, minutes=1) == "payment_unknown"
    assert now_is(of_the_sandbox)[0] == "pending"


def test_closed_by_a_person_it_makes_room_for_a_payment_and_an_end(of_the_sandbox: Payment) -> None:
    booking = of_the_sandbox.booking
    closed = close(of_the_sandbox, minutes=1)
    assert (closed.status, closed.next_check_at) == ("expired", None)
    assert closed.failure_reason == "Closed without an answer: Nobody paid"
    assert (story(closed), mails(closed)) == (["payment_started", "payment_expired"], [])
    assert not Booking.objects.get(pk=booking.pk).payment_open
    assert begin(booking, minutes=2).method == "chapa"


def test_a_failed_attempt_of_the_sandbox_is_closed_too(of_the_sandbox: Payment) -> None:
    Payment.objects.update(status="failed")
    assert refused(of_the_sandbox.booking, minutes=1) == "payment_unknown"
    assert close(of_the_sandbox, minutes=1).status == "failed"
    assert begin(of_the_sandbox.booking, minutes=2).status == "pending"


def test_the_seats_of_a_closed_attempt_come_free(of_the_sandbox: Payment) -> None:
    Booking.objects.update(hold_expires_at=later(30))
    assert expire_holds(now=later(60 * 24)) == 0
    close(of_the_sandbox, minutes=60 * 24)
    assert expire_holds(now=later(60 * 24)) == 1


def test_a_test_link_is_given_to_nobody_under_a_live_key(provider: Provider, settings: Settings) -> None:
    payment = begin()
    settings.CHAPA_SECRET_KEY = provider.live_key
    assert refused(payment.booking, minutes=1) == "payment_unknown"
    close(payment, minutes=2)
    assert begin(payment.booking, minutes=3).provider_mode == "live"


def test_a_word_that_nobody_knows_can_be_closed_a_day_after_its_link(provider: Provider) -> None:
    payment = begin()
    provider.mark(payment.tx_ref, "auth_needed")
    poll(A_DAY_AND_AN_HOUR)
    with pytest.raises(Refused, match=r"can still be asked"):
        close(payment, minutes=A_DAY_AND_AN_HOUR - 1)
    assert close(payment, minutes=A_DAY_AND_AN_HOUR).status == "expired"
    with pytest.raises(Refused, match="closed already"):
        close(payment, minutes=A_DAY_AND_AN_HOUR)


def test_money_that_comes_after_it_was_closed_counts(provider: Provider) -> None:
    payment = begin()
    provider.down()
    poll(A_DAY_AND_AN_HOUR)
    close(payment, minutes=A_DAY_AND_AN_HOUR)
    provider.up()
    provider.pay(payment.tx_ref)
    ask(payment, minutes=A_DAY_AND_AN_HOUR + 1, source="webhook")
    assert now_is(payment)[:2] == ("succeeded", "confirmed")


def test_only_a_person_with_a_reason_closes(of_the_sandbox: Payment) -> None:
    for actor, reason, code in ((SYSTEM, "Why not", "no_person"), (clerk(), " ", "reason_missing")):
        with pytest.raises(Refused) as refusal:
            close_unanswered(payment_id=of_the_sandbox.pk, reason=reason, actor=actor, now=later(1))
        assert refusal.value.code == code


def test_the_button_stands_where_the_decision_is_listed(of_the_sandbox: Payment) -> None:
    Payment.objects.update(created_at=timezone.now() - timedelta(hours=3))
    page = "/admin/payments/payment/decisions/"
    assert "act/close-unanswered/" in desk(REVIEW).get(page).content.decode()
    assert "act/close-unanswered/" not in desk().get(page).content.decode()
    assert press(desk("payments.verify_payment"), "close-unanswered", of_the_sandbox, reason="x").status_code == 403
    answer = press(desk(REVIEW), "close-unanswered", of_the_sandbox, reason="Only a trial")
    assert said(answer) == [f"{of_the_sandbox.tx_ref} is closed."]
    assert "act/close-unanswered/" not in desk(REVIEW).get(page).content.decode()


def test_one_that_can_be_asked_about_has_no_such_button(provider: Provider) -> None:
    payment = begin(make_booking(now=timezone.now()))
    Payment.objects.update(created_at=timezone.now())
    page = f"/admin/payments/payment/{payment.pk}/change/"
    assert "act/close-unanswered/" not in desk(REVIEW).get(page).content.decode()
