"""What becomes of an attempt when the provider's first answer isn't a link, and of a second attempt beside it."""

from typing import Any

import pytest

from bookings.actors import SYSTEM
from bookings.models import Booking
from bookings.services.transitions import cancel_bookings, expire_holds
from notifications.refusals import Refused
from payments.gateway.chapa import Chapa
from payments.models import Payment
from tests.attempts import DEPOSIT, begin, later, mails, now_is, poll, story
from tests.factories import NOW, clerk, make_booking
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def refused(booking: Booking, **how: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        begin(booking, **how)
    return refusal.value


def only(booking: Booking) -> Payment:
    return booking.payments.get()


def paid(booking: Booking) -> tuple[str, Any]:
    booking.refresh_from_db()
    return booking.status, booking.paid


@pytest.fixture
def stored_but_silent(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Booking:
    """A booking whose payment the provider stored, and then didn't answer in time."""
    monkeypatch.setattr(Chapa, "READ_SECONDS", 0.1)
    provider.tell("initialize", "slow", stored=True, seconds=5, times=1)
    booking = make_booking()
    assert refused(booking).code == "payment_unknown"
    monkeypatch.undo()
    return booking


# --- time-out after the provider stored it --------------------------------------------------------
def test_a_time_out_is_posted_once_and_unknown(provider: Provider, stored_but_silent: Booking) -> None:
    payment = only(stored_but_silent)
    assert (payment.status, payment.check_note) == ("unknown", "Chapa did not answer in time.")
    assert (provider.count("initialize"), payment.tx_ref in provider.book.txs) == (1, True)


def test_a_second_start_waits_while_nobody_answers(provider: Provider, stored_but_silent: Booking) -> None:
    provider.tell("verify", "error500")
    assert refused(stored_but_silent, minutes=1).code == "payment_unknown"
    provider.behave()
    provider.tell("cancel", "error500")
    assert refused(stored_but_silent, minutes=2).code == "payment_unknown"
    assert (provider.count("initialize"), only(stored_but_silent).status) == (1, "unknown")


def test_it_was_paid_all_the_same(provider: Provider, stored_but_silent: Booking) -> None:
    payment = only(stored_but_silent)
    provider.pay(payment.tx_ref)
    poll(2)
    assert now_is(payment) == ("succeeded", "confirmed", DEPOSIT)
    assert (provider.count("initialize"), mails(payment)) == (1, [("payment_confirmation", "queued")])


def test_a_second_start_finds_that_it_was_paid(provider: Provider, stored_but_silent: Booking) -> None:
    provider.pay(only(stored_but_silent).tx_ref)
    assert refused(stored_but_silent, minutes=1).code == "paid_already"
    assert (provider.count("initialize"), now_is(only(stored_but_silent))[0]) == (1, "succeeded")


def test_not_paid_it_is_cancelled_and_only_then_another_begun(provider: Provider, stored_but_silent: Booking) -> None:
    first = only(stored_but_silent)
    second = begin(stored_but_silent, minutes=3)
    first.refresh_from_db()
    assert (first.status, second.status, first.tx_ref == second.tx_ref) == ("expired", "pending", False)
    assert provider.book.txs[first.tx_ref].link_over
    calls = [(request.call, request.name) for request in provider.requests]
    assert calls == [
        ("initialize", first.tx_ref),
        ("cancel", first.tx_ref),
        ("verify", first.tx_ref),
        ("initialize", second.tx_ref),
    ]


def test_the_poll_closes_what_has_no_link_without_a_mail(provider: Provider, stored_but_silent: Booking) -> None:
    payment = only(stored_but_silent)
    poll(2)
    assert (now_is(payment)[0], mails(payment)) == ("expired", [])
    assert not Booking.objects.get(pk=stored_but_silent.pk).payment_open


@pytest.mark.parametrize("kind", ["error500", "html", "broken_json", "wrong_type", "too_many", "drop", "redirect"])
def test_an_unclear_answer_that_stored_nothing_ends_as_failed(provider: Provider, kind: str) -> None:
    booking = make_booking()
    provider.tell("initialize", kind, times=1)
    assert refused(booking).code == "payment_unknown"
    poll(1)
    assert only(booking).status == "unknown"  # it may still be on its way there
    poll(3)
    payment = only(booking)
    assert (payment.status, payment.failure_reason) == ("failed", "It never reached the provider.")
    assert (payment.next_check_at, mails(payment)) == (None, [])
    assert begin(booking, minutes=4).status == "pending"


def test_a_reference_that_was_used_before_is_asked_about_not_posted_again(provider: Provider) -> None:
    booking = make_booking()
    message = "Transaction reference has been used before"
    provider.tell("initialize", "answer", code=400, body={"message": message, "status": "failed"}, stored=True)
    assert refused(booking).code == "payment_unknown"
    assert (only(booking).status, provider.count("initialize")) == ("unknown", 1)


def test_a_checkout_at_a_strange_host_is_given_to_nobody(provider: Provider, settings: Any) -> None:
    settings.CHAPA_CHECKOUT_HOSTS = ["checkout.chapa.co"]
    booking = make_booking()
    assert refused(booking).code == "payment_unknown"
    payment = only(booking)
    assert (payment.status, payment.checkout_url) == ("unknown", "")
    assert payment.check_note == ("Chapa gave a checkout link to 127.0.0.1, which CHAPA_CHECKOUT_HOSTS doesn't allow.")


# --- a definite no --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "message", "refusal"),
    [
        (400, {"email": ["validation.email"]}, "provider_refused"),
        (400, "Invalid currency, KES is not supported", "provider_refused"),
        (400, "User can't receive payments", "provider_misconfigured"),
        (401, "Invalid API Key or User doesn't exist", "provider_misconfigured"),
        (404, "Payments through API is disabled, please contact us", "provider_misconfigured"),
    ],
)
def test_a_no_ends_the_attempt_and_another_may_begin(provider: Provider, code: int, message: Any, refusal: str) -> None:
    booking = make_booking()
    body = {"message": message, "status": "failed", "data": None}
    provider.tell("initialize", "answer", code=code, body=body, times=1)
    assert refused(booking).code == refusal
    payment = only(booking)
    assert (payment.status, payment.next_check_at, mails(payment)) == ("failed", None, [])
    assert not Booking.objects.get(pk=booking.pk).payment_open
    assert begin(booking, minutes=1).status == "pending"


# --- two links beside each other ------------------------------------------------------------------
def test_the_same_link_is_given_again(provider: Provider) -> None:
    booking = make_booking()
    assert begin(booking).pk == begin(booking, minutes=30).pk
    assert provider.count("initialize") == 1


def test_another_amount_ends_the_old_link_first(provider: Provider) -> None:
    booking = make_booking()
    first = begin(booking)
    second = begin(booking, minutes=5, amount=booking.total)
    first.refresh_from_db()
    assert (first.status, first.failure_reason) == ("expired", "A new payment link took its place.")
    assert (provider.book.txs[first.tx_ref].link_over, mails(first)) == (True, [])
    assert second.amount == booking.total


def test_an_amount_that_is_refused_ends_no_link(provider: Provider) -> None:
    booking = make_booking()
    begin(booking)
    assert refused(booking, minutes=5, amount=booking.total + 1).code == "too_much"
    assert (provider.count("cancel"), only(booking).status) == (0, "pending")


def test_a_link_that_cannot_be_ended_is_not_replaced(provider: Provider) -> None:
    booking = make_booking()
    begin(booking)
    provider.tell("cancel", "error500")
    assert refused(booking, minutes=5, amount=booking.total).code == "payment_unknown"
    assert (provider.count("initialize"), only(booking).status) == (1, "pending")


@pytest.mark.parametrize("heard_before", [True, False])
def test_a_payment_in_the_moment_of_the_cancel_counts(provider: Provider, heard_before: bool) -> None:
    booking = make_booking()
    first = begin(booking)
    if heard_before:
        provider.mark(first.tx_ref, "failed")
        poll(2)
    provider.pay(first.tx_ref)
    assert refused(booking, minutes=50, amount=booking.total).code == "paid_already"
    assert (provider.count("initialize"), now_is(first)) == (1, ("succeeded", "confirmed", DEPOSIT))


def test_a_failed_links_second_life_ends_before_another_begins(provider: Provider) -> None:
    booking = make_booking()
    first = begin(booking)
    provider.mark(first.tx_ref, "failed")
    poll(2)
    second = begin(booking, minutes=3)
    assert (provider.book.txs[first.tx_ref].link_over, second.status) == (True, "pending")


def test_a_failed_link_with_a_word_we_dont_know_lets_no_other_begin(provider: Provider) -> None:
    booking = make_booking()
    first = begin(booking)
    provider.mark(first.tx_ref, "failed")
    poll(2)
    provider.mark(first.tx_ref, "auth_needed")
    assert refused(booking, minutes=3).code == "payment_unknown"
    assert provider.count("initialize") == 1


# --- the end of a link ----------------------------------------------------------------------------
def test_a_link_nobody_used_expires_with_a_mail(provider: Provider) -> None:
    payment = begin()
    poll(61)
    assert (now_is(payment)[0], mails(payment)) == ("expired", [("payment_failure", "queued")])
    assert story(payment) == ["payment_started", "payment_expired"]
    assert provider.count("cancel", payment.tx_ref) == 1


@pytest.mark.parametrize("call", ["verify", "cancel"])
def test_nothing_expires_on_an_answer_that_did_not_come(provider: Provider, call: str) -> None:
    payment = begin()
    provider.tell(call, "error500")
    for minutes in (61, 121, 600):
        poll(minutes)
        expire_holds(now=later(minutes))
    assert now_is(payment)[:2] == ("pending", "pending")
    provider.behave()
    provider.pay(payment.tx_ref)
    poll(1500)
    assert now_is(payment) == ("succeeded", "confirmed", DEPOSIT)


def test_a_cancel_that_is_always_odd_keeps_a_dead_link_a_day_only(provider: Provider) -> None:
    payment = begin()
    provider.tell("cancel", "answer", code=400, body={"message": "No route", "status": "failed"})
    for minutes, status in ((61, "pending"), (125, "pending"), (25 * 60 + 1, "expired")):
        poll(minutes)
        assert now_is(payment)[0] == status


def test_a_hold_outlives_a_silent_provider_and_ends_after_it(provider: Provider) -> None:
    payment = begin()
    Booking.objects.filter(pk=payment.booking_id).update(hold_expires_at=later(30))
    provider.down()
    poll(61)
    assert expire_holds(now=later(62)) == 0
    provider.up()
    poll(200)
    assert (now_is(payment)[0], expire_holds(now=later(201))) == ("expired", 1)


def test_a_link_of_a_cancelled_booking_is_ended_at_once(provider: Provider) -> None:
    payment = begin()
    assert poll(1) == {"asked": 0, "moved": 0}
    cancel_bookings(booking_ids=[payment.booking_id], reason="Ill", actor=clerk(), now=later(1))
    assert poll(1.5) == {"asked": 1, "moved": 1}
    payment.refresh_from_db()
    assert (payment.status, payment.failure_reason) == ("expired", "The booking no longer asks for this payment.")
    assert (provider.book.txs[payment.tx_ref].link_over, mails(payment)) == (True, [])
    assert payment.booking.events.get(kind="payment_expired").actor_label == SYSTEM.label


def test_a_provider_that_is_down_is_not_asked_about_everything(provider: Provider) -> None:
    payments = [begin() for _ in range(6)]
    provider.tell("verify", "error500")
    assert poll(2) == {"asked": 3, "moved": 0}
    assert poll(3) == {"asked": 3, "moved": 0}  # the others' turn: those asked come again on their schedule
    provider.behave()
    for payment in payments:
        provider.pay(payment.tx_ref)
    assert poll(5) == {"asked": 6, "moved": 6}


def test_the_schedule_of_questions_is_minutes_then_hours_then_days(provider: Provider) -> None:
    payment = begin()
    provider.mark(payment.tx_ref, "auth_needed")
    asked: list[float] = []
    while not asked or asked[-1] < 60 * 72:
        payment.refresh_from_db()
        assert payment.next_check_at is not None
        asked.append((payment.next_check_at - NOW).total_seconds() / 60)
        assert (poll(asked[-1] - 0.1)["asked"], poll(asked[-1])["asked"]) == (0, 1)
    hours = [60 * hour for hour in range(2, 25)]
    assert asked == [2, 5, 15, 30, 60, *hours, 60 * 48, 60 * 72]
