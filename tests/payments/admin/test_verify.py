"""“Verify now”: the provider is asked, the payment moves by its word only, and silence is told as what it is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actors import Actor
from bookings.models import Booking
from payments.models import Payment
from payments.services.checkout.start import start_payment
from tests.desk import act_url, booked, desk, press, said
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Status = Payment.Status
VERIFY = "payments.verify_payment"
PAYMENTS = "/admin/payments/payment/"


def begun(booking: Booking | None = None) -> Payment:
    return start_payment(booking_id=(booking or booked()).pk, actor=Actor("Test"), now=timezone.now())


def test_a_payment_that_was_made_is_booked_and_told(provider: Provider) -> None:
    payment = begun()
    provider.pay(payment.tx_ref)
    [told] = said(press(desk(VERIFY), "verify", payment))
    payment.refresh_from_db()
    assert (payment.status, payment.booking.paid) == (Status.SUCCEEDED, payment.amount)
    assert told.startswith(f"{payment.tx_ref} was checked. It is succeeded.")


def test_one_that_nobody_paid_stays_and_the_note_says_so(provider: Provider) -> None:
    payment = begun()
    [told] = said(press(desk(VERIFY), "verify", payment))
    payment.refresh_from_db()
    assert payment.status == Status.PENDING
    assert told == f"{payment.tx_ref} was checked. It is awaited. {payment.check_note}"
    page = desk().get(PAYMENTS)
    assert payment.check_note in page.content.decode()


def test_silence_is_a_warning_and_changes_nothing(provider: Provider) -> None:
    payment = begun()
    provider.down()
    response = press(desk(VERIFY), "verify", payment)
    assert response.status_code == 302
    payment.refresh_from_db()
    assert payment.status == Status.PENDING
    [told] = said(response)
    assert told == f"{payment.tx_ref} stays awaited: {payment.check_note}"


def test_several_are_asked_at_once_but_not_too_many(provider: Provider) -> None:
    paid, unpaid = begun(), begun()
    provider.pay(paid.tx_ref)
    assert said(press(desk(VERIFY), "verify", paid, unpaid)) == ["2 payments were checked. 1 succeeded, 1 awaited."]
    client = desk(VERIFY)
    response = client.post(act_url("verify", paid), {"ids": ",".join(map(str, range(1, 22)))})
    assert said(response) == ["Choose between 1 and 20 rows first."]


def test_only_those_who_may_ask_and_only_what_is_not_final(provider: Provider) -> None:
    payment = begun()
    assert press(desk("payments.record_payment"), "verify", payment).status_code == 403
    page = f"{PAYMENTS}{payment.pk}/change/"
    assert "act/verify/" in desk(VERIFY).get(page).content.decode()
    provider.pay(payment.tx_ref)
    press(desk(VERIFY), "verify", payment)
    assert "act/verify/" not in desk(VERIFY).get(page).content.decode()


def test_the_page_shows_the_link_while_it_can_be_paid_and_the_answer_in_words(provider: Provider) -> None:
    payment = begun()
    page = f"{PAYMENTS}{payment.pk}/change/"
    assert payment.checkout_url in desk().get(page).content.decode()
    provider.pay(payment.tx_ref)
    press(desk(VERIFY), "verify", payment)
    text = desk().get(page).content.decode()
    payment.refresh_from_db()
    assert payment.checkout_url not in text
    assert payment.provider_reference in text
    assert "{&#x27;" not in text
    assert '{"' not in text.split("td-rows")[1].split("</table>")[0]
    assert "<th scope='row'>" in text


def test_a_receipt_is_downloaded_once_it_is_paid(provider: Provider) -> None:
    payment = begun()
    url = f"{PAYMENTS}{payment.pk}/receipt/"
    assert desk().get(url).status_code == 404
    provider.pay(payment.tx_ref)
    press(desk(VERIFY), "verify", payment)
    answer = desk().get(url)
    payment.refresh_from_db()
    assert answer["Content-Disposition"] == f'attachment; filename="R-{payment.receipt_number:06d}.pdf"'
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_the_booking_page_sums_its_money_up(provider: Provider) -> None:
    booking = booked()
    payment = begun(booking)
    client, page = desk(VERIFY), f"/admin/bookings/booking/{booking.pk}/change/"
    text = client.get(page).content.decode()
    assert f"act/verify/?ids={payment.pk}" in text
    before = next(p for p in client.get(page).context["panels"] if p.template == "admin/payments/payments_panel.html")
    money = before.context["money"]
    assert (money["asked"], money["received"], money["deposit"]) == (600, 0, 600)
    provider.pay(payment.tx_ref)
    press(client, "verify", payment)
    after = next(p for p in client.get(page).context["panels"] if p.template == "admin/payments/payments_panel.html")
    money = after.context["money"]
    assert (money["asked"], money["received"], money["deposit"], money["refunded"]) == (0, 600, 0, 0)


@pytest.mark.parametrize("query", [{"open_since": "15min"}, {"check": "watched"}, {"status__exact": "pending"}])
def test_filtered_lists_take_as_many_queries_for_thirty_as_for_one(provider: Provider, query: dict[str, str]) -> None:
    client = desk(VERIFY)
    client.get(PAYMENTS, query)
    counts = []
    for number in (1, 29):
        for _ in range(number):
            begun()
        Payment.objects.update(created_at=timezone.now() - timedelta(hours=1))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(PAYMENTS, query)
        counts.append((len(queries), len(page.context["cl"].result_list)))
    assert counts == [(counts[0][0], 1), (counts[0][0], 30)]
