"""Sentences that say what an action will do, before it is done."""

from collections.abc import Iterable, Iterator, Sequence

from bookings.models import Booking, Customer
from bookings.wording import going_back
from notifications.kinds import all_kinds

Bookings = Sequence[Booking]
SHOWN = 10  # bookings named one by one


def what_goes_back(bookings: Bookings) -> Iterator[str]:
    yield from [text for text in map(going_back, bookings) if text][:SHOWN]


def mails(kind: str, customers: Iterable[Customer]) -> Iterator[str]:
    """Who gets the mail of this kind, and who can't."""
    addresses = [customer.email for customer in customers]
    told = len([address for address in addresses if address])
    silent = len(addresses) - told
    if told:
        one, many = "The customer gets the mail “{label}”.", "{count} customers get the mail “{label}”."
        yield (one if told == 1 else many).format(label=all_kinds()[kind].label, count=told)
    if silent:
        one = "{count} customer has no e-mail address and hears nothing."
        many = "{count} customers have no e-mail address and hear nothing."
        yield (one if silent == 1 else many).format(count=silent)
