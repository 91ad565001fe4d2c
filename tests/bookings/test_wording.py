from datetime import timedelta

import pytest

from bookings.wording import time_left
from tests.factories import NOW


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(minutes=-1), "hold over"),
        (timedelta(minutes=59), "59 min left"),
        (timedelta(hours=14, minutes=59), "14 h left"),
        (timedelta(hours=72), "3 days left"),
    ],
)
def test_time_left_is_short(left: timedelta, words: str) -> None:
    assert time_left(NOW + left, NOW) == words
