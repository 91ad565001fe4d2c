from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.actors import SYSTEM
from bookings.models import Booking
from bookings.services import transitions
from notifications.models import Message
from notifications.refusals import Refused
from payments.models import Payment
from payments.services.manual.awaited import await_payment, fail_payments, receive_payments
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from payments.services.manual.void import void_payment
from tests.factories import NOW, clerk, make_booking

pytestmark = pytest.mark.django_db
CASH = ManualPayment(method="cash")


def fresh(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


def kinds(booking: Booking) -> list[str]:
    return list(Message.objects.filter(topic=booking.topic).order_by("pk").values_list("kind", flat=True))


def test_a_paid_deposit_confirms_the_booking_and_mails_the_new_status() -> None:
    booking = make_booking()
    money = ManualPayment(method="cash", amount=Decimal("600.00"))
    record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=NOW).single()
    booking = fresh(booking)
    assert (booking.status, booking.paid, booking.hold_expires_at) == ("confirmed", Decimal("600.00"), None)
    assert kinds(booking) == ["booking_confirmation", "payment_confirmation"]
    facts = Message.objects.get(kind="payment_confirmation").context
    assert (facts["status"], facts["amount"], facts["balance"]) == ("confirmed", "600.00", "1400.00")
    assert list(booking.events.values_list("kind", flat=True)) == ["created", "payment_received", "confirmed"]


def test_less_than_the_deposit_confirms_nothing() -> None:
    booking = make_booking()
    money = ManualPayment(method="card", amount=Decimal("599.99"))
    record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=NOW)
    assert (fresh(booking).status, fresh(booking).paid) == ("pending", Decimal("599.99"))


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "2000.01"])
def test_a_wrong_amount_is_refused(amount: str) -> None:
    booking = make_booking()
    money = ManualPayment(method="cash", amount=Decimal(amount))
    with pytest.raises(Refused):
        record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=NOW).single()
    assert Payment.objects.count() == 0


def test_money_needs_a_person_and_a_past() -> None:
    ids = [make_booking().pk]
    with pytest.raises(Refused) as refusal:
        record_payments(booking_ids=ids, money=CASH, actor=SYSTEM, now=NOW)
    assert refusal.value.code == "no_person"
    tomorrow = ManualPayment(method="cash", received_at=NOW + timedelta(days=1))
    with pytest.raises(Refused) as refusal:
        record_payments(booking_ids=ids, money=tomorrow, actor=clerk(), now=NOW)
    assert refusal.value.code == "received_at"


def test_one_form_sent_twice_records_one_payment() -> None:
    booking = make_booking()
    money = ManualPayment(method="cash", amount=Decimal("100.00"))
    for _ in range(2):
        outcome = record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=NOW, creation_key="form-1")
    assert [refusal.code for _reference, refusal in outcome.refused] == ["already_recorded"]
    assert (Payment.objects.count(), fresh(booking).paid) == (1, Decimal("100.00"))


def test_a_bank_reference_is_used_once_however_it_is_typed() -> None:
    first, second = make_booking(), make_booking()
    for booking, reference in ((first, "FT 123"), (second, " ft  123 ")):
        money = ManualPayment(method="bank_transfer", external_reference=reference)
        if booking is first:
            record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=NOW)
        else:
            with pytest.raises(Refused) as refusal:
                record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=NOW)
            assert refusal.value.code == "reference_used"
    assert fresh(second).paid == 0


def test_bulk_records_what_each_owes_and_names_the_rest() -> None:
    first, second, waiting = make_booking(), make_booking(), make_booking(waitlist=True)
    record_payments(booking_ids=[second.pk], money=CASH, actor=clerk(), now=NOW)
    ids = [first.pk, second.pk, waiting.pk]
    outcome = record_payments(booking_ids=ids, money=CASH, actor=clerk(), now=NOW)
    assert [b.pk for b in outcome.done] == [first.pk]
    assert [refusal.code for _reference, refusal in outcome.refused] == ["nothing_owed", "waitlisted"]


def test_awaited_money_that_fails_is_mailed_and_may_still_come() -> None:
    booking = make_booking()
    money = ManualPayment(method="bank_transfer")
    payment = await_payment(booking_id=booking.pk, money=money, actor=clerk(), now=NOW)
    fail_payments(payment_ids=[payment.pk], reason="No cover", actor=clerk(), now=NOW).single()
    with pytest.raises(Refused):
        fail_payments(payment_ids=[payment.pk], reason="No cover", actor=clerk(), now=NOW).single()
    assert kinds(booking) == ["booking_confirmation", "payment_failure"]
    receive_payments(payment_ids=[payment.pk], actor=clerk(), now=NOW).single()
    assert Message.objects.get(kind="payment_failure").status == "withdrawn"
    assert (fresh(booking).status, fresh(booking).balance) == ("confirmed", Decimal(0))
    with pytest.raises(Refused):
        receive_payments(payment_ids=[payment.pk], actor=clerk(), now=NOW).single()


def test_a_void_takes_the_money_off_and_leaves_the_payment_as_it_is() -> None:
    booking = make_booking()
    record_payments(booking_ids=[booking.pk], money=CASH, actor=clerk(), now=NOW)
    payment = Payment.objects.get()
    void = void_payment(payment_id=payment.pk, reason="Wrong booking", actor=clerk(), now=NOW)
    with pytest.raises(Refused) as refusal:
        void_payment(payment_id=payment.pk, reason="Wrong booking", actor=clerk(), now=NOW)
    assert refusal.value.code == "has_refunds"
    payment.refresh_from_db()
    assert (payment.status, payment.amount, void.amount, fresh(booking).paid) == (
        "succeeded",
        Decimal(2000),
        Decimal(2000),
        Decimal(0),
    )


def test_money_on_a_cancelled_booking_is_kept_and_seats_are_not_taken() -> None:
    booking = make_booking()
    transitions.cancel_bookings(booking_ids=[booking.pk], reason="Ill", actor=clerk(), now=NOW)
    record_payments(booking_ids=[booking.pk], money=CASH, actor=clerk(), now=NOW)
    booking = fresh(booking)
    assert (booking.status, booking.paid, booking.departure.seats_taken) == ("cancelled", Decimal("2000.00"), 0)


def test_two_payments_of_one_booking_come_in_together() -> None:
    booking = make_booking()
    half = ManualPayment(method="bank_transfer", amount=Decimal("700.00"))
    payments = [await_payment(booking_id=booking.pk, money=half, actor=clerk(), now=NOW) for _ in range(2)]
    outcome = receive_payments(payment_ids=[p.pk for p in payments], actor=clerk(), now=NOW)
    assert (len(outcome.done), fresh(booking).paid) == (2, Decimal("1400.00"))
    assert booking.events.filter(kind="payment_received").count() == 1
    assert kinds(booking).count("payment_confirmation") == 2


def test_a_void_withdraws_the_confirmation_of_that_payment_only() -> None:
    booking = make_booking()
    for amount in ("600.00", "1400.00"):
        money = ManualPayment(method="cash", amount=Decimal(amount))
        record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=NOW)
    first = Payment.objects.order_by("pk").first()
    assert first is not None
    void_payment(payment_id=first.pk, reason="Wrong booking", actor=clerk(), now=NOW)
    states = Message.objects.filter(kind="payment_confirmation").order_by("pk").values_list("status", flat=True)
    assert list(states) == ["withdrawn", "queued"]
