"""What becomes of a mail whose attempt failed."""

from dataclasses import dataclass
from enum import Enum

OURS = "It waits until that is put right; the log says more."


class FaultOfOurs(Exception):  # noqa: N818 (the word that staff and code use for it)
    """A mail could not be made: a text of ours, a font, the receipt. Nothing is wrong with the customer's address.

    `everywhere`: no mail at all can be made, as with a wrong sender.
    """

    def __init__(self, reason: str, *, everywhere: bool = False) -> None:
        super().__init__(reason)
        self.everywhere = everywhere


class WrongAddress(Exception):  # noqa: N818 (likewise)
    """No mail can be written to this recipient; str() says why, for a clerk."""


SAID = "The mail server said:"
SERVER_AWAY = ("could not be reached", "did not answer in time", "hung up")
OUR_ACCOUNT = ("EMAIL_URL", "EMAIL_URL.")  # how a reason ends that is about whoever runs the mail account


class Fate(Enum):
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    CONFIGURATION = "configuration"


@dataclass(frozen=True)
class Failure:
    """`may_have_arrived`: the whole mail was handed over and the answer is missing. `retry_after` in seconds.

    `alone`: it concerns this mail; others may well go out.
    """

    fate: Fate
    reason: str
    may_have_arrived: bool = False
    retry_after: int = 0
    alone: bool = True


def our_account(reason: str) -> Failure:
    """Every other mail would fail alike."""
    return Failure(Fate.CONFIGURATION, reason, alone=False)
