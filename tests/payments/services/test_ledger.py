"""What a release without receipts wrote while it was being replaced is corrected by the next sweep."""

import pytest

from config.management.commands.check_books import all_breaches
from payments.models import Payment, Refund
from payments.services.ledger import mend_forgotten
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from payments.services.manual.void import void_payment
from tests.factories import NOW, clerk, make_booking

pytestmark = pytest.mark.django_db


def test_what_an_older_release_recorded_gets_its_number_and_its_void_a_date() -> None:
    booking, actor = make_booking(), clerk()
    record_payments(booking_ids=[booking.pk], money=ManualPayment("cash"), actor=actor, now=NOW)
    payment = booking.payments.get()
    void_payment(payment_id=payment.pk, reason="Another booking's", actor=actor, now=NOW)
    Payment.objects.update(receipt_number=None)
    Refund.objects.update(succeeded_at=None)

    assert mend_forgotten() == 2

    payment.refresh_from_db()
    assert payment.receipt_number == 1
    assert payment.refunds.get().succeeded_at == NOW
    assert list(all_breaches()) == []
    assert mend_forgotten() == 0
