"""What a person is told about their sessions, and ending them."""

import re
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.callers import address_of
from config.models import StaffSession

SEEN_EVERY: Final = timedelta(minutes=5)
SHOWN: Final = 50
UNKNOWN: Final = "Unknown device"
# The first that fits: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
BROWSERS: Final = {
    "Edge": "Edg",
    "Opera": "OPR/",
    "Samsung Internet": "SamsungBrowser",
    "Firefox": "Firefox/|FxiOS",
    "Chrome": "Chrome/|CriOS",
    "Safari": "Safari/",
}
SYSTEMS: Final = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac": "Macintosh",
    "Chromebook": "CrOS",
    "Linux": "Linux",
}


def see(request: HttpRequest, user: User, *, now: datetime) -> None:
    """Note from where this session is in use, at most one write in some minutes."""
    key = str(request.session.session_key)
    place = {
        "device": device_in_words(request.headers.get("User-Agent", "")),
        "network": shortened(address_of(request)),
        "seen_at": now,
    }
    known = StaffSession.objects.filter(session=key)
    before = known.values("seen_at", "device").first()
    if before is None:
        row = StaffSession(session_id=key, user=user, auth_hash=user.get_session_auth_hash(), began_at=now, **place)
        StaffSession.objects.bulk_create([row], ignore_conflicts=True)
    elif now - before["seen_at"] >= SEEN_EVERY or before["device"] == UNKNOWN != place["device"]:
        known.filter(seen_at=before["seen_at"]).update(**place)


def listed(user: User, *, now: datetime) -> QuerySet[StaffSession]:
    """Those that still open something, the last seen first: not what has expired or had another password."""
    live = StaffSession.objects.filter(user=user, auth_hash=user.get_session_auth_hash(), session__expire_date__gt=now)
    return live.order_by("-seen_at", "-pk")[:SHOWN]


def end(user: User, *, only: int | None = None, keep: str | None = None) -> int:
    """End one of this person's sessions, or all, but never the one with the key `keep`. Returns how many."""
    rows = StaffSession.objects.filter(user=user).exclude(session=keep)
    keys = list((rows if only is None else rows.filter(pk=only)).values_list("session_id", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    return len(keys)


def forget_expired(*, now: datetime) -> int:
    """Sessions that are over, and what was noted of those that another release has deleted."""
    _count, by_model = Session.objects.filter(expire_date__lt=now).delete()
    StaffSession.objects.exclude(session__in=Session.objects.all()).delete()
    return by_model.get("sessions.Session", 0)


def device_in_words(agent: str) -> str:
    """ "Firefox on Windows" of a User-Agent header; only these words are kept of it."""
    browser, system = (
        next((word for word, pattern in words.items() if re.search(pattern, agent)), "")
        for words in (BROWSERS, SYSTEMS)
    )
    return f"{browser or 'Another browser'} on {system}" if system else browser or UNKNOWN


def shortened(address: object) -> str:
    """The network of an address, such as 192.0.2.0/24 or 2001:db8:1::/48."""
    if isinstance(address, IPv4Address | IPv6Address):
        return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))
    return "unknown"
