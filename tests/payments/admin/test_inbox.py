"""The inbox in the admin: what came in can be read, found and processed again by those who may."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actors import Actor
from payments.models import Payment, ProviderEvent
from payments.services.checkout.start import start_payment
from payments.services.provider_events import inbox
from tests.desk import act_url, booked, desk, press, said
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
INBOX = "/admin/payments/providerevent/"
LOOK, REPLAY = "payments.view_providerevent", "payments.replay_providerevent"
Status = ProviderEvent.Status


def came(tx_ref: str = "X-1", **body: Any) -> ProviderEvent:
    raw = json.dumps({"event": "charge.success", "tx_ref": tx_ref, "amount": "600.00"} | body).encode()
    pk, _new = inbox.store_event(provider="chapa", raw=raw, headers={"content-type": "json"}, now=timezone.now())
    return ProviderEvent.objects.get(pk=pk)


def test_an_event_reads_as_rows_with_what_came_of_it() -> None:
    event = came(meta={"invoices": [{"key": "<b>", "value": True}]})
    inbox.process_event(event_id=event.pk, now=timezone.now())
    text = desk(LOOK).get(f"{INBOX}{event.pk}/change/").content.decode()
    assert "No payment here has this transaction." in text
    assert "<th scope='row'>amount</th><td><bdi dir='auto'>600.00</bdi></td>" in text
    assert "<b>" not in text


def test_an_unmatched_event_is_worked_off_again_when_its_payment_is_there(provider: Provider) -> None:
    payment = start_payment(booking_id=booked().pk, actor=Actor("Test"), now=timezone.now())
    event = came(payment.tx_ref)
    ProviderEvent.objects.filter(pk=event.pk).update(status=Status.UNMATCHED)
    provider.pay(payment.tx_ref)
    [told] = said(press(desk(LOOK, REPLAY), "replay", event))
    event.refresh_from_db()
    payment.refresh_from_db()
    assert (event.status, event.payment_id, payment.status) == (Status.PROCESSED, payment.pk, "succeeded")
    assert told == f"{event} was processed again. Now processed: {event.last_error}"
    again = said(press(desk(LOOK, REPLAY), "replay", event))
    assert again[0].startswith(f"{event} was processed again. Now processed")
    assert Payment.objects.filter(status="succeeded").count() == 1


def test_silence_of_the_provider_is_told_and_it_is_tried_again(provider: Provider) -> None:
    payment = start_payment(booking_id=booked().pk, actor=Actor("Test"), now=timezone.now())
    event = came(payment.tx_ref)
    provider.down()
    [told] = said(press(desk(LOOK, REPLAY), "replay", event))
    event.refresh_from_db()
    assert (event.status, event.attempts) == (Status.RECEIVED, 1)
    assert told == f"{event} waits to be tried again: {event.last_error}"


def test_several_at_once_are_counted() -> None:
    events = [came(f"X-{number}") for number in range(3)]
    assert said(press(desk(LOOK, REPLAY), "replay", *events)) == [
        "3 events were processed again. 3 now unmatched: No payment here has this transaction."
    ]


def test_what_is_seen_to_leaves_the_decisions_and_keeps_its_text() -> None:
    events = [came(f"X-{number}", event="payment.x") for number in range(2)]
    ProviderEvent.objects.update(status=Status.UNMATCHED, last_error="The provider took ETB 1.00.")
    client = desk(LOOK, REPLAY)
    assert client.get("/admin/payments/payment/decisions/").content.decode().count("act/seen-to/") == 2
    assert said(press(client, "seen-to", *events, reason="")) == []
    assert press(desk(LOOK), "seen-to", *events, reason="x").status_code == 403
    assert said(press(client, "seen-to", *events, reason="The shop's link")) == ["2 events are set aside."]
    assert [event.status for event in ProviderEvent.objects.all()] == ["ignored", "ignored"]
    assert "act/seen-to/" not in client.get("/admin/payments/payment/decisions/").content.decode()
    text = client.get(f"{INBOX}{events[0].pk}/change/").content.decode()
    assert "The provider took ETB 1.00. Handled by Sara" in text
    assert "act/seen-to/" not in text


def test_looking_does_not_allow_replaying_and_nobody_types_an_event() -> None:
    event = came()
    client = desk(LOOK, "payments.change_providerevent", "payments.add_providerevent")
    assert press(client, "replay", event).status_code == 403
    assert "act/replay/" not in client.get(f"{INBOX}{event.pk}/change/").content.decode()
    assert client.post(f"{INBOX}{event.pk}/change/", {"status": "processed"}).status_code == 403
    assert client.get(f"{INBOX}add/").status_code == 403
    assert desk(REPLAY).post(act_url("replay", event), {"ids": event.pk}).status_code == 403
    assert desk().get(INBOX).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"event": "charge.refunded"}, ["B"]),
        ({"event": "other"}, ["C"]),
        ({"status__exact": "failed"}, ["A"]),
        ({"open_since": "1d"}, ["A"]),
        ({"q": "b"}, ["B"]),
    ],
)
def test_events_are_found(query: dict[str, str], found: list[str]) -> None:
    old = came("A")
    came("B", event="charge.refunded")
    came("C", event="payout.success")
    day_ago = timezone.now() - timedelta(days=2)
    ProviderEvent.objects.filter(pk=old.pk).update(status=Status.FAILED, received_at=day_ago)
    page = desk(LOOK).get(INBOX, query)
    assert [event.tx_ref for event in page.context["cl"].result_list] == found


def test_the_list_takes_as_many_queries_for_thirty_as_for_one() -> None:
    client, counts = desk(LOOK, REPLAY), []
    client.get(INBOX)
    for number in (1, 29):
        for _ in range(number):
            came(f"X-{ProviderEvent.objects.count()}")
        ProviderEvent.objects.update(status=Status.FAILED)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(INBOX).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
