"""Rows of the provider's list that lack a reference or can't be compared."""

from datetime import timedelta
from typing import Any

import pytest

from payments.models import ProviderEvent
from tests.attempts import DEPOSIT, now_is
from tests.factories import NOW
from tests.payments.comparison import found, paid, run, told
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def listed_as(provider: Provider, *rows: Any) -> None:
    """The provider's list is these rows."""
    data = {"transactions": list(rows), "pagination": {"next_page_url": None}}
    body = {"message": "Transactions retrieved successfully", "status": "success", "data": data}
    provider.tell("transactions", "answer", body=body)


def a_row(**fields: Any) -> dict[str, Any]:
    made = {"status": "success", "amount": "12.500", "currency": "ETB", "created_at": "2026-11-23T09:00:00.000000Z"}
    return {"ref_id": None, "trans_id": None, **made, **fields}


@pytest.mark.parametrize("status", ["pending", "failed", "cancelled", "failed/cancelled"])
@pytest.mark.parametrize("reference", [None, "", "   ", [], True])
def test_an_unpaid_row_without_a_reference_is_nobody_s_business(
    provider: Provider, status: str, reference: Any
) -> None:
    ours = paid(provider)
    listed_as(provider, a_row(status=status, ref_id=reference))
    assert run() == found(only_ours=[ours.tx_ref])


def test_money_without_a_reference_is_named_and_the_comparison_goes_on(provider: Provider) -> None:
    ours, missing = paid(provider), paid(provider)
    reference = provider.book.txs[ours.tx_ref].reference
    listed_as(provider, a_row(), a_row(ref_id=reference, amount="600.000"), a_row(ref_id="AP-SHOP"))
    for _ in range(2):
        assert run() == found(compared=2, only_theirs=["AP-SHOP"], only_ours=[missing.tx_ref], unclear=1)
    text = (
        "The provider's list has ETB 12.50 of 2026-11-23 09:00 UTC (“success”) without a reference. "
        "Look for it in the provider's own pages."
    )
    assert [row for row in told() if row[0] == "list.unclear"] == [("list.unclear", "unmatched", text)]
    assert ProviderEvent.objects.get(event="list.unclear").body["amount"] == "12.500"


def test_rows_without_a_reference_are_told_apart_and_not_told_twice(provider: Provider) -> None:
    row = a_row(customer={"id": 1})
    listed_as(provider, row, row, row | {"customer": {"id": 2}}, row | {"created_at": "2026-11-23T09:00:01Z"})
    assert run() == found(unclear=3)
    assert len(told()) == 3


def test_a_lost_success_is_found_though_its_row_has_no_reference(provider: Provider) -> None:
    payment = paid(provider, heard=False)
    listed_as(provider, a_row(amount="600.000"))
    run()
    assert now_is(payment) == ("succeeded", "confirmed", DEPOSIT)


def test_a_whole_page_without_references_is_no_page_that_came_twice(provider: Provider) -> None:
    for number in range(25):
        provider.add(f"SHOP-{number}", "5", status="success", created_at=NOW - timedelta(minutes=number))
        provider.book.txs[f"SHOP-{number}"].changes = {"reference": None}
    assert run() == found(unclear=25)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (a_row(amount="NaN"), "an amount that it doesn't tell of 2026-11-23 09:00 UTC (“success”) without a reference"),
        (a_row(amount="-5"), "an amount that it doesn't tell of 2026-11-23 09:00 UTC (“success”) without a reference"),
        (a_row(created_at=None), "ETB 12.50 of a day that it doesn't tell (“success”) without a reference"),
        (a_row(created_at="0001-01-01T00:00:00+14:00"), "ETB 12.50 of a day that it doesn't tell (“success”) without"),
        (a_row(created_at="2026-11-23T12:00:00+03:00"), "ETB 12.50 of 2026-11-23 09:00 UTC (“success”) without"),
        (a_row(status="on hold"), "ETB 12.50 of 2026-11-23 09:00 UTC (“on hold”) without a reference"),
        (a_row(status=None), "ETB 12.50 of 2026-11-23 09:00 UTC without a reference"),
        (a_row(ref_id="AP-1", status="on hold"), "UTC (“on hold”) with a status that we don't know, and no payment"),
        ("a text", "an amount that it doesn't tell of a day that it doesn't tell without a reference"),
        (None, "an amount that it doesn't tell of a day that it doesn't tell without a reference"),
        (["a list"], "an amount that it doesn't tell of a day that it doesn't tell without a reference"),
    ],
)
def test_a_row_that_can_t_be_compared_is_named(provider: Provider, row: Any, text: str) -> None:
    ours = paid(provider)
    mine = a_row(ref_id=provider.book.txs[ours.tx_ref].reference, amount="600.000")
    listed_as(provider, row, mine)
    result = run()
    assert (result["complete"], result["unclear"], result["only_ours"]) == (True, 1, [])
    [(event, _status, sentence)] = told()
    assert event == "list.unclear"
    assert text in sentence


def test_one_reference_with_two_amounts_is_named_and_the_same_row_twice_is_one(provider: Provider) -> None:
    ours = paid(provider)
    mine = a_row(ref_id=provider.book.txs[ours.tx_ref].reference, amount="600.000")
    listed_as(provider, mine | {"status": "pending"}, mine, mine)
    assert run() == found(compared=1)
    provider.behave()
    listed_as(provider, mine, mine | {"amount": "12.500"}, mine | {"amount": "7.000", "status": "failed"})
    assert run() == found(compared=1, unclear=1)
    [(_event, _status, text)] = told()
    assert "ETB 12.50" in text
    assert "under a reference that stands there with another amount, too" in text
