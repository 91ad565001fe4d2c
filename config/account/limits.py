"""Slows down whoever guesses; never locks an account, whoever tries it how often.

Counted in the database, so for all processes together. A try is counted before it is checked: of many at once none
slips through. After its free failures an origin waits, longer each time; a try that is refused counts nowhere. A
browser in which the person has logged in before (a signed cookie) is counted by itself and never waits for what
others do: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from bookings.callers import network_of
from config.account import known_devices
from config.account.limit_rules import Limit, Limits
from config.models import Attempts

logger = logging.getLogger(__name__)
MEMORY: Final = timedelta(hours=1)  # after the last try; a success forgets at once


@dataclass(frozen=True)
class Tries:
    """The counters that one try is counted in, by their keys."""

    own: dict[str, Limit]  # a success forgets them
    shared: dict[str, Limit]  # a success only takes its own try back, or whoever has an account could empty them

    def count(self, *, now: datetime) -> int:
        """Count one try. Returns 0, or how many seconds it has to wait; then it isn't counted."""
        limits = self.own | self.shared
        waiting = Attempts.objects.filter(key__in=limits, wait_until__gt=now)
        if untils := [row.wait_until for row in waiting if row.wait_until]:
            return _refuse(untils, now)
        with transaction.atomic():
            fresh = [Attempts(key=key, forget_at=now + MEMORY) for key in sorted(limits)]
            Attempts.objects.bulk_create(fresh, ignore_conflicts=True)
            rows = list(Attempts.objects.select_for_update().filter(key__in=limits).order_by("key"))
            if untils := [row.wait_until for row in rows if row.wait_until and row.wait_until > now]:
                return _refuse(untils, now)
            for row in rows:
                row.count = (row.count if row.forget_at > now else 0) + 1
                wait = limits[row.key].wait_after(row.count)
                row.wait_until = now + wait if wait else None  # the clocks of two requests differ a little
                row.forget_at = now + MEMORY
            Attempts.objects.bulk_update(rows, ["count", "wait_until", "forget_at"])
        return 0

    def succeeded(self) -> None:
        Attempts.objects.filter(key__in=self.own).delete()
        for key in sorted(self.shared):  # one lock at a time: `count` takes them in this order
            Attempts.objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def tries(request: HttpRequest, what: str, limits: Limits, name: str) -> Tries:
    """The counters for this person (a name, whether or not anybody has it) from where this request comes."""
    name = name.casefold()
    if device := known_devices.of(request, name):
        return Tries({_key(what, "device", name, device): limits.device}, {})
    place = network_of(request)
    return Tries(
        {_key(what, "name and network", name, place): limits.name_and_network},
        {_key(what, "name", name): limits.name, _key(what, "network", place): limits.network},
    )


def forget_old(*, now: datetime) -> int:
    count, _by_model = Attempts.objects.filter(forget_at__lt=now).delete()
    return count


def in_words(seconds: int) -> str:
    wait = f"{seconds} second{'' if seconds == 1 else 's'}" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
    return f"Too many attempts. Wait {wait}, then try again."


def _refuse(untils: Sequence[datetime], now: datetime) -> int:
    seconds = math.ceil((max(untils) - now).total_seconds())
    logger.warning("Too many attempts to log in; the next is refused for %s seconds", seconds)
    return seconds


def _key(*parts: str) -> str:
    return salted_hmac("config.account.limits", "\n".join(parts), algorithm="sha256").hexdigest()
