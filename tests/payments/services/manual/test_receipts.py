"""What a receipt says of a payment, in the mail and on the desk."""

import io
from datetime import timedelta
from decimal import Decimal

import pypdf
import pytest

from bookings.mail_facts import booking_facts
from bookings.models import Booking
from notifications import delivery
from notifications.models import Message
from payments import emails
from payments.models import Payment
from payments.receipts.receipt import receipt_pdf
from payments.services.manual.awaited import await_payment, fail_payments
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from payments.services.refunds.request import request_refund
from tests.factories import NOW, clerk, make_booking

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


def pay(booking: Booking, amount: str) -> Payment:
    money = ManualPayment(method="cash", amount=Decimal(amount))
    record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=NOW)
    payment = Payment.objects.filter(booking=booking).order_by("pk").last()
    assert payment is not None
    return payment


def lines(pdf: bytes) -> list[str]:
    return pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().splitlines()


def test_each_payment_has_its_own_receipt_with_the_next_number() -> None:
    booking = make_booking()
    first, second = pay(booking, "600.00"), pay(booking, "1400.00")
    assert [emails.receipt_name(first), emails.receipt_name(second)] == ["R-000001", "R-000002"]
    contexts = [message.context for message in Message.objects.filter(kind="payment_confirmation").order_by("pk")]
    assert [(c["receipt"], c["amount"], c["paid"], c["balance"]) for c in contexts] == [
        ("R-000001", "600.00", "600.00", "1400.00"),
        ("R-000002", "1400.00", "2000.00", "0.00"),
    ]


def test_the_mail_s_receipt_keeps_the_facts_of_its_moment(mailoutbox: list[object]) -> None:
    booking = make_booking()
    pay(booking, "600.00")
    pay(booking, "1400.00")
    message = Message.objects.filter(kind="payment_confirmation").order_by("pk")[0]
    assert delivery.deliver(message_id=message.pk, task_id="t", now=LATER) == "sent"
    [mail] = mailoutbox
    [(name, content, mimetype)] = mail.attachments  # type: ignore[attr-defined]
    assert (name, mimetype) == ("Receipt-R-000001.pdf", "application/pdf")
    assert "Paid so far ETB 600.00" in lines(content)
    assert "Your receipt R-000001 is attached." in mail.body  # type: ignore[attr-defined]


def test_the_desk_s_receipt_tells_how_things_stand_now() -> None:
    payment = pay(make_booking(), "600.00")
    request_refund(
        payment_id=payment.pk, amount=Decimal(100), reason="A discount", way="cash", actor=clerk(), now=LATER
    )
    payment = Payment.objects.select_related("booking__departure__trip", "booking__customer").get(pk=payment.pk)
    found = lines(receipt_pdf(emails.receipt_facts(payment, now=LATER)))
    assert found[1:4] == ["Receipt R-000001", "Amount received", "ETB 600.00"]
    assert found[-6:-1] == [
        "Booking on Wed 25 November 2026, 12:00",
        "Total ETB 2,000.00",
        "Paid so far ETB 500.00",
        "Balance ETB 1,500.00",
        "Paid back from this payment ETB 100.00",
    ]


def test_what_is_not_paid_has_no_receipt() -> None:
    money = ManualPayment(method="bank_transfer")
    payment = await_payment(booking_id=make_booking().pk, money=money, actor=clerk(), now=NOW)
    fail_payments(payment_ids=[payment.pk], reason="No cover", actor=clerk(), now=NOW)
    assert Message.objects.get(kind="payment_failure").context["receipt"] == ""


@pytest.mark.parametrize(("currency", "online"), [("ETB", True), ("USD", True), ("EUR", False)])
def test_a_link_to_pay_stands_only_where_it_leads_to_a_payment(currency: str, online: bool) -> None:
    booking = make_booking()
    Booking.objects.filter(pk=booking.pk).update(currency=currency)
    booking = Booking.objects.select_related("departure__trip", "customer").get(pk=booking.pk)
    facts = booking_facts(booking, now=NOW)
    assert bool(facts["pay_url"]) == online
    assert facts["how_to_pay"]
