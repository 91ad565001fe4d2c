"""Once a day, the provider's list beside ours: what one side has and the other lacks, or has otherwise.

The list names the provider's references only. What it took and we don't know is first looked for among our own
payments that a lost webhook may have left open; a list that broke off is never taken as proof that money is missing.
A row that can't be compared is named by itself and holds up nothing; one that was never paid is nobody's business.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from bookings.actors import SYSTEM
from payments.gateway import Gateway, ListIncomplete, State, Transaction
from payments.models import Payment
from payments.services import gateways
from payments.services.checkout.verify import MONEY_CAME, verify_payment
from payments.services.findings import (
    DIFFERS,
    NAMELESS,
    ODD_WORD,
    ONLY_OURS,
    TWICE,
    clear_matched,
    difference,
    is_counted,
    known_references,
    tell_only_theirs,
    tell_ours,
    tell_unclear,
)
from payments.services.times import PATIENCE

logger = logging.getLogger(__name__)
Status = Payment.Status
BACK = timedelta(days=3)
LATE = timedelta(days=7)  # how much older than the list's row a payment of ours may be
SLACK = timedelta(hours=1)  # two clocks, and a payment begun a moment before it stands in the list
UNPAID = (State.PENDING, State.FAILED)
FRESH = timedelta(minutes=15)  # too young to stand in every list
MOST_ASKED = 100
MOST_SECONDS = 200  # for all of it; a worker gives a task 300


@dataclass
class _List:
    """The provider's list by its references, and what can't be filed there; `why` it isn't complete, else empty."""

    rows: dict[str, Transaction] = field(default_factory=dict)
    nameless: dict[str, Transaction] = field(default_factory=dict)
    twice: dict[str, Transaction] = field(default_factory=dict)
    why: str = ""

    def add(self, row: Transaction) -> None:
        """One that shifted to the next page while we read is the same row, as it is by now."""
        before = self.rows.get(row.reference)
        if not row.reference:
            if row.state not in UNPAID and row.amount != 0:
                self.nameless[row.identity] = row
        elif before is None or before.state not in MONEY_CAME or (row.state in MONEY_CAME and _same_sum(row, before)):
            self.rows[row.reference] = row
        elif row.state in MONEY_CAME:
            self.twice[f"{row.reference}:{row.amount}:{row.currency}"] = row

    def took(self) -> list[Transaction]:
        return [row for row in self.rows.values() if row.state in MONEY_CAME]


def reconcile_payments(*, now: datetime) -> dict[str, Any]:
    """Compare and tell staff in the inbox. Talks to the provider.

    Returns {"compared": rows, "only_theirs": [their references], "only_ours": [tx_refs], "differs": [tx_refs],
    "complete": bool}, and "why" where it isn't, and "unclear": how many rows of theirs could not be compared, if any.
    """
    end = timezone.now() + timedelta(seconds=MOST_SECONDS)
    gateway = gateways.current(now=now)
    if gateway is None:
        return {"compared": 0, "only_theirs": [], "only_ours": [], "differs": [], "complete": True}
    theirs = _read(gateway, now)
    unknown = _unknown(gateway.method, theirs.took())
    # Told before we ask, which takes long and may break off.
    tell_only_theirs(gateway.method, unknown, now)
    unclear = tell_unclear(gateway.method, _unclear(gateway.method, theirs), now)
    maybe_ours = [*unknown, *theirs.nameless.values()]
    _ask([*_went_back(gateway.method, theirs), *_perhaps(gateway.method, maybe_ours, now)], end, now)
    clear_matched(gateway.method)
    only_theirs = _unknown(gateway.method, theirs.took())
    only_ours, differs = _compare_ours(gateway.method, theirs, now)
    result = {
        "compared": len(theirs.rows),
        "only_theirs": [row.reference for row in only_theirs],
        "only_ours": only_ours,
        "differs": differs,
        "complete": not theirs.why,
    } | ({"unclear": unclear} if unclear else {})
    if theirs.why:
        logger.warning("The provider's list could not be compared to its end: %s", theirs.why)
    return result | {"why": theirs.why} if theirs.why else result


def _read(gateway: Gateway, now: datetime) -> _List:
    """Rows since `BACK`, and those without a day."""
    theirs, since = _List(), now - BACK
    try:
        for row in gateway.transactions(since=since):
            if row.created_at is None or row.created_at >= since:
                theirs.add(row)
    except ListIncomplete as error:
        theirs.why = str(error)
    return theirs


def _same_sum(one: Transaction, other: Transaction) -> bool:
    return (one.amount, one.currency) == (other.amount, other.currency)


def _unclear(method: str, theirs: _List) -> dict[str, tuple[Transaction, str]]:
    """By a name for each: rows that may be money and can't be compared, with what is odd about them."""
    odd = [row for row in theirs.rows.values() if row.state is State.ODD]
    strange = _unknown(method, odd)
    return (
        {name: (row, NAMELESS) for name, row in theirs.nameless.items()}
        | {name: (row, TWICE) for name, row in theirs.twice.items()}
        | {f"{row.reference}:{row.raw.get('status', '')}": (row, ODD_WORD) for row in strange}
    )


def _unknown(method: str, rows: Sequence[Transaction]) -> list[Transaction]:
    known = known_references(method, [row.reference for row in rows])
    return [row for row in rows if row.reference not in known]


def _perhaps(method: str, rows: Sequence[Transaction], now: datetime) -> list[int]:
    """Payments of ours that these may be: of the same amount and currency, begun not long before, unpaid."""
    sums = {(row.amount, row.currency) for row in rows if row.amount is not None}
    unpaid = Payment.objects.filter(
        method=method,
        status__in=(*Payment.OPEN, *Payment.LATE),
        amount__in={amount for amount, _currency in sums},
        created_at__gte=now - BACK - LATE,
    )
    rows_of_ours = unpaid.order_by("-pk").values_list("pk", "amount", "currency")
    return [pk for pk, amount, currency in rows_of_ours if (amount, currency) in sums][:MOST_ASKED]


def _went_back(method: str, theirs: _List) -> list[int]:
    """Payments of ours that are still counted here, or a part of them, and went back there, says the list."""
    back = {ref: row.state for ref, row in theirs.rows.items() if row.state in (State.REFUNDED, State.REVERSED)}
    ours = Payment.objects.succeeded().filter(method=method, provider_reference__in=back)
    counted = [p.pk for p in ours.prefetch_related("refunds") if is_counted(p, back[p.provider_reference])]
    return counted[:MOST_ASKED]


def _ask(payment_ids: Collection[int], end: datetime, now: datetime) -> None:
    """Until then, and not into silence: tomorrow is another day."""
    silent = 0
    for payment_id in payment_ids:
        if silent >= PATIENCE or timezone.now() > end:
            return
        verified = verify_payment(payment_id=payment_id, source="reconciliation", actor=SYSTEM, now=now)
        silent = 0 if verified.answered else silent + 1


def _compare_ours(method: str, theirs: _List, now: datetime) -> tuple[list[str], list[str]]:
    """(missing in their list, other there): tx_refs of payments that succeeded here in the time of the list."""
    succeeded = Payment.objects.succeeded().filter(method=method, created_at__gte=now - BACK - LATE)
    missing, other, doubtful = [], [], []
    for payment in succeeded.prefetch_related("refunds").order_by("pk"):
        row = theirs.rows.get(payment.provider_reference)
        if row is not None:
            if text := difference(payment, row):
                other.append((payment, text))
            elif row.state is State.REFUNDED and is_counted(payment, row.state):  # told when asked about
                doubtful.append(payment.tx_ref)
        elif not theirs.why and _belongs_in(payment, now):
            missing.append((payment, "It succeeded here, but the provider's list doesn't have it."))
    tell_ours(ONLY_OURS, missing, now)
    tell_ours(DIFFERS, other, now)
    return [payment.tx_ref for payment, _text in missing], [*(payment.tx_ref for payment, _text in other), *doubtful]


def _belongs_in(payment: Payment, now: datetime) -> bool:
    begun, received = payment.created_at, payment.received_at
    return begun >= now - BACK + SLACK and received is not None and received <= now - FRESH
