"""The inbox: whatever bytes come are one row that any database keeps, and an event does nothing but make us ask."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings.actors import SYSTEM, Actor
from bookings.models import BookingEvent
from notifications.refusals import NotFound, Refused
from payments.gateway.sandbox import reference_of
from payments.models import Payment, ProviderEvent, SandboxCheckout
from payments.services.checkout.start import start_payment
from payments.services.checkout.verify import verify_payment
from payments.services.provider_events import inbox
from tests.factories import NOW, make_booking
from tests.provider import Provider
from tests.rest import leaving

pytestmark = pytest.mark.django_db
REMOVED = "[removed]"


def store(event: Any, *, provider: str = "sandbox") -> ProviderEvent:
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    pk, _due = inbox.store_event(provider=provider, raw=raw, headers={}, now=NOW)
    return ProviderEvent.objects.get(pk=pk)


def begun() -> Payment:
    booking = make_booking(departure=leaving(), now=timezone.now())
    return start_payment(booking_id=booking.pk, actor=SYSTEM, now=timezone.now())


def paid() -> Payment:
    payment = begun()
    SandboxCheckout.objects.filter(tx_ref=payment.tx_ref).update(status="success")
    return payment


def test_what_tells_who_paid_is_not_kept() -> None:
    event = store(
        {
            "event": "charge.success",
            "first_name": "Abebe",
            "last_name": "",
            "email": "abebe@mail.example.org",
            "mobile": "251911234567",
            "amount": "400.00",
            "charge": 12.5,
            "reference": "APtest0000001",
            "created_at": "2026-01-10T09:00:00.000000Z",
            "tx_ref": "CHAPA-7K3M9QX2AB",
            "payment_method": "telebirr 0911 234 567",
            "customization": {"title": "Abebe", "description": None, "logo": None},
            "meta": {"msisdn": 251911234567},
            "contact": 251911234567,
            "0911234567": "x",
            "note": None,
        }
    )
    assert event.body == {
        "event": "charge.success",
        "first_name": REMOVED,
        "last_name": "",
        "email": REMOVED,
        "mobile": REMOVED,
        "amount": "400.00",
        "charge": "12.5",
        "reference": "APtest0000001",
        "created_at": "2026-01-10T09:00:00.000000Z",
        "tx_ref": "CHAPA-7K3M9QX2AB",
        "payment_method": REMOVED,
        "customization": REMOVED,
        "meta": REMOVED,
        "contact": REMOVED,
        "note": None,
    }


@pytest.mark.parametrize(
    "value", ["0911234567", "+251 911 23 45 67", "a@b.example", "x" * 101, ["CHAPA-1"], {}, 7, "\0"]
)
def test_a_reference_that_is_none_is_not_kept(value: Any) -> None:
    event = store({"event": value, "tx_ref": value})
    assert event.tx_ref == ""
    assert event.body["tx_ref"] in (REMOVED, 7)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0",
        b"\xff\xfe",
        b"null",
        b"[1, 2]",
        b'"text 251911234567"',
        b"NaN",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"tx_ref": ' + b"9" * 60_000 + b"}",
        b"event=charge.success&mobile=251911234567",
    ],
)
def test_what_holds_no_event_is_kept_as_its_size(raw: bytes) -> None:
    event = store(raw)
    assert (event.body, event.event, event.tx_ref) == ({"unreadable": f"{len(raw)} bytes"}, "", "")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"amount": NaN}', {"amount": "NaN"}),
        ('{"amount": 1e999999}', {"amount": "1e999999"}),
        ('{"amount": -Infinity}', {"amount": "-Infinity"}),
        ('{"amount": ' + "9" * 4000 + "}", {"amount": REMOVED}),
        ('{"status": "\\ud800", "mode": "\\u0000"}', {"status": REMOVED, "mode": REMOVED}),
        ('{"status": "\\u0000", "a\\u0000": 1}', {"status": REMOVED}),
        ('{"meta": ' + "[" * 900 + "]" * 900 + "}", {"meta": REMOVED}),
        ('{"event": {"a": 1}, "data": {"tx_ref": "X-1"}}', {"event": REMOVED, "tx_ref": "X-1"}),
        ('{"data": [1]}', {"data": REMOVED}),
    ],
)
def test_odd_json_is_kept_as_far_as_a_database_can(text: str, kept: dict[str, Any]) -> None:
    assert store(text.encode()).body == kept


def test_a_thousand_fields_are_cut() -> None:
    assert len(store({f"field{number}": 1 for number in range(1000)}).body) == 60


def test_an_event_settles_the_payment_that_it_names_once() -> None:
    payment = paid()
    event = store({"event": "charge.success", "tx_ref": payment.tx_ref})
    now = timezone.now()
    assert [inbox.process_event(event_id=event.pk, now=now) for _ in range(2)] == ["processed", "skipped"]
    payment.refresh_from_db()
    event.refresh_from_db()
    assert (payment.status, event.payment, event.attempts, event.next_try_at) == ("succeeded", payment, 1, None)
    assert inbox.replay_event(event_id=event.pk, now=now) == "processed"
    assert BookingEvent.objects.filter(kind="payment_received").count() == 1


def test_an_event_is_believed_for_nothing() -> None:
    payment = begun()
    event = store({"event": "charge.success", "status": "success", "tx_ref": payment.tx_ref})
    assert inbox.process_event(event_id=event.pk, now=timezone.now()) == "processed"
    payment.refresh_from_db()
    assert payment.status == "pending"


def test_a_payment_is_found_by_the_providers_reference_too() -> None:
    payment = paid()
    by_name = store({"event": "charge.success", "tx_ref": payment.tx_ref})
    inbox.process_event(event_id=by_name.pk, now=timezone.now())
    checkout = SandboxCheckout.objects.get()
    event = store({"event": "charge.refunded", "reference": reference_of(checkout)})
    assert inbox.process_event(event_id=event.pk, now=timezone.now()) == "processed"
    event.refresh_from_db()
    assert event.payment == payment


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"event": "charge.success", "tx_ref": "CHAPA-NOTOURS"}, "unmatched"),
        ({"event": "charge.success"}, "unmatched"),
        ({"event": "payout.success", "reference": "P1"}, "ignored"),
        (b"ping", "ignored"),
    ],
)
def test_what_names_no_payment_of_ours_is_kept_and_says_so(event: Any, status: str) -> None:
    row = store(event)
    assert inbox.process_event(event_id=row.pk, now=NOW) == status
    row.refresh_from_db()
    assert (row.status, row.payment, row.last_error != "") == (status, None, True)


def test_another_providers_event_does_not_reach_the_payment() -> None:
    event = store({"event": "charge.success", "tx_ref": paid().tx_ref}, provider="chapa")
    assert inbox.process_event(event_id=event.pk, now=timezone.now()) == "unmatched"


def test_a_silent_provider_is_asked_again_and_in_the_end_a_person_looks(provider: Provider) -> None:
    payment = begun()
    event = store({"event": "charge.success", "tx_ref": payment.tx_ref}, provider="chapa")
    provider.down()
    now = timezone.now()
    tries = 0
    while ProviderEvent.objects.get().status == "received":
        assert inbox.process_event(event_id=event.pk, now=now) in ("received", "failed")
        assert inbox.process_event(event_id=event.pk, now=now) == "skipped"
        now += timedelta(hours=13)
        tries += 1
    event.refresh_from_db()
    assert (event.status, event.attempts, tries) == ("failed", 10, 10)
    provider.up()
    provider.pay(payment.tx_ref)
    assert inbox.replay_event(event_id=event.pk, now=now) == "processed"
    payment.refresh_from_db()
    assert payment.status == "succeeded"


def test_a_lost_worker_is_followed_after_its_lease() -> None:
    event = store({"event": "charge.success", "tx_ref": paid().tx_ref})
    ProviderEvent.objects.update(attempts=1, next_try_at=NOW + inbox.LEASE)
    assert inbox.process_due(now=NOW) == 0
    assert inbox.process_due(now=NOW + inbox.LEASE) == 1
    event.refresh_from_db()
    assert (event.status, event.attempts) == ("processed", 2)


def test_an_event_that_we_cannot_digest_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = paid(), paid()
    events = [store({"event": "charge.success", "tx_ref": payment.tx_ref}) for payment in (bad, good)]

    def stumble(**fields: Any) -> Any:
        if fields["payment_id"] == bad.pk:
            raise ZeroDivisionError("Abebe 251911234567")
        return verify_payment(**fields)

    monkeypatch.setattr(inbox, "verify_payment", stumble)
    assert inbox.process_due(now=timezone.now()) == 1
    rows = [ProviderEvent.objects.get(pk=event.pk) for event in events]
    assert [(row.status, row.last_error) for row in rows] == [
        ("received", "An error of ours: ZeroDivisionError."),
        ("processed", "The sandbox says: success."),
    ]


def test_a_slow_provider_does_not_hold_up_what_comes_after_the_inbox() -> None:
    events = [store({"event": "charge.success", "tx_ref": paid().tx_ref}) for _ in range(2)]
    assert inbox.process_due(now=timezone.now(), seconds=-1) == 0
    assert inbox.process_due(now=timezone.now()) == len(events)


def test_what_a_person_has_seen_to_keeps_what_it_said() -> None:
    row = store({"event": "charge.success", "tx_ref": "CHAPA-NOTOURS"})
    inbox.process_event(event_id=row.pk, now=NOW)
    event = inbox.set_aside(event_id=row.pk, reason=" The  shop ", actor=Actor("Sara"))
    said = "No payment here has this transaction. Handled by Sara: The shop"
    assert (event.status, event.last_error) == ("ignored", said)
    with pytest.raises(Refused):
        inbox.set_aside(event_id=row.pk, reason="Again", actor=Actor("Sara"))
    with pytest.raises(NotFound):
        inbox.set_aside(event_id=0, reason="x", actor=Actor("Sara"))


def test_replaying_what_is_not_there_says_so() -> None:
    with pytest.raises(NotFound):
        inbox.replay_event(event_id=1, now=NOW)
