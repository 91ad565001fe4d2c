"""Refunds that several people or processes move at once, on PostgreSQL: one leaves the house, however they meet."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from bookings.actors import SYSTEM, Actor, staff
from bookings.models import Booking
from config.management.commands.check_books import all_breaches
from notifications.refusals import Refused
from payments.models import Payment, Refund
from payments.services.checkout.verify import verify_payment
from payments.services.provider_refunds.send import send_refund, work_off_due
from payments.services.refunds.approve import approve_refund
from payments.services.refunds.request import request_refund
from tests.e2e.conftest import ROOT, database_environment, wait_until
from tests.e2e.test_overlaps import overlap
from tests.factories import make_user
from tests.payments.refunds import paid_at
from tests.provider import Provider

pytestmark = [pytest.mark.services, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SEND = "import django; django.setup(); from payments.services.provider_refunds import send as r; "


@pytest.fixture
def payment(provider: Provider, settings: Settings) -> Payment:
    """ETB 2,000 through a provider that refunds, which it does with a live key only."""
    settings.CHAPA_SECRET_KEY = provider.live_key
    return paid_at(provider)


def asking(payment: Payment, *, seen: int | None = 0, way: str = "provider") -> Callable[[], Refund]:
    actor = staff(make_user())
    return lambda: request_refund(
        payment_id=payment.pk,
        amount=Decimal(500),
        reason="Ill",
        way=way,
        actor=actor,
        now=timezone.now(),
        creation_key=actor.label,
        seen=seen,
    )


def at_once(*acts: Callable[[], object]) -> list[Any]:
    """What each returned or raised, all begun in the same moment."""
    results: list[Any] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait(60)
            results[number] = act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def sending(refund: Refund) -> Callable[[], str]:
    return lambda: send_refund(refund_id=refund.pk, now=timezone.now())


def approving(refund: Refund, actor: Actor) -> Callable[[], Refund]:
    return lambda: approve_refund(refund_id=refund.pk, actor=actor, now=timezone.now())


def test_two_clerks_refund_the_same_payment_at_once_and_one_refund_leaves(payment: Payment, provider: Provider) -> None:
    first, second = overlap(asking(payment), asking(payment))
    assert isinstance(first, Refund)
    assert isinstance(second, Refused)
    assert second.code == "changed"
    provider.tell("refund", "slow", seconds=0.5)
    now = timezone.now()
    at_once(sending(first), sending(first), lambda: work_off_due(now=now))
    assert (Refund.objects.get().status, provider.count("refund")) == ("processing", 1)
    assert list(all_breaches()) == []


def test_without_what_each_has_seen_both_would_have_left(payment: Payment) -> None:
    """The race is real: this is the same, less the guard."""
    results = overlap(asking(payment, seen=None), asking(payment, seen=None))
    assert [type(result) for result in results] == [Refund, Refund]


def test_two_clerks_together_never_pay_back_more_than_came(payment: Payment) -> None:
    Refund.objects.create(
        payment=payment, amount=Decimal(1400), reason="x", requested_by_label="x", created_at=timezone.now()
    )
    results = overlap(asking(payment, seen=None), asking(payment, seen=None))
    assert isinstance(results[1], Refused)
    assert (results[1].code, Refund.objects.count()) == ("too_much", 2)


def test_two_managers_approve_at_once_and_it_is_sent_once(
    payment: Payment, provider: Provider, settings: Settings
) -> None:
    settings.REFUND_APPROVAL_LIMITS = {}
    refund = asking(payment)()
    managers = [staff(make_user()) for _ in range(2)]
    results = overlap(*(approving(refund, manager) for manager in managers))
    assert isinstance(results[1], Refused)
    at_once(sending(refund), sending(refund))
    refund.refresh_from_db()
    assert (refund.approved_by, provider.count("refund")) == (managers[0].user, 1)


def test_a_reversal_and_a_refund_by_hand_never_take_the_money_twice(payment: Payment, provider: Provider) -> None:
    provider.mark(payment.tx_ref, "reversed")

    def hear() -> object:
        return verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=timezone.now())

    at_once(hear, asking(payment, seen=None, way="cash"), hear)
    hear()
    taken = sum(refund.amount for refund in Refund.objects.filter(status="succeeded"))
    assert (taken, Booking.objects.get().paid) == (Decimal(2000), Decimal(0))
    assert list(all_breaches()) == []


def test_a_worker_killed_between_claim_and_answer_posts_once_and_is_followed_up(
    payment: Payment, provider: Provider
) -> None:
    refund = asking(payment)()
    provider.tell("refund", "slow", seconds=3, times=1)
    chapa = {"CHAPA_SECRET_KEY": provider.live_key, "CHAPA_BASE_URL": provider.base_url}
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    code = SEND + f"from django.utils import timezone as t; r.send_refund(refund_id={refund.pk}, now=t.now())"
    worker = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | database_environment() | chapa | settings
    )
    wait_until(lambda: provider.count("refund") == 1, "the refund at the provider")
    worker.kill()
    worker.wait(60)
    refund.refresh_from_db()
    assert (refund.status, refund.provider_answer) == ("processing", None)
    provider.behave()
    later = timezone.now() + timedelta(minutes=6)
    work_off_due(now=later)
    wait_until(lambda: len(provider.book.refunds) == 1, "the provider to have stored it")
    provider.set_refund(next(iter(provider.book.refunds)), "refunded")
    work_off_due(now=later + timedelta(days=1))
    refund.refresh_from_db()
    assert (refund.status, provider.count("refund"), Booking.objects.get().paid) == ("succeeded", 1, Decimal(1500))
    assert list(all_breaches()) == []
