"""Why there are no seats for a booking on a departure."""

from typing import Any

from bookings.refusals.shared import WrongCurrency
from notifications.refusals import Refused


class SoldOut(Refused):
    code = "sold_out"
    sentence = "{left} on this departure."
    form_fields = ("departure", "party_size")
    seats_left: int

    @property
    def detail(self) -> str:
        seats = self.seats_left
        left = "No seats are left" if seats <= 0 else f"Only {seats} seat{'s' * (seats != 1)} left"
        return self.sentence.format(left=left)

    @property
    def extra(self) -> dict[str, Any]:
        return {"seats_left": max(self.seats_left, 0)}


class NotOpen(Refused):
    code = "not_open"
    sentence = "{departure} is {state}, not open for booking."
    form_fields = ("departure",)
    departure: str
    state: str


class Departed(Refused):
    code = "departed"
    sentence = "{departure} has already left."
    form_fields = ("departure",)
    departure: str


class DepartedUnopened(Departed):
    sentence = "{departure} has already left and can't be opened."


class SameDeparture(Refused):
    code = "same_departure"
    sentence = "{name} is on {departure} already."
    form_fields = ("departure",)
    name: str
    departure: str


class OtherCurrency(WrongCurrency):
    sentence = "{name} is sold in {currency}, {departure} in {sold_in}."
    name: str
    currency: str
    departure: str
    sold_in: str
