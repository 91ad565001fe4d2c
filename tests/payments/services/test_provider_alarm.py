"""A dead key or a disabled account: told once, shown while it lasts, gone by itself."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, connections
from pytest_django import Settings

from bookings.actors import SYSTEM
from notifications.models import Message
from notifications.refusals import Refused
from payments import emails
from payments.gateway import Answer, Fault, Verdict
from payments.models import Payment, ProviderAlarm
from payments.services import gateways, provider_alarm
from payments.services.checkout.verify import close_attempt
from payments.services.decision_entries import sections
from payments.services.provider_alarm import note
from payments.services.provider_events.reconcile import reconcile_payments
from payments.services.provider_refunds.check import check_refund
from payments.services.provider_refunds.send import send_refund
from tests.attempts import ask, begin, later, poll
from tests.chapa_order import chapa
from tests.factories import NOW
from tests.payments.refunds import ask as ask_refund
from tests.payments.refunds import begun_at, paid_at
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DISABLED = {"message": "Payments through API is disabled, please contact us", "status": "failed", "data": None}
SUBACCOUNT = {"message": "The subaccount ID is not valid", "status": "failed", "data": None}


def shown(now: datetime = NOW) -> list[str]:
    """What “Needs a decision” says of the provider."""
    return [d.what for section in sections(now=now) for d in section.decisions if section.topic.kind == "provider"]


def told() -> list[tuple[str, str]]:
    return list(Message.objects.filter(kind="provider_alarm").order_by("pk").values_list("recipient", "topic"))


def begins(provider: Provider) -> None:
    with suppress(Refused):
        begin()


def verifies(provider: Provider) -> None:
    ask(begun_at(provider))


def cancels(provider: Provider) -> None:
    payment = begun_at(provider)
    provider.tell("verify", "slow")
    close_attempt(payment_id=payment.pk, why="over", actor=SYSTEM, now=NOW)


def refunds(provider: Provider) -> None:
    refund = ask_refund(paid_at(provider), way="provider")
    send_refund(refund_id=refund.pk, now=NOW)


def checks_a_refund(provider: Provider) -> None:
    refund = ask_refund(paid_at(provider), way="provider")
    send_refund(refund_id=refund.pk, now=NOW)
    check_refund(refund_id=refund.pk, actor=SYSTEM, now=NOW)


def compares(provider: Provider) -> None:
    reconcile_payments(now=NOW)


@pytest.mark.parametrize(
    ("act", "call"),
    [
        (begins, "initialize"),
        (verifies, "verify"),
        (cancels, "cancel"),
        (refunds, "refund"),
        (checks_a_refund, "refund_status"),
        (compares, "transactions"),
    ],
)
def test_a_key_that_is_refused_by_any_call_is_shown_told_and_logged(
    live: Provider, settings: Settings, caplog: pytest.LogCaptureFixture, act: Callable[[Provider], None], call: str
) -> None:
    settings.OPS_EMAIL = "Ops <ops@tourdesk.example>"
    if call == "cancel":  # else what is asked next shows that the key is good
        live.tell("verify", "unauthorized")
    live.tell(call, "unauthorized")
    with caplog.at_level(logging.WARNING):
        act(live)
    assert len(shown()) == 1
    assert "Chapa refused our key: Invalid API Key. Check CHAPA_SECRET_KEY." in shown()[0]
    assert told() == [("ops@tourdesk.example", "provider:chapa")]
    assert caplog.text.count("fails for all payments") == 1
    assert live.live_key not in caplog.text + repr(ProviderAlarm.objects.values()) + repr(Message.objects.values())


def test_without_a_setting_support_hears_of_it(provider: Provider, settings: Settings) -> None:
    assert settings.OPS_EMAIL == settings.SUPPORT_EMAIL == "help@tourdesk.example"


def test_many_calls_make_one_entry_one_mail_and_one_line(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    payments = [begin() for _ in range(6)]
    provider.tell("verify", "unauthorized")
    provider.tell("cancel", "unauthorized")
    with caplog.at_level(logging.WARNING):
        for minutes in (3, 7, 20, 62, 130, 600):
            poll(minutes)
            ask(payments[0], minutes=minutes)
    assert (len(shown()), len(told())) == (1, 1)
    assert [r.message for r in caplog.records if "Chapa" in r.message] == [
        "Chapa fails for all payments: Chapa refused our key: Invalid API Key. Check CHAPA_SECRET_KEY. "
        "(Asked for: what became of payments.)"
    ]
    assert "what became of payments, ending links" in shown()[0]


@pytest.mark.parametrize("status", ["unpaid", "success", "failed", "an odd word"])
def test_it_goes_with_the_next_answer_whatever_that_says(provider: Provider, status: str) -> None:
    payment = begin()
    provider.tell("verify", "unauthorized", times=1)
    ask(payment)
    assert len(shown()) == 1
    provider.mark(payment.tx_ref, status)
    ask(payment, minutes=2)
    assert shown() == []


def test_not_found_proves_the_key_too_and_silence_proves_nothing(provider: Provider) -> None:
    payment = begin()
    provider.tell("verify", "unauthorized", times=1)
    ask(payment)
    provider.tell("verify", "error500", times=1)
    ask(payment, minutes=2)
    assert len(shown()) == 1
    del provider.book.txs[payment.tx_ref]
    ask(payment, minutes=3)
    assert shown() == []


@pytest.mark.parametrize("body", [DISABLED, SUBACCOUNT, DISABLED | {"message": "Your account has been suspended"}])
def test_an_account_that_may_not_take_payments_is_shown_until_it_may(provider: Provider, body: dict[str, Any]) -> None:
    """That Chapa still answers about older payments says nothing of new ones."""
    older = begin()
    provider.tell("initialize", "answer", code=400, body=body)
    with pytest.raises(Refused, match="isn't possible"):
        begin()
    ask(older)
    assert (len(shown()), len(told())) == (1, 1)
    provider.behave()
    begin()
    assert shown() == []


def test_a_key_of_the_other_mode_is_shown_while_payments_of_the_first_are_open(
    live: Provider, settings: Settings
) -> None:
    payment = begun_at(live)
    Payment.objects.update(next_check_at=NOW)
    settings.CHAPA_SECRET_KEY = live.key
    ask(payment)
    begin()  # the test key works well
    assert len(shown()) == 1
    assert "can’t be used to verify a live transaction" in shown()[0]
    settings.CHAPA_SECRET_KEY = live.live_key
    ask(payment, minutes=2)
    assert (shown(), len(told())) == ([], 1)


def test_a_provider_that_is_away_is_shown_when_it_stays_away(provider: Provider) -> None:
    payment = begin()
    provider.tell("verify", "error500")
    for minutes in (1, 15, 29):
        ask(payment, minutes=minutes)
    assert (shown(), told()) == ([], [])
    for minutes in (32, 40, 200):
        ask(payment, minutes=minutes)
    assert (len(shown()), len(told())) == (1, 1)
    provider.behave()
    ask(payment, minutes=201)
    assert shown() == []


def test_an_answer_in_between_ends_the_silence(provider: Provider) -> None:
    payment = begin()
    for minutes in (1, 20, 40, 60):
        provider.tell("verify", "error500", times=1)
        ask(payment, minutes=minutes)
        ask(payment, minutes=minutes + 1)
    assert (shown(), told()) == ([], [])


def test_what_alternates_is_told_a_few_times_a_day_only(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    wrong, right = Answer(Verdict.MISCONFIGURED, "No.", fault=Fault.KEY), Answer(Verdict.DONE)
    with caplog.at_level(logging.WARNING):
        for minutes in range(0, 24 * 60, 14):
            note(chapa(), "verify", wrong, later(minutes))
            assert provider_alarm.standing("chapa")
            note(chapa(), "verify", right, later(minutes + 7))
            assert not provider_alarm.standing("chapa")
    assert len(told()) == 6
    assert [caplog.text.count(words) for words in ("fails for all payments", "works again")] == [6, 6]


def test_a_second_outage_soon_after_the_first_is_told_if_it_lasts(provider: Provider) -> None:
    payment = begin()
    provider.tell("verify", "unauthorized", times=1)
    ask(payment, minutes=1)
    ask(payment, minutes=2)
    provider.tell("verify", "unauthorized")
    ask(payment, minutes=10)
    assert len(told()) == 1
    ask(payment, minutes=4 * 60 + 2)
    assert len(told()) == 2


def test_it_is_asked_about_by_itself_while_nobody_else_asks(provider: Provider) -> None:
    provider.tell("transactions", "unauthorized")
    reconcile_payments(now=NOW)
    gateways.recheck(now=later(1))
    assert (len(shown()), provider.count("verify")) == (1, 0)
    for _ in range(2):
        gateways.recheck(now=later(6))
    assert (shown(), provider.count("verify")) == ([], 1)
    gateways.recheck(now=later(60))
    assert provider.count("verify") == 1


def test_a_refusal_that_nobody_was_asked_for_proves_nothing(provider: Provider) -> None:
    gateway = chapa()
    note(gateway, "verify", Answer(Verdict.MISCONFIGURED, "No.", fault=Fault.KEY), NOW)
    note(gateway, "refund", Answer(Verdict.REFUSED, "It can't be named."), NOW)
    assert len(shown()) == 1


def test_a_database_that_fails_doesn_t_stop_the_payment(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_fields: Any) -> None:
        connection.cursor().execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr(emails, "queue_alarm", broken)
    payment = begin()
    provider.tell("verify", "unauthorized", times=1)
    assert ask(payment).answer.verdict is Verdict.MISCONFIGURED
    assert (ask(payment, minutes=2).answered, shown()) == (True, [])


def test_the_alarm_of_a_provider_that_is_not_used_any_more_is_not_shown(provider: Provider, settings: Settings) -> None:
    note(chapa(), "verify", Answer(Verdict.MISCONFIGURED, "No.", fault=Fault.KEY), NOW)
    settings.CHAPA_SECRET_KEY = ""
    assert shown() == []


def test_a_good_call_costs_one_statement_more(provider: Provider, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        note(chapa(), "verify", Answer(Verdict.DONE), NOW)


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite in memory belongs to one thread")
@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_one_mail(provider: Provider) -> None:
    def fails(_number: int) -> None:
        try:
            note(chapa(), "verify", Answer(Verdict.MISCONFIGURED, "No.", fault=Fault.KEY), NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fails, range(16)))
    assert (len(told()), ProviderAlarm.objects.count()) == (1, 1)


def test_the_mail_says_what_since_when_and_where_to_look(provider: Provider) -> None:
    from notifications.rendering import render

    provider.tell("verify", "unauthorized")
    ask(begin(), minutes=5)
    mail = render(Message.objects.get(kind="provider_alarm"))
    assert mail.subject == "Chapa fails for all payments (CHAPA-20261123-1205)"
    assert "Since Mon 23 November 2026, 12:05 (Africa/Addis_Ababa)" in mail.text
    assert "It said: Chapa refused our key: Invalid API Key. Check CHAPA_SECRET_KEY." in mail.text
    assert "http://127.0.0.1:8000/admin/" in mail.text
