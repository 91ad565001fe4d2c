"""One open decision of each kind, and how it is closed."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bookings.actors import Actor
from bookings.models import Booking
from bookings.services import transitions
from payments.gateway import Answer, Fault, Verdict, registry
from payments.models import Payment, ProviderEvent, Refund
from payments.services.closing_decisions import close_decisions
from payments.services.decision_entries import DecisionEntry, decision_entry, sections
from payments.services.decisions import Kind
from payments.services.provider_alarm import note
from tests.factories import NOW, clerk, make_booking, make_departure
from tests.payments.refunds import paid_by_hand

LATER = NOW + timedelta(days=1)


def on_the_list() -> list[DecisionEntry]:
    return [decision_entry(section.topic.kind, d) for section in sections(now=LATER) for d in section.decisions]


def close(*entries: DecisionEntry, actor: Actor | None = None) -> list[str]:
    """The reasons for what was refused."""
    outcome = close_decisions(entries=entries, reason="Agreed by phone", actor=actor or clerk(), now=LATER)
    return [refusal.code for _name, refusal in outcome.refused]


def cancelled(amount: str = "2000.00") -> Booking:
    """With money that has to go back."""
    payment = paid_by_hand(make_booking(departure=make_departure(starts_in=timedelta(days=40))), amount)
    transitions.cancel_bookings(booking_ids=[payment.booking_id], reason="Ill", actor=clerk(), now=NOW)
    return Booking.objects.get(pk=payment.booking_id)


def attempt(**fields: object) -> Payment:
    booking = make_booking()
    made = {"tx_ref": f"T-{booking.pk}", "booking": booking, "method": "chapa", "amount": 10, "currency": "ETB"}
    return Payment.objects.create(**made | {"recorded_by_label": "Test", "created_at": NOW} | fields)


def in_review() -> None:
    attempt(status="review", check_note="Other amount")


def unanswered() -> None:
    attempt(status="pending", next_check_at=NOW)


def refund_that_is(status: str, **fields: object) -> Callable[[], None]:
    def make() -> None:
        made = {"payment": paid_by_hand(), "amount": 5, "status": status, "reason": "x", "requested_by_label": "x"}
        Refund.objects.create(**made | {"created_at": NOW, "sent_at": NOW, "succeeded_at": NOW} | fields)

    return make


def taken_back() -> None:
    refund_that_is("succeeded", kind="reversal", amount=2000)()
    Booking.objects.update(paid=0)


def overpaid() -> None:
    paid_by_hand()
    Booking.objects.update(total=1)


def event() -> None:
    ProviderEvent.objects.create(
        provider="chapa", dedupe_key="1", tx_ref="X-1", status="unmatched", last_error="None.", received_at=NOW
    )


def answered(answer: Answer, now: datetime) -> None:
    gateway = registry.current()
    assert gateway
    note(gateway, "verify", answer, now)


def dead_key(now: datetime = NOW) -> None:
    answered(Answer(Verdict.MISCONFIGURED, "No.", fault=Fault.KEY), now)


EVERY_KIND: dict[Kind, Callable[[], object]] = {
    Kind.PROVIDER: dead_key,
    Kind.REVIEW: in_review,
    Kind.TO_APPROVE: refund_that_is("requested"),
    Kind.TO_PAY_OUT: refund_that_is("approved", way="cash"),
    Kind.UNCLEAR: refund_that_is("unknown"),
    Kind.FAILED: refund_that_is("failed"),
    Kind.MONEY_LEFT: cancelled,
    Kind.OVERPAID: overpaid,
    Kind.TAKEN_BACK: taken_back,
    Kind.UNANSWERED: unanswered,
    Kind.EVENT: event,
}
