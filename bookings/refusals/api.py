"""What the API alone refuses: a key used twice, more than an integration may hold or cause."""

from http import HTTPStatus

from bookings.refusals.shared import InProgress, TryLater
from notifications.refusals import Refused


class StillRunning(InProgress):
    sentence = "A request with this Idempotency-Key is still running; ask again shortly."


class KeyReused(Refused):
    code = "key_reused"
    sentence = "This Idempotency-Key was used for another request; take a new one."
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class UnpaidSeats(TryLater):
    code = "unpaid_seats"
    sentence = (
        "{integration} may hold {most} unpaid seats on {departure} and holds {held}."
        " Let its customers pay, or cancel what isn't wanted; seats come free when their holds end."
    )
    integration: str
    most: int
    departure: str
    held: int


class TooManyMails(TryLater):
    code = "too_many_mails"
    sentence = "This address has had {most} mails today through the API. Go on tomorrow."
    most: int
