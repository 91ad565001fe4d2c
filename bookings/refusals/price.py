"""What a booking's price may become."""

from http import HTTPStatus

from notifications.refusals import Refused


class WrongAdjustment(Refused):
    """`limit` and the amounts of subclasses are in the booking's currency, written out."""

    code = "price_adjustment"
    status = HTTPStatus.BAD_REQUEST
    field = "amount"
    form_fields = ("amount",)


class NoAdjustment(WrongAdjustment):
    sentence = "Give an amount with at most two decimals; below zero it lowers the price."


class PriceBelowZero(WrongAdjustment):
    sentence = "The price of {name} would be below zero."
    name: str


class PriceTooHigh(WrongAdjustment):
    sentence = "The price of {name} would be larger than any amount that can be kept."
    name: str


class PriceChanged(Refused):
    code = "price_changed"
    sentence = "The price of {name} is {now} by now. Look at it again before you change it."
    name: str
    now: str


class BeyondLimit(WrongAdjustment):
    sentence = "Adjustments of {name} may be {limit} at most, up or down; a manager may go further."
    name: str
    limit: str
