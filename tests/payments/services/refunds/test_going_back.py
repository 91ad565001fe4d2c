"""Money that is asked back, or on its way back, counts no more: not for a deposit, a hold, a price, a reminder."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from bookings.models import Booking
from bookings.services import party_size, transitions
from bookings.wording import still_to_pay
from config.management.commands.check_books import all_breaches
from notifications.models import Message, ReminderRule
from notifications.refusals import Refused
from payments.books import breaches
from payments.models import Refund
from payments.services import reminders
from payments.services.checkout.payable import check_amount, why_not_payable
from payments.services.provider_refunds.check import check_refund
from payments.services.provider_refunds.send import send_refund
from payments.services.refunds import going_back
from payments.services.refunds.approve import approve_refund, pay_out_refund, turn_down_refund
from tests.desk import desk
from tests.factories import NOW, clerk, make_booking, make_departure
from tests.payments.refunds import ask, paid_at, paid_by_hand
from tests.payments.services.checkout.test_start_races import somebody_waits_for_a_lock
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LATER = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def always_two(settings: Settings) -> None:
    """Every refund waits for a second person."""
    settings.REFUND_APPROVAL_LIMITS = {}


def now() -> Booking:
    return Booking.objects.get()


def moneys() -> tuple[Decimal, Decimal, Decimal]:
    booking = now()
    return booking.paid, booking.going_back, booking.balance


def cancel() -> None:
    transitions.cancel_bookings(booking_ids=[now().pk], reason="Ill", actor=clerk(), now=NOW)


def bring_back() -> str:
    return transitions.reinstate_booking(booking_id=now().pk, actor=clerk(), now=LATER).status


def mailed(kind: str) -> list[str]:
    return [message.status for message in Message.objects.filter(kind=kind).order_by("pk")]


def test_a_refund_is_on_its_way_from_the_asking_to_the_money(live: Provider) -> None:
    payment = paid_at(live)
    refund = ask(payment, "500.00", way="provider")
    assert moneys() == (Decimal(2000), Decimal(500), Decimal(500))
    approve_refund(refund_id=refund.pk, actor=clerk(), now=NOW)
    send_refund(refund_id=refund.pk, now=NOW)
    assert (Refund.objects.get().status, moneys()) == ("processing", (Decimal(2000), Decimal(500), Decimal(500)))
    facts = Message.objects.get(kind="payment_refunded").context
    assert (facts["paid"], facts["balance"]) == ("1500.00", "500.00")
    live.set_refund(Refund.objects.get().provider_reference, "refunded")
    check_refund(refund_id=refund.pk, actor=clerk(), now=NOW)
    assert (Refund.objects.get().status, moneys()) == ("succeeded", (Decimal(1500), Decimal(0), Decimal(500)))
    assert list(all_breaches()) == []


def test_turned_down_paid_out_or_unknown_it_is_kept_right(settings: Settings) -> None:
    payment = paid_by_hand()
    first, second = ask(payment, "500.00"), ask(payment, "300.00")
    assert moneys() == (Decimal(2000), Decimal(800), Decimal(800))
    turn_down_refund(refund_id=first.pk, reason="No", actor=clerk(), now=NOW)
    assert moneys() == (Decimal(2000), Decimal(300), Decimal(300))
    approve_refund(refund_id=second.pk, actor=clerk(), now=NOW)
    pay_out_refund(refund_id=second.pk, actor=clerk(), now=NOW)
    assert moneys() == (Decimal(1700), Decimal(0), Decimal(300))
    settings.REFUND_APPROVAL_LIMITS = {"ETB": Decimal(9000)}
    ask(payment, "100.00")
    assert moneys() == (Decimal(1600), Decimal(0), Decimal(400))
    assert list(all_breaches()) == []


@pytest.mark.parametrize(("back", "status"), [("1400.00", "confirmed"), ("1400.01", "pending"), ("2000.00", "pending")])
def test_a_booking_that_is_brought_back_needs_a_deposit_that_stays(back: str, status: str) -> None:
    payment = paid_by_hand()
    cancel()
    ask(payment, back)
    assert bring_back() == status
    [wanted, other] = ["booking_confirmed", "booking_confirmation"][:: 1 if status == "confirmed" else -1]
    assert "queued" in mailed(wanted)
    assert "queued" not in mailed(other)
    assert list(all_breaches()) == []


def test_when_the_refund_is_turned_down_the_deposit_is_covered_after_all() -> None:
    payment = paid_by_hand()
    cancel()
    refund = ask(payment, "2000.00")
    bring_back()
    turn_down_refund(refund_id=refund.pk, reason="They travel", actor=clerk(), now=LATER)
    assert (now().status, mailed("booking_confirmed")) == ("confirmed", ["queued"])
    assert list(all_breaches()) == []


def test_when_the_refund_is_made_nothing_is_confirmed() -> None:
    payment = paid_by_hand()
    cancel()
    refund = ask(payment, "1500.00")
    bring_back()
    approve_refund(refund_id=refund.pk, actor=clerk(), now=LATER)
    pay_out_refund(refund_id=refund.pk, actor=clerk(), now=LATER)
    assert (now().status, moneys()) == ("pending", (Decimal(500), Decimal(0), Decimal(1500)))


def pending_with(back: str) -> Booking:
    """A cent less than the deposit is paid, and `back` of it is asked back."""
    payment = paid_by_hand(make_booking(), "599.99")
    ask(payment, back)
    return now()


def test_confirming_needs_a_deposit_that_stays() -> None:
    booking = pending_with("100.00")
    Booking.objects.update(deposit_due=Decimal("550.00"))
    with pytest.raises(Refused) as refused:
        transitions.confirm_bookings(booking_ids=[booking.pk], actor=clerk(), now=NOW).single()
    assert refused.value.detail == (
        f"{booking.reference} lacks ETB 50.01 of its deposit."
        f" ETB 100.00 of what {booking.reference} has paid is on its way back and doesn't count."
    )
    page = desk("bookings.confirm_booking", "bookings.confirm_unpaid_booking").get(
        f"/admin/bookings/booking/act/confirm/?ids={booking.pk}"
    )
    assert f"ETB 100.00 of what {booking.reference} has paid is on its way back" in page.content.decode()
    assert "lacks ETB 50.01 of its deposit" in page.content.decode()


@pytest.mark.parametrize(("back", "status"), [("299.99", "confirmed"), ("300.00", "pending")])
def test_a_smaller_party_is_confirmed_only_by_money_that_stays(back: str, status: str) -> None:
    booking = pending_with(back)
    party_size.change_party_size(booking_id=booking.pk, party_size=1, actor=clerk(), now=NOW)
    assert (now().deposit_due, now().status) == (Decimal("300.00"), status)


def test_a_hold_ends_when_no_money_stays() -> None:
    pending_with("599.99")
    over = NOW + timedelta(days=9)
    assert (transitions.expire_holds(now=over), now().status) == (1, "expired")
    assert list(all_breaches()) == []


def test_a_hold_lasts_while_some_money_stays() -> None:
    pending_with("599.98")
    assert (transitions.expire_holds(now=NOW + timedelta(days=9)), now().status) == (0, "pending")


@pytest.mark.parametrize(
    ("act", "permission"),
    [
        ("bring-back", "bookings.reinstate_booking"),
        ("party", "bookings.reschedule_booking"),
        ("reschedule", "bookings.reschedule_booking"),
        ("cancel", "bookings.cancel_booking"),
    ],
)
def test_the_question_pages_say_so(act: str, permission: str) -> None:
    payment = paid_by_hand()
    if act == "bring-back":
        cancel()
    ask(payment, "1500.00")
    page = desk(permission).get(f"/admin/bookings/booking/act/{act}/?ids={now().pk}").content.decode()
    assert f"ETB 1,500.00 of what {now().reference} has paid is on its way back and doesn&#x27;t count." in page


def test_what_goes_back_is_to_be_paid_again() -> None:
    booking = paid_by_hand().booking
    assert [r.code for r in [why_not_payable(now(), NOW)] if r] == ["nothing_owed"]
    ask(booking.payments.get(), "500.00")
    assert why_not_payable(now(), NOW) is None
    assert check_amount(now(), None, NOW) == Decimal("500.00")
    assert still_to_pay(now()) == "ETB 500.00 to pay"
    paid_by_hand(now(), "500.00")
    assert moneys() == (Decimal(2500), Decimal(500), Decimal(0))
    assert still_to_pay(now()) == "Paid in full"


def test_what_goes_back_is_overdue_and_reminded_of() -> None:
    departure = make_departure(starts_in=timedelta(days=40))
    payment = paid_by_hand(make_booking(departure=departure, now=NOW - timedelta(days=3)))
    day = now().balance_due_on
    assert day is not None
    late = NOW + timedelta(days=27)
    assert list(Booking.objects.overdue(late)) == []
    ask(payment, "500.00")
    assert list(Booking.objects.overdue(late)) == [now()]
    ReminderRule.objects.filter(kind="payment_reminder").delete()
    ReminderRule.objects.create(kind="payment_reminder", hours_before=72)
    assert reminders.plan_payment_reminders(now=NOW + timedelta(days=24)) == 1
    assert Message.objects.get(kind="payment_reminder").context["balance"] == "500.00"


def test_the_books_tell_a_wrong_sum_and_the_task_corrects_it() -> None:
    """As an older release leaves it that moves refunds while it is being replaced."""
    unknown_to_it, over = paid_by_hand(), paid_by_hand()
    ask(unknown_to_it, "500.00")
    Booking.objects.filter(payments=unknown_to_it).update(going_back=0)
    Booking.objects.filter(payments=over).update(going_back=7)
    first, second = Booking.objects.order_by("pk")
    assert list(breaches()) == [
        f"Booking {first.reference}: ETB 0.00 is noted as going back, but its refunds say 500.00.",
        f"Booking {second.reference}: ETB 7.00 is noted as going back, but its refunds say 0.00.",
    ]
    assert [going_back.correct(now=NOW), going_back.correct(now=NOW)] == [2, 0]
    assert list(breaches()) == []


def test_the_customer_s_mails_count_what_stays() -> None:
    payment = paid_by_hand()
    ask(payment, "500.00")
    party_size.change_party_size(booking_id=now().pk, party_size=1, actor=clerk(), now=NOW)
    facts = Message.objects.get(kind="booking_changed").context
    assert (facts["paid"], facts["balance"], facts["overpaid"]) == ("1500.00", "-500.00", "500.00")
    cancel()
    assert (
        Message.objects.get(kind="booking_cancelled").context["paid"] == "2000.00"
    )  # what becomes of it is told later


@pytest.mark.django_db(transaction=True)
def test_who_brings_back_while_a_refund_is_being_asked_for_waits_for_it() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory belongs to one thread; on PostgreSQL this runs")
    payment = paid_by_hand()
    cancel()
    came: list[str] = []

    def come_back() -> None:
        came.append(bring_back())
        connections.close_all()

    other = threading.Thread(target=come_back)
    with transaction.atomic():
        ask(payment, "2000.00")
        other.start()
        somebody_waits_for_a_lock()
    other.join()
    assert (came, now().status) == (["pending"], "pending")
    assert list(all_breaches()) == []
