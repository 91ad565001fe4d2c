"""Refunds at the desk's pages: who may, what is proposed, what is said, and what the lists cost."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from bookings.actors import staff
from bookings.models import Booking
from notifications.models import Message
from notifications.rendering import render
from payments.models import Payment, Refund
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from payments.services.provider_refunds.send import send_refund
from payments.services.refunds.request import request_refund
from tests.desk import act_url, booked, departure_in, desk, press, said
from tests.factories import NOW, clerk, make_user
from tests.payments.refunds import ask, paid_at, state
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
REFUNDS = "/admin/payments/refund/"


def paid(days: float = 40, **fields: Any) -> Payment:
    booking = booked(departure_in(days), **fields)
    money = ManualPayment(method="cash", amount=booking.total)
    record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=timezone.now()).single()
    return booking.payments.get()


def answers(**changes: Any) -> dict[str, Any]:
    base = {"creation_key": "one", "seen": "0", "amount": "500.00", "way": "cash", "reason": "Ill"}
    return base | {"external_reference": ""} | changes


def waiting(payment: Payment | None = None) -> Refund:
    actor = staff(make_user())
    return request_refund(
        payment_id=(payment or paid()).pk, amount=Decimal(500), reason="Ill", way="cash", actor=actor, now=NOW
    )


@pytest.fixture
def always_two(settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {}


def test_the_page_proposes_what_the_terms_give_and_says_why() -> None:
    payment = paid(days=20)
    page = desk("payments.refund_payment").get(act_url("refund", payment), {"ids": payment.pk})
    form = page.context["form"]
    assert (form["amount"].value(), form["seen"].value(), form["way"].value()) == (Decimal("1000.00"), 0, "cash")
    assert form["amount"].help_text == (
        "If it were cancelled now, 20 days before it leaves, the trip's terms would give back 50 %. "
        "ETB 2,000.00 of this payment can go back at the most."
    )
    assert "provider" not in dict(form.fields["way"].choices)
    assert next(iter(page.context["effects"])) == (
        "When more than ETB 10,000.00 go back for a booking, another person has to approve it."
    )


def test_a_refund_by_hand_is_recorded_and_told() -> None:
    payment = paid()
    response = press(desk("payments.refund_payment"), "refund", payment, **answers())
    assert said(response) == [f"The refund of {payment.tx_ref} is recorded. It counts as paid out."]
    assert Booking.objects.get().paid == Decimal("1500.00")


def test_too_much_is_refused_beside_the_amount() -> None:
    payment = paid()
    response = press(desk("payments.refund_payment"), "refund", payment, **answers(amount="2000.01"))
    assert response.context["form"].errors == {
        "amount": [f"{payment.tx_ref} has ETB 2,000.00 left to pay back, not more."]
    }
    assert Refund.objects.count() == 0


def test_the_second_of_two_clerks_with_the_same_page_looks_again() -> None:
    payment = paid()
    press(desk("payments.refund_payment"), "refund", payment, **answers())
    response = press(desk("payments.refund_payment"), "refund", payment, **answers(creation_key="other"))
    assert said(response) == [f"{payment.tx_ref}: another refund was made meanwhile; look again."]
    assert Refund.objects.count() == 1


def test_above_the_limit_another_person_approves_and_a_third_step_pays_out(always_two: None) -> None:
    payment = paid()
    both = ("payments.refund_payment", "payments.approve_refund", "payments.view_refund")
    first, second = desk(*both), desk(*both)
    assert said(press(first, "refund", payment, **answers())) == [
        f"The refund of {payment.tx_ref} is recorded. Another person has to approve it before anything is paid."
    ]
    refund = Refund.objects.get()
    assert said(press(first, "approve", refund))[-1] == (
        f"{refund}: You asked for this refund yourself; somebody else has to approve it."
    )
    assert buttons(first, refund) == ["Turn down"]
    assert buttons(second, refund) == ["Approve", "Turn down"]
    assert said(press(second, "approve", refund)) == [f"{refund} is approved. Pay it out, then press “Paid out” here."]
    assert buttons(first, refund) == ["Paid out", "Turn down"]
    press(first, "paid-out", refund, external_reference="r-9")
    assert (state(refund), refund.external_reference) == (("succeeded", Decimal("1500.00")), "R-9")


def buttons(client: Client, refund: Refund) -> list[str]:
    page = client.get(reverse("admin:payments_refund_change", args=[refund.pk]))
    return [button["action"].label for button in page.context["buttons"]]


def test_turned_down_with_a_reason(always_two: None) -> None:
    refund = waiting()
    client = desk("payments.approve_refund", "payments.view_refund")
    response = press(client, "turn-down", refund, reason="")
    assert "reason" in response.context["form"].errors
    press(client, "turn-down", refund, reason="Not agreed")
    assert (state(refund)[0], refund.check_note) == ("failed", "Turned down: Not agreed")


@pytest.mark.parametrize("act", ["approve", "turn-down", "paid-out", "check", "went-through", "did-not"])
def test_each_act_on_a_refund_needs_its_permission(act: str, always_two: None) -> None:
    refund = waiting()
    client = desk("payments.view_refund")
    assert press(client, act, refund, reason="x").status_code == 403
    assert state(refund)[0] == "requested"


@pytest.mark.parametrize("act", ["refund", "apply-review", "reject-review"])
def test_each_act_on_a_payment_needs_its_permission(act: str) -> None:
    assert press(desk(), act, paid(), **answers()).status_code == 403
    assert Refund.objects.count() == 0


def test_an_unclear_refund_is_checked_and_decided(live: Provider) -> None:
    payment = paid_at(live)
    live.tell("refund", "error500")
    live.tell("refund_status", "error500")
    refund = ask(payment, way="provider")
    send_refund(refund_id=refund.pk, now=NOW)
    may = ("payments.view_refund", "payments.verify_payment", "payments.approve_refund", "payments.refund_payment")
    client = desk(*may)
    assert buttons(client, refund) == ["Check now", "It went through", "It did not"]
    assert said(press(client, "check", refund))[0].startswith(f"{refund} stays unknown: Chapa")
    page = client.get(act_url("refund", payment), {"ids": payment.pk})
    assert next(iter(dict(page.context["form"].fields["way"].choices))) == "provider"
    response = press(client, "refund", payment, **answers(way="provider", seen="1"))
    assert response.context["form"].errors["way"] == [
        f"{payment.tx_ref}: an earlier refund is still being checked. Settle that one first."
    ]
    press(client, "did-not", refund, reason="Not in its list")
    assert state(refund) == ("failed", Decimal("2000.00"))


def test_a_payment_in_review_is_kept_from_its_page(live: Provider) -> None:
    payment = paid_at(live)
    Payment.objects.update(status="review")
    client = desk("payments.review_payment")
    response = press(client, "reject-review", payment, reason="No")
    assert said(response) == [f"{payment.tx_ref} is rejected."]


def test_nobody_types_a_refund(always_two: None) -> None:
    refund = waiting()
    client = desk("payments.view_refund", "payments.change_refund", "payments.add_refund", "payments.delete_refund")
    page = reverse("admin:payments_refund_change", args=[refund.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"amount": "1"}).status_code == 403
    assert client.get(f"{REFUNDS}add/").status_code == 403


def test_the_payment_s_page_shows_its_refunds_with_their_buttons(always_two: None) -> None:
    refund = waiting()
    client = desk("payments.view_refund", "payments.approve_refund")
    text = client.get(reverse("admin:payments_payment_change", args=[refund.payment_id])).content.decode()
    assert f"/admin/payments/refund/{refund.pk}/change/" in text
    assert "/admin/payments/refund/act/approve/" in text


def test_refunds_are_found_by_the_beginning_of_either_reference(always_two: None) -> None:
    mine, _other = waiting(), waiting()
    client, payment = desk("payments.view_refund"), mine.payment
    for text in (payment.tx_ref, f" {payment.tx_ref.lower()} ", payment.booking.reference):
        found = client.get(REFUNDS, {"q": text}).context["cl"].result_list
        assert [refund.pk for refund in found] == [mine.pk], text
    for text, number in (("CASH", 2), ("TD-", 2), ("NONE", 0), (" ", 2)):
        assert len(client.get(REFUNDS, {"q": text}).context["cl"].result_list) == number, text


def test_the_list_takes_as_many_queries_for_thirty_as_for_one(always_two: None) -> None:
    client = desk("payments.view_refund", "payments.approve_refund", "payments.refund_payment")
    client.get(REFUNDS)  # fills the process's caches
    counts = []
    for number in (1, 29):
        payment = paid(party_size=8)
        for _ in range(number):
            request_refund(payment_id=payment.pk, amount=Decimal(1), reason="Ill", way="cash", actor=clerk(), now=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(REFUNDS, {"open_since": "1h"}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_live_booking_is_told_to_owe_again_and_the_mail_says_so() -> None:
    payment, client = paid(), desk("payments.refund_payment")
    page = client.get(act_url("refund", payment), {"ids": payment.pk})
    booking = payment.booking
    stays = f"{booking.reference} stays Confirmed and keeps its seats"
    assert (
        f"{stays}; what goes back is to be paid again. Cancel it first if they don't travel."
        in (page.context["effects"])
    )
    press(client, "refund", payment, **answers())
    mail = Message.objects.get(kind="payment_refunded")
    assert render(mail).text.count("Paid after this refund: 1,500.00 ETB\nStill to pay: 500.00 ETB\n")


def test_the_approver_reads_what_will_be_owed_again(always_two: None) -> None:
    refund = waiting()
    effects = desk("payments.approve_refund", "payments.view_refund").get(
        act_url("approve", refund), {"ids": refund.pk}
    )
    [said_again] = [effect for effect in effects.context["effects"] if "paid again" in effect]
    assert "; ETB 500.00 are to be paid again." in said_again


def test_the_list_says_what_was_paid_back_or_voided() -> None:
    some, all_of_it, voided = paid(), paid(), paid()
    client = desk("payments.refund_payment", "payments.void_payment")
    press(client, "refund", some, **answers())
    press(client, "refund", all_of_it, **answers(amount="2000.00", creation_key="two"))
    press(client, "void", voided, reason="Twice")
    text = client.get("/admin/payments/payment/").content.decode()
    for words in ("ETB 500.00 paid back", "ETB 2,000.00 paid back", ">voided<"):
        assert text.count(words) == 1
