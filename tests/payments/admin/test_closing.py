"""The question that closes entries, who may answer it, and the list of what was closed."""

from typing import Any

import pytest
from django.utils import timezone

from bookings.models import Booking
from payments.models import ClosedDecision, ProviderEvent
from payments.services.closing_decisions import close_decisions
from payments.services.decision_entries import decision_entry, sections
from tests.desk import desk, press, said
from tests.factories import clerk
from tests.payments.services.test_decisions import PAGE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLOSE = f"{PAGE}close/"
CLOSED = "/admin/payments/closeddecision/"
ALL = ("payments.refund_payment", "payments.view_providerevent", "payments.replay_providerevent")


def overpaid(number: int = 1) -> list[Booking]:
    from tests.payments.refunds import paid_by_hand

    bookings = [paid_by_hand().booking for _ in range(number)]
    Booking.objects.update(total=1)
    return bookings


def event() -> ProviderEvent:
    return ProviderEvent.objects.create(
        provider="chapa", dedupe_key="1", tx_ref="X-1", status="unmatched", last_error="No.", received_at=timezone.now()
    )


def entries() -> list[str]:
    found = sections(now=timezone.now())
    return [str(decision_entry(section.topic.kind, d)) for section in found for d in section.decisions]


def test_an_entry_is_asked_about_and_closed_with_a_reason() -> None:
    [booking] = overpaid()
    client = desk("payments.refund_payment")
    assert f'href="{CLOSE}?ids=overpaid%3A' in client.get(PAGE).content.decode()
    [entry] = entries()
    asked = client.get(CLOSE, {"ids": entry}).content.decode()
    for words in (f"Close the entry {booking.reference}?", booking.customer.name, "ETB 1,999.00", "No money moves"):
        assert words in asked
    again = client.post(CLOSE, {"ids": entry, "reason": " "})
    assert (again.status_code, ClosedDecision.objects.count()) == (200, 0)
    done: Any = client.post(CLOSE, {"ids": entry, "reason": "She wants a voucher"})
    assert (done.url, said(done)) == (PAGE, [f"{booking.reference} is closed."])
    assert "Nothing needs a decision." in client.get(PAGE).content.decode()
    late = client.post(CLOSE, {"ids": entry, "reason": "x"})
    label = ClosedDecision.objects.get().closed_by_label
    assert said(late)[-1] == f"{booking.reference}: {label} has closed this already: She wants a voucher"


def test_those_that_are_ticked_and_all_of_them_are_closed_at_once() -> None:
    overpaid(3)
    client = desk("payments.refund_payment")
    page = client.get(PAGE)
    assert "Close all 3" in page.content.decode()
    asked = client.get(CLOSE, {"entry": entries()[:2]})
    assert asked.context["count"] == 2
    client.post(CLOSE, {"ids": asked.context["ids"], "reason": "x"})
    assert ClosedDecision.objects.count() == 2
    [section] = client.get(PAGE).context["sections"]
    assert section["close_all_url"] == ""
    client.post(CLOSE, {"ids": ",".join(entries()), "reason": "x"})
    assert entries() == []


def test_each_kind_asks_for_its_own_permission() -> None:
    overpaid()
    event()
    looks_only = desk()
    assert CLOSE + "?" not in looks_only.get(PAGE).content.decode()
    both = ",".join(entries())
    for response in (looks_only.get(CLOSE, {"ids": both}), looks_only.post(CLOSE, {"ids": both, "reason": "x"})):
        assert response.status_code == 403
    half = desk("payments.refund_payment").post(CLOSE, {"ids": both, "reason": "x"})
    assert said(half)[-1] == "1 of them were left alone: they are for others to decide."
    assert list(ClosedDecision.objects.values_list("kind", flat=True)) == ["overpaid"]


@pytest.mark.parametrize("ids", ["", "x", "overpaid:1", ",", "overpaid:1:x,nonsense", "overpaid:1:x," * 501])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_a_form_never_sends_goes_back_to_the_list(ids: str, method: str) -> None:
    response = getattr(desk(*ALL), method)(CLOSE, {"ids": ids, "reason": "x"})
    ok: tuple[int, str | None] = (302, PAGE)
    if "overpaid:1:x," * 2 in ids:  # the same one many times over is one
        ok = (200, None) if method == "get" else ok
    assert (response.status_code, getattr(response, "url", None)) == ok
    assert ClosedDecision.objects.count() == 0


def test_an_entry_that_is_gone_is_asked_about_without_a_button() -> None:
    response = desk(*ALL).get(CLOSE, {"ids": "overpaid:1:x,provider:1:x,event:1:unmatched,review:1:review"})
    assert "can't be done in their present state" in response.content.decode()
    assert 'class="td-button td-primary"' not in response.content.decode()


def close_all() -> None:
    found = sections(now=timezone.now())
    shown = [decision_entry(section.topic.kind, d) for section in found for d in section.decisions]
    close_decisions(entries=shown, reason="Agreed by phone", actor=clerk(), now=timezone.now())


def test_what_was_closed_is_looked_up_with_who_when_and_why_and_opened_again() -> None:
    [booking] = overpaid()
    close_all()
    row = ClosedDecision.objects.get()
    client = desk("payments.refund_payment")
    for url in (CLOSED, f"{CLOSED}{row.pk}/change/"):
        text = client.get(url).content.decode()
        for words in (booking.reference, "Agreed by phone", row.closed_by_label, "Paid too much"):
            assert words in text
    assert "act/reopen/" in client.get(CLOSED).content.decode()
    assert "act/reopen/" not in desk().get(CLOSED).content.decode()
    assert said(press(client, "reopen", row)) == [f"{row} is open again."]
    assert len(entries()) == 1
    assert "Opened again" in client.get(CLOSED).content.decode()
    found: Any = client.get(CLOSED, {"now": "closed"})
    assert list(found.context["cl"].queryset) == []


def test_who_may_not_decide_opens_nothing_again() -> None:
    overpaid()
    close_all()
    row = ClosedDecision.objects.get()
    assert said(press(desk("payments.review_payment"), "reopen", row)) == [f"{row} is for others to decide."]
    assert ClosedDecision.objects.get().reopened_at is None


def test_closed_events_are_for_who_may_see_the_inbox_and_nobody_types_here() -> None:
    event()
    close_all()
    row = ClosedDecision.objects.get()
    assert "X-1" in desk("payments.view_providerevent").get(CLOSED).content.decode()
    assert list(desk().get(CLOSED).context["cl"].queryset) == []
    client = desk(*ALL)
    assert client.get(f"{CLOSED}add/").status_code == 403
    assert client.post(f"{CLOSED}{row.pk}/delete/").status_code == 403


@pytest.mark.slow
def test_the_list_costs_no_more_for_thirty_than_for_one() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = desk("payments.refund_payment"), []
    for number in (1, 29):
        overpaid(number)
        close_all()
        client.get(CLOSED)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(CLOSED).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
