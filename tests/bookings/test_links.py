from decimal import Decimal

import pytest

from bookings.links import pay_url, read_token
from bookings.models import Booking

BOOKING = Booking(reference="TD-7K3M9QX2")


def token_of(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:8000/pay/").removesuffix("/")


@pytest.mark.parametrize("amount", [None, Decimal("0.01"), Decimal("1500.50"), Decimal("9999999999.99")])
def test_a_link_says_which_booking_and_how_much(amount: Decimal | None) -> None:
    assert read_token(token_of(pay_url(BOOKING, amount))) == ("TD-7K3M9QX2", amount)


def test_a_changed_link_is_none_of_ours() -> None:
    token = token_of(pay_url(BOOKING, Decimal("1500.50")))
    for changed in (
        token.replace("7K3M", "7K3N"),
        token.replace("150050", "1"),
        token.replace("_150050", ""),
        token[:-1],
        token.rpartition(".")[0],
        "",
        ".",
        "TD-7K3M9QX2",
    ):
        assert read_token(changed) is None
