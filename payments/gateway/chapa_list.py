"""Reading Chapa's own list of what it took, ten rows a page, for as long as is reasonable."""

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from payments.gateway import ListIncomplete, State, Transaction, chapa_words
from payments.gateway import chapa_answers as means
from payments.gateway.chapa_http import ChapaApi

PER_PAGE = 10
MOST_PAGES = 300
MOST_SECONDS = 120


def read(line: ChapaApi, since: datetime) -> Iterator[Transaction]:
    """Rows back to `since`. Raises ListIncomplete where the list can't be read to its end."""
    end = time.monotonic() + MOST_SECONDS
    seen: set[str] = set()
    last: datetime | None = None
    newest_first = True
    for page in range(1, MOST_PAGES + 1):
        rows, more = _page(line, page)
        if rows and seen.issuperset(row.identity for row in rows):
            raise ListIncomplete(f"Chapa gave page {page} of its list twice.")
        seen.update(row.identity for row in rows)
        yield from rows
        times = [row.created_at for row in rows if row.created_at]
        for at in times:
            newest_first = newest_first and (last is None or at <= last)
            last = at
        # No document says that the list is in order: only one that is may be left early.
        if not more or (newest_first and times and times[-1] < since):
            return
        if time.monotonic() > end:
            break
    raise ListIncomplete("Chapa's list is too long to be read at once.")


def _page(line: ChapaApi, page: int) -> tuple[list[Transaction], bool]:
    """(rows, is there another page)."""
    reply = line.ask("GET", "transactions", query={"page": str(page)})
    if answer := means.no_answer(reply):
        raise ListIncomplete(answer.detail, answer.fault)
    data = (reply.body or {}).get("data")
    rows = data.get("transactions") if isinstance(data, dict) else None
    if not reply.fine or not isinstance(rows, list):
        raise ListIncomplete(means.odd(reply).detail)
    pagination = data.get("pagination") if isinstance(data, dict) else None
    if isinstance(pagination, dict) and "next_page_url" in pagination:
        return [_row(row) for row in rows], bool(pagination["next_page_url"]) and bool(rows)
    return [_row(row) for row in rows], len(rows) >= PER_PAGE


def _row(given: Any) -> Transaction:
    """Rows name Chapa's reference only; our tx_ref isn't in the list. One that is no object says nothing at all."""
    row: dict[str, Any] = given if isinstance(given, dict) else {}
    reference = chapa_words.name_of(row.get("ref_id")) or chapa_words.name_of(row.get("trans_id"))
    return Transaction(
        reference=reference,
        state=means.PAYMENT_STATES.get(chapa_words.words(row.get("status")), State.ODD),
        amount=chapa_words.money(row.get("amount")),
        currency=chapa_words.name_of(row.get("currency")).upper(),
        created_at=chapa_words.moment(row.get("created_at")),
        raw={
            name: text
            for name in ("status", "amount", "charge", "currency", "type", "payment_method")
            if (text := chapa_words.safe(row.get(name), 60))
        },
        identity=reference or _fingerprint(given),
    )


def _fingerprint(row: Any) -> str:
    """Of all that the row says, the payer too, who isn't kept: two rows without a reference are told apart by it."""
    try:
        text = json.dumps(row, sort_keys=True, default=str)
    except RecursionError:
        text = "nested too deeply"
    return hashlib.sha256(text.encode()).hexdigest()
