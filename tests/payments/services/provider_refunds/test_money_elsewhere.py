"""Where the provider may have moved money without us, a person is told; and a person's word lifts no limit."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from bookings.actors import SYSTEM, staff
from bookings.models import Booking
from config.management.commands.check_books import all_breaches
from payments.gateway import Answer, registry
from payments.models import Payment, ProviderEvent, Refund
from payments.services.checkout.verify import verify_payment
from payments.services.provider_events import inbox
from payments.services.provider_events.reconcile import reconcile_payments
from payments.services.provider_refunds.check import check_refund, decide_refund
from payments.services.provider_refunds.send import _note_posted, send_refund, work_off_due
from tests.factories import NOW, make_user
from tests.payments.refunds import ask, begun_at, paid_at, state
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LATER = NOW + timedelta(hours=1)


def told(payment: Payment) -> list[str]:
    events = ProviderEvent.objects.filter(payment=payment, event="list.differs", status="unmatched")
    return [event.last_error for event in events]


def hear(payment: Payment) -> None:
    verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=NOW)


def test_a_refund_on_its_way_while_the_bank_takes_the_payment_back_is_told_and_keeps_its_name(live: Provider) -> None:
    payment = paid_at(live)
    refund = ask(payment, way="provider")
    Refund.objects.update(status="processing", sent_at=NOW)  # a worker is posting it
    live.mark(payment.tx_ref, "reversed")
    hear(payment)
    answer = live_answer(refund)
    _note_posted(refund.pk, answer, NOW)

    assert state(refund) == ("failed", Decimal(0))
    assert refund.provider_reference == answer.reference
    [text] = told(payment)
    assert f"{payment.tx_ref}: ETB 500.00 was on its way back then" in text
    assert list(all_breaches()) == []


def live_answer(refund: Refund) -> Answer:
    gateway = registry.of_method("chapa")
    assert gateway is not None
    return gateway.refund(
        tx_ref=refund.payment.tx_ref, reference=refund.payment.provider_reference, amount=refund.amount, reason="Ill"
    )


@pytest.mark.parametrize("word", ["reversed", "refunded"])
def test_money_that_went_back_in_another_amount_than_it_came_is_told_once(live: Provider, word: str) -> None:
    payment = paid_at(live)
    live.mark(payment.tx_ref, word, amount=0)
    for _ in range(2):
        hear(payment)
    payment.refresh_from_db()
    assert (payment.status, payment.booking.paid) == ("succeeded", Decimal("2000.00"))
    [text] = told(payment)
    assert "the amount is 0.00, not 2000.00" in text


def test_who_says_that_a_refund_did_not_go_through_needs_another_person_for_the_next(
    live: Provider, settings: Settings
) -> None:
    settings.REFUND_APPROVAL_LIMITS = {"ETB": Decimal(1000)}
    payment, one = paid_at(live), make_user()
    live.tell("refund", "error500", times=1)
    refund = ask(payment, "1000.00", by=one, way="provider")
    send_refund(refund_id=refund.pk, now=NOW)
    decide_refund(refund_id=refund.pk, went_through=False, reason="No", actor=staff(one), now=NOW)
    assert state(ask(payment, "1000.00", by=one, way="provider"))[0] == "requested"


# --- money that left twice ------------------------------------------------------------------------
def outside(payment: Payment) -> list[tuple[str, Decimal]]:
    """What was booked because the provider said so."""
    rows = payment.refunds.filter(requested_by=None, status="succeeded").order_by("pk")
    return [(refund.kind, refund.amount) for refund in rows]


def twice(word: str, amount: str) -> str:
    return (
        f"The provider says “{word}” of ETB 2,000.00, but ETB {amount} of it had gone back already (Cash): that much"
        " left twice, if all of it went back there. Look at the provider, and ask the customer for it."
    )


@pytest.mark.slow
@pytest.mark.parametrize("way", ["webhook", "verify", "list"])
@pytest.mark.parametrize("word", ["refunded", "reversed"])
@pytest.mark.parametrize(("cash", "rest"), [("2000.00", ""), ("400.00", "1600.00")])
def test_what_was_paid_back_in_cash_and_went_back_there_too_is_told_once(
    live: Provider, word: str, cash: str, rest: str, way: str
) -> None:
    kind = {"refunded": "refund", "reversed": "reversal"}[word]
    payment = paid_at(live)
    ask(payment, cash)
    live.mark(payment.tx_ref, word)
    for _ in range(2):
        if way == "list":
            reconcile_payments(now=LATER)
        else:
            hear(payment)
    payment.booking.refresh_from_db()
    assert outside(payment) == ([(kind, Decimal(rest))] if rest else [])
    assert payment.booking.paid == 0
    assert told(payment) == [twice(word, f"{Decimal(cash):,.2f}")]
    assert list(all_breaches()) == []


def test_once_a_person_has_seen_it_it_stays_seen(live: Provider) -> None:
    payment = paid_at(live)
    ask(payment, "2000.00")
    live.mark(payment.tx_ref, "reversed")
    hear(payment)
    inbox.set_aside(event_id=ProviderEvent.objects.get().pk, reason="They paid it back", actor=staff(make_user()))
    hear(payment)
    assert told(payment) == []
    live.mark(payment.tx_ref, "refunded")  # another word is another fact
    hear(payment)
    assert told(payment) == [twice("refunded", "2,000.00")]


def test_a_refund_through_the_provider_before_the_bank_takes_all_back_is_told(live: Provider) -> None:
    payment = paid_at(live)
    refund = ask(payment, "500.00", way="provider")
    send_refund(refund_id=refund.pk, now=NOW)
    live.set_refund(next(iter(live.book.refunds)), "refunded")
    check_refund(refund_id=refund.pk, actor=SYSTEM, now=NOW)
    live.mark(payment.tx_ref, "reversed")
    hear(payment)
    assert outside(payment) == [("reversal", Decimal("1500.00"))]
    assert told(payment) == [twice("reversed", "500.00").replace("(Cash)", "(Through the provider)")]


def test_a_refund_in_its_dashboard_and_then_a_reversal_is_told(live: Provider) -> None:
    payment = paid_at(live)
    for word in ("refunded", "reversed"):
        live.mark(payment.tx_ref, word)
        hear(payment)
    assert outside(payment) == [("refund", Decimal("2000.00"))]
    assert told(payment) == [twice("reversed", "2,000.00").replace("(Cash)", "(Through the provider)")]


@pytest.mark.parametrize("word", ["refunded", "reversed"])
def test_what_goes_back_once_only_alarms_nobody(live: Provider, word: str) -> None:
    payment = paid_at(live)
    live.mark(payment.tx_ref, word)
    for _ in range(2):
        hear(payment)
    assert (len(outside(payment)), told(payment)) == (1, [])


def test_a_refund_that_waits_is_given_up_without_confirming_anything(live: Provider, settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {}
    payment = paid_at(live)
    Booking.objects.update(status="pending")
    ask(payment, "1500.00")
    live.mark(payment.tx_ref, "reversed")
    hear(payment)
    booking = Booking.objects.get()
    assert (booking.status, booking.paid, booking.going_back) == ("pending", Decimal(0), Decimal(0))


# --- a refund of ours on its way, and more -----------------------------------------------------------
def sent(live: Provider, payment: Payment, amount: str) -> Refund:
    refund = ask(payment, amount, way="provider")
    send_refund(refund_id=refund.pk, now=NOW)
    refund.refresh_from_db()
    assert refund.status == "processing"
    return refund


def doubt(gone: str, going: str) -> str:
    on_its_way = f", and {going} is on its way" if going else ""
    return (
        f"The provider says “refunded”, but not how much; of ETB 2,000.00 we paid back {gone}{on_its_way}. "
        "Look there: if the rest went back too, record it as a refund by another way."
    )


def event(live: Provider, payment: Payment, name: str = "charge.refunded") -> None:
    raw, headers = live.webhook(name, payment.tx_ref)
    event_id, _new = inbox.store_event(provider="chapa", raw=raw, headers=headers, now=NOW)
    inbox.process_event(event_id=event_id, now=NOW)


def test_a_webhook_about_all_while_a_part_is_on_its_way_is_told_once(live: Provider) -> None:
    payment = paid_at(live)
    refund = sent(live, payment, "500.00")
    live.mark(payment.tx_ref, "refunded")
    event(live, payment)
    hear(payment)
    assert state(refund) == ("processing", Decimal("2000.00"))
    assert (refund.next_check_at, outside(payment), told(payment)) == (NOW, [], [doubt("0.00", "500.00")])
    live.set_refund(refund.provider_reference, "refunded")
    assert work_off_due(now=NOW) == 1
    hear(payment)  # the same fact: the part has arrived
    assert (state(refund), told(payment)) == (("succeeded", Decimal("1500.00")), [doubt("0.00", "500.00")])
    assert list(all_breaches()) == []


def test_a_webhook_about_all_while_all_is_on_its_way_is_our_own_refund(live: Provider) -> None:
    payment = paid_at(live)
    refund = sent(live, payment, "2000.00")
    live.mark(payment.tx_ref, "refunded")
    live.set_refund(refund.provider_reference, "refunded")
    event(live, payment)
    assert work_off_due(now=NOW) == 1
    assert (state(refund), told(payment)) == (("succeeded", Decimal(0)), [])


@pytest.mark.parametrize(("second", "told_of"), [("700.00", [doubt("0.00", "1200.00")]), ("1500.00", [])])
def test_two_on_their_way_are_added_up(live: Provider, second: str, told_of: list[str]) -> None:
    payment = paid_at(live)
    refunds = [sent(live, payment, "500.00"), sent(live, payment, second)]
    live.mark(payment.tx_ref, "refunded")
    event(live, payment)
    assert [state(refund)[0] for refund in refunds] == ["processing", "processing"]
    assert told(payment) == told_of


def test_one_that_failed_here_and_is_refunded_there_is_told(live: Provider) -> None:
    payment = paid_at(live)
    live.tell("refund", "error500", times=1)
    refund = ask(payment, "2000.00", way="provider")
    send_refund(refund_id=refund.pk, now=NOW)
    actor = staff(make_user())
    decide_refund(refund_id=refund.pk, went_through=False, reason="No", actor=actor, now=NOW)
    live.mark(payment.tx_ref, "refunded")
    for _ in range(2):
        event(live, payment)
    assert (state(refund), outside(payment)) == (("failed", Decimal(0)), [("refund", Decimal("2000.00"))])
    assert told(payment) == [
        "The provider says “refunded”, but our refund (ETB 2,000.00) had failed here. All of ETB 2,000.00 counts as"
        " gone now; look there whether that is right."
    ]


def test_cash_and_a_refund_through_the_provider_that_make_up_all_of_it_fit(live: Provider) -> None:
    payment = paid_at(live)
    ask(payment, "400.00")
    sent(live, payment, "1600.00")
    live.mark(payment.tx_ref, "refunded")
    event(live, payment)
    assert told(payment) == []


def test_a_reversal_is_heard_from_the_list_while_a_refund_is_on_its_way(live: Provider) -> None:
    payment = paid_at(live)
    refund = sent(live, payment, "500.00")
    live.mark(payment.tx_ref, "reversed")
    reconcile_payments(now=LATER)
    assert (state(refund), outside(payment)) == (("failed", Decimal(0)), [("reversal", Decimal("2000.00"))])
    [text] = told(payment)
    assert "ETB 500.00 was on its way back then" in text


@pytest.mark.parametrize("word", ["refunded", "reversed"])
def test_a_payment_in_review_says_that_its_money_went_back(live: Provider, word: str) -> None:
    payment = begun_at(live)
    live.pay(payment.tx_ref, amount=1)
    hear(payment)
    live.mark(payment.tx_ref, word, amount=1)
    hear(payment)
    payment.refresh_from_db()
    note = f"Paid and {word} at the provider, but the amount is 1.00, not 2000.00."
    assert (payment.status, payment.check_note) == ("review", note)
