"""What the daily comparison found, as rows of the inbox: each is told once, and stays until a person has handled it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from bookings.wording import money
from payments.gateway import State, Transaction
from payments.models import Payment, ProviderEvent, Refund

ONLY_THEIRS = "list.only_theirs"
ONLY_OURS = "list.only_ours"
DIFFERS = "list.differs"
UNCLEAR = "list.unclear"
NAMELESS = "without a reference"
TWICE = "under a reference that stands there with another amount, too"
ODD_WORD = "with a status that we don't know, and no payment here has its reference"
Event = ProviderEvent
Status = Payment.Status
BATCH = 500


def known_references(method: str, references: Sequence[str]) -> set[str]:
    """Those of the provider's references that a payment here carries, also one that is in review or was rejected."""
    known: set[str] = set()
    for start in range(0, len(references), BATCH):
        some = references[start : start + BATCH]
        doubtful = Q(status__in=(Status.REVIEW, *Payment.LATE), verify_answer__reference__in=some)
        rows = Payment.objects.filter(Q(provider_reference__in=some) | doubtful, method=method)
        for reference, answer in rows.values_list("provider_reference", "verify_answer"):
            known |= {reference, (answer or {}).get("reference", "")}
    return known & set(references)


def tell_only_theirs(method: str, rows: Iterable[Transaction], now: datetime) -> None:
    _tell([_of_theirs(method, row, now) for row in rows])


def _of_theirs(method: str, row: Transaction, now: datetime) -> Event:
    amount, when = _sum_and_day(row)
    text = f"The provider took {amount} on {when}; no payment here has its reference {row.reference}."
    return _event(method, ONLY_THEIRS, row.reference, text=text, body=_body(row), now=now)


def tell_unclear(method: str, rows: Mapping[str, tuple[Transaction, str]], now: datetime) -> int:
    """{name of the row: (row, what is odd about it)}; returns how many there are."""
    events = []
    for name, (row, odd) in rows.items():
        amount, when = _sum_and_day(row)
        said = f" (“{row.raw['status']}”)" if row.raw.get("status") else ""
        text = f"The provider's list has {amount} of {when}{said} {odd}. Look for it in the provider's own pages."
        events.append(_event(method, UNCLEAR, name, text=text, body=_body(row), now=now))
    _tell(events)
    return len(events)


def _sum_and_day(row: Transaction) -> tuple[str, str]:
    when = f"{row.created_at:%Y-%m-%d %H:%M} UTC" if row.created_at else "a day that it doesn't tell"
    return "an amount that it doesn't tell" if row.amount is None else money(row.amount, row.currency), when


def _body(row: Transaction) -> dict[str, str]:
    at = row.created_at.isoformat() if row.created_at else ""
    return {"reference": row.reference, "created_at": at, **row.raw}


def tell_ours(event: str, payments: Iterable[tuple[Payment, str]], now: datetime) -> None:
    """Payments of ours, each with a sentence for staff."""
    rows = []
    for payment, text in payments:
        body = {"reference": payment.provider_reference}
        row = _event(payment.method, event, payment.tx_ref, text=text, body=body, now=now)
        row.tx_ref, row.payment = payment.tx_ref, payment
        rows.append(row)
    _tell(rows)


def tell_doubt(payment: Payment, gone: Decimal, going: Decimal, *, changed_at: str, now: datetime) -> None:
    """The provider says “refunded” and names no sum; `gone` went back here, `going` is on its way.

    Told again when it changed there.
    """
    on_its_way = f", and {going:.2f} is on its way" if going else ""
    text = (
        f"The provider says “refunded”, but not how much; of {money(payment.amount, payment.currency)} we paid back "
        f"{gone:.2f}{on_its_way}. Look there: if the rest went back too, record it as a refund by another way."
    )
    tell_of(payment, text, occurrence=f"{gone + going}:{changed_at}", now=now)


def tell_of(payment: Payment, text: str, *, occurrence: str, now: datetime) -> None:
    """A sentence for staff about a payment whose money the provider may have moved without us; once an occurrence."""
    body = {"reference": payment.provider_reference}
    row = _event(payment.method, DIFFERS, f"{payment.tx_ref}:{occurrence}", text=text, body=body, now=now)
    row.tx_ref, row.payment = payment.tx_ref, payment
    _tell([row])


def _event(method: str, event: str, name: str, *, text: str, body: dict[str, str], now: datetime) -> Event:
    key = hashlib.sha256(f"{method}:{event}:{name}".encode()).hexdigest()
    return Event(
        provider=method,
        dedupe_key=key,
        event=event,
        body=body,
        status=Event.Status.UNMATCHED,
        last_error=text,
        received_at=now,
    )


def _tell(rows: Sequence[Event]) -> None:
    Event.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def clear_matched(method: str) -> None:
    """What only the provider had, and a payment here carries by now, needs nobody any more."""
    told = Event.objects.filter(provider=method, event=ONLY_THEIRS, status=Event.Status.UNMATCHED)
    references = {reference: pk for pk, reference in told.values_list("pk", "body__reference")}
    known = known_references(method, list(references))
    rows: QuerySet[Event] = Event.objects.filter(pk__in=[references[reference] for reference in known])
    rows.update(status=Event.Status.PROCESSED, last_error="A payment here has this reference by now.")


def difference(payment: Payment, row: Transaction) -> str:
    """A sentence for staff where the provider's list tells another story of a payment that succeeded here, else ""."""
    ours = money(payment.amount, payment.currency)
    if row.state not in (State.PAID, State.REFUNDED, State.REVERSED):
        return f"It succeeded here, but the provider's list says “{row.raw.get('status', '')}”."
    if row.currency != payment.currency or (row.state is State.PAID and row.amount != payment.amount):
        theirs = "no amount" if row.amount is None else money(row.amount, row.currency)
        return f"It succeeded here with {ours}, but the provider's list says {theirs}."
    if row.state is not State.PAID and all(refund.status == Refund.Status.FAILED for refund in payment.refunds.all()):
        return f"The provider's list says “{row.raw.get('status', '')}”, but nothing went back here."
    return ""


def is_counted(payment: Payment, state: State) -> bool:
    """It is refunded or reversed there, and what is written here doesn't explain that; nor may a refund on its way."""
    gone = [refund for refund in payment.refunds.all() if refund.status == Refund.Status.SUCCEEDED]
    if state is State.REVERSED:
        return all(refund.kind != Refund.Kind.REVERSAL for refund in gone)
    if any(refund.status in Refund.MOVING for refund in payment.refunds.all()):
        return False
    by_provider = any(refund.way == Refund.Way.PROVIDER for refund in gone)
    return not by_provider or sum(refund.amount for refund in gone) < payment.amount
