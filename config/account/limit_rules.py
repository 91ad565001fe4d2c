"""How often something may be tried: by person, by address, by both."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True)
class Limit:
    """`free` failures, then a wait of `first` seconds that doubles with each failure up to `longest`."""

    free: int
    first: int
    longest: int

    def wait_after(self, count: int) -> timedelta:
        if count < self.free:
            return timedelta()
        doubled = min(count - self.free, 20)  # 2 ** 20 is beyond every `longest`
        return timedelta(seconds=min(self.first * 2**doubled, self.longest))


@dataclass(frozen=True)
class Limits:
    """For one thing that can be guessed or asked too often."""

    name_and_network: Limit
    name: Limit  # over all networks; a short wait, because strangers can cause it
    network: Limit  # an office of clerks shares one
    device: Limit


PASSWORD: Final = Limits(Limit(5, 10, 300), Limit(100, 5, 30), Limit(50, 5, 60), Limit(10, 10, 300))
# Six digits: fewer tries, and only who knows the password can cause a wait.
CODE: Final = Limits(Limit(5, 30, 300), Limit(20, 30, 300), Limit(50, 5, 60), Limit(10, 30, 300))
RESET: Final = Limits(Limit(3, 60, 900), Limit(5, 60, 900), Limit(20, 30, 300), Limit(3, 60, 900))
