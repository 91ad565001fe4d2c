"""Values that are URLs. What a wrong one holds is never said: it may be a password."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from config.env.source import stop, text

# RFC 3986, but without the colon: the first one would part user and password, and who wrote a second meant %3A.
USER_INFO: Final = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
HOST: Final = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])"
HOSTS: Final = re.compile(rf"(?:{HOST}(?::[0-9]*)?(?:,{HOST}(?::[0-9]*)?)*)?")
EXAMPLE: Final = re.compile(r"^host$|(?:^|\.)example(?:\.com|\.org|\.net)?$|\.invalid$")
ESCAPES: Final = "@ is %40, : is %3A, / is %2F, # is %23, ? is %3F, % is %25"


def split(name: str, value: str, wants: str) -> SplitResult:
    """The parts of a URL of which every part is what it looks like: a / in a password would move the host."""
    scheme, divided, rest = value.partition("://")
    if not divided or not scheme or not value.isprintable() or " " in value:
        stop(name, wants)
    before, _, after = rest.rpartition("@")
    user, _, password = before.partition(":")
    if not (USER_INFO.fullmatch(user) and USER_INFO.fullmatch(password)):
        stop(name, f"has a character in its user or password that a URL can't hold as it is: {ESCAPES}.")
    if not HOSTS.fullmatch(re.split("[/?]", after, maxsplit=1)[0]) or "#" in after:
        stop(name, wants)
    if "," not in after and not port_is_right(value):
        stop(name, wants)
    return urlsplit(value)


def server(name: str, value: str, wants: str) -> SplitResult:
    """The parts of the URL of a server that we log in to."""
    parts = split(name, value, wants)
    if EXAMPLE.search(parts.hostname or ""):
        stop(name, "still names the example's host; put the real one there.")
    return parts


def port_is_right(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


def url(name: str, default: str, schemes: str) -> str:
    """A URL whose scheme is one of the words in `schemes`, without user, query and fragment."""
    value = text(name, default)
    wants = f"wants a URL that begins with {' or '.join(s + '://' for s in schemes.split())}, without user, ? and #."
    parts = split(name, value, wants)
    if parts.scheme not in schemes.split() or not parts.hostname or "@" in parts.netloc or "?" in value:
        stop(name, wants)
    return value
