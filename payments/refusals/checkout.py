"""Why nothing can be paid online."""

from http import HTTPStatus

from bookings.refusals.shared import InProgress, WrongCurrency
from notifications.refusals import Refused

# -- Whether a booking can be paid online


class InReview(Refused):
    code = "in_review"
    transient = True


class ReviewFirst(InReview):
    sentence = "{name} has a payment in review, which has to be decided first."
    name: str


class CameToReview(InReview):
    """`found` is the payment's note: what differs from what was asked."""

    sentence = "{name} has a payment in review. {found}"
    name: str
    found: str


class NotPayable(Refused):
    code = "not_payable"
    sentence = "{name} is {state}, so it can't be paid online."
    name: str
    state: str


class NotOnlineCurrency(WrongCurrency):
    sentence = "{name} is in {currency}, which can't be paid online."
    name: str
    currency: str


class HoldOver(Refused):
    code = "hold_over"
    sentence = "The hold of {name} is over, so it can't be paid online any more."
    name: str


class OnlinePaymentUnavailable(Refused):
    """`how` is the office's own text on how to pay."""

    code = "online_payment_unavailable"
    sentence = "Online payment isn't offered here. {how}"
    how: str


class AlreadySent(Refused):
    code = "already_sent"
    sentence = "{name}: this link was sent already."
    name: str


# -- Beginning a payment


class BeingPrepared(InProgress):
    sentence = "This payment is being prepared. Try again in a moment."


class PaymentUnknown(Refused):
    code = "payment_unknown"
    sentence = (
        "An earlier attempt to pay is still being checked, so that nobody pays twice. Try again in a few minutes."
    )
    retry_after = 60
    transient = True


class PaidAlready(Refused):
    """`amount` is an amount with its currency, as wording.money writes it."""

    code = "paid_already"
    sentence = "This payment was made: {amount}. Thank you."
    amount: str


class TooManyLinks(Refused):
    code = "too_many"
    sentence = "{name} has had {most} payment links within an hour. Wait a while."
    status = HTTPStatus.TOO_MANY_REQUESTS
    retry_after = 600
    transient = True
    name: str
    most: int
