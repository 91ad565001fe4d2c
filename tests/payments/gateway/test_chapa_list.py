from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from payments.gateway import ListIncomplete, State
from tests.chapa_order import chapa
from tests.provider import Provider

TODAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def listed(provider: Provider, since: datetime = TODAY - timedelta(days=3)) -> list[str]:
    return [row.reference for row in chapa().transactions(since=since)]


def sold(provider: Provider, days_ago: list[float]) -> list[str]:
    rows = [provider.add(f"T{n}", "10", created_at=TODAY - timedelta(days=d)) for n, d in enumerate(days_ago)]
    return [row.reference for row in rows]


def test_the_list_is_read_page_by_page_until_it_is_old_enough(provider: Provider) -> None:
    references = sold(provider, [n / 10 for n in range(60)])
    assert listed(provider) == references[:40]
    assert provider.count("transactions") == 4


def test_a_list_that_begins_with_the_oldest_is_read_to_its_end(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    references = sold(provider, [n / 10 for n in range(60)])
    monkeypatch.setattr(provider.book, "newest_first", False)
    assert listed(provider) == references[::-1]


def test_a_row_reads_as_we_say_it(provider: Provider) -> None:
    provider.add("A", "12.5", status="refunded", created_at=TODAY)
    [row] = chapa().transactions(since=TODAY)
    assert (row.state, row.amount, row.currency, row.created_at) == (State.REFUNDED, Decimal("12.5"), "ETB", TODAY)
    assert row.raw == {
        "status": "refunded",
        "amount": "12.500",
        "charge": "0.000",
        "currency": "ETB",
        "type": "API",
        "payment_method": "telebirr",
    }


@pytest.mark.parametrize("kind", ["error500", "html", "wrong_type", "unauthorized", "too_many", "drop"])
def test_a_list_that_breaks_off_says_so(provider: Provider, kind: str) -> None:
    sold(provider, [0.1] * 25)
    provider.tell("transactions", "slow", times=1)
    provider.tell("transactions", kind)
    rows = chapa().transactions(since=TODAY - timedelta(days=3))
    with pytest.raises(ListIncomplete) as why:
        list(rows)
    assert str(why.value)


def test_a_list_that_repeats_itself_ends(provider: Provider) -> None:
    rows = [{"ref_id": f"AP{n}", "status": "success", "created_at": "2026-11-23T09:00:00Z"} for n in range(10)]
    body = {"message": "Transactions retrieved successfully", "status": "success", "data": {"transactions": rows}}
    provider.tell("transactions", "answer", body=body)
    with pytest.raises(ListIncomplete, match="twice"):
        listed(provider)
