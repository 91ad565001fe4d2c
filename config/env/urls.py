"""Values that are URLs or made of hosts. What a wrong one holds is never said: it may be a password."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import environ
from django.http.request import validate_host

from config.env.folders import private_file
from config.env.source import stop, text
from config.env.values import words

# RFC 3986, but without the colon: the first one would part user and password, and who wrote a second meant %3A.
USER_INFO: Final = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
HOST: Final = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])"
ORIGIN: Final = re.compile(rf"https?://(?:\*\.)?{HOST}(?::[0-9]{{1,5}})?")
ESCAPES: Final = "@ is %40, : is %3A, / is %2F, # is %23, ? is %3F, % is %25"
HOSTS: Final = re.compile(rf"(?:{HOST}(?::[0-9]*)?(?:,{HOST}(?::[0-9]*)?)*)?")
EXAMPLE: Final = re.compile(r"^host$|(?:^|\.)example(?:\.com|\.org|\.net)?$|\.invalid$")
LOCAL: Final = re.compile(r"localhost|.*\.localhost|127(?:\.[0-9]{1,3}){3}|::1")


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


def site_url(default: str) -> str:
    """Where browsers find the office; a path isn't served."""
    value = url("SITE_URL", default, "http https").rstrip("/")
    if urlsplit(value).path:
        stop("SITE_URL", "wants no path after the host: https://desk.example.com, not https://example.com/desk.")
    return value


def host_of(address: str) -> str:
    return urlsplit(address).hostname or ""


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower()}"  # as browsers write it


def is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_local(site: str) -> bool:
    """Only a browser on this machine can open it."""
    return LOCAL.fullmatch(urlsplit(site).hostname or "") is not None


def hosts(name: str, default: str) -> list[str]:
    """Names without scheme, port or path."""
    found = words(name, default)
    if any(not re.fullmatch(rf"\*|\.?{HOST}", word) for word in found):
        stop(name, "wants names without scheme, port or path, such as desk.example.com, divided by commas.")
    return found


def allowed_hosts(site: str) -> list[str]:
    """ALLOWED_HOSTS, in which the host of SITE_URL must be."""
    name, host = "ALLOWED_HOSTS", urlsplit(site).hostname or ""
    host = f"[{host}]" if ":" in host else host
    found = hosts(name, ",".join(dict.fromkeys(["localhost", "127.0.0.1", host])))
    if "*" in found and not is_local(site):
        stop(name, "wants the names themselves; * would let a stranger choose where the links in mails lead.")
    if not validate_host(host, found):
        stop(name, f"lacks {host}, the host of SITE_URL; add it, or correct SITE_URL.")
    return found


def trusted_origins(site: str) -> list[str]:
    """CSRF_TRUSTED_ORIGINS; our own is always one."""
    found = words("CSRF_TRUSTED_ORIGINS")
    if any(not ORIGIN.fullmatch(origin) for origin in found):
        stop("CSRF_TRUSTED_ORIGINS", "wants origins such as https://desk.example.com, no path, divided by commas.")
    return list(dict.fromkeys([site, *found]))


def database(embedded: Path) -> dict[str, Any]:
    """The embedded file's path never goes through a URL: a folder's name may hold + or %."""
    name, value = "DATABASE_URL", text("DATABASE_URL")
    if not value:
        private_file(embedded)  # SQLite gives the files beside it the same rights
        return {"ENGINE": environ.Env.DB_SCHEMES["sqlite"], "NAME": str(embedded)}
    wants = "wants postgres://user:password@host:port/name, or sqlite:////path."
    if value.startswith("sqlite://"):
        file: dict[str, Any] = environ.Env.db_url_config(value)
        if file["NAME"] != ":memory:":
            private_file(Path(file["NAME"]))
        return file
    if server(name, value, wants).scheme not in {"postgres", "postgresql"}:
        stop(name, wants)
    try:
        found: dict[str, Any] = environ.Env.db_url_config(value)
    except ValueError:
        stop(name, wants)
    if not found["NAME"] or "/" in found["NAME"]:
        stop(name, wants)
    return found


def brokers(value: str) -> list[str]:
    """The addresses in CELERY_BROKER_URL: one, or a cluster's nodes divided by semicolons."""
    name, wants = (
        "CELERY_BROKER_URL",
        "wants amqp://user:password@host:port/vhost or amqps:// (empty: files under var/).",
    )
    found = [node.strip() for node in value.split(";")]
    for number, node in enumerate(found, start=1):
        place = f" Look at address {number} of {len(found)}; a ; in a password is %3B." if len(found) > 1 else ""
        if not node.startswith(("amqp://", "amqps://")):
            stop(name, wants + place)
        server(name, node, wants + place)
    return found


def cache() -> dict[str, Any]:
    name, value = "CACHE_URL", text("CACHE_URL", "locmemcache://")
    wants = "wants redis://host:port/1 or rediss://… (empty: each process keeps its own)."
    if value.startswith(("redis://", "rediss://")) and not re.fullmatch("/?[0-9]*", server(name, value, wants).path):
        stop(name, wants)
    try:
        found: dict[str, Any] = environ.Env.cache_url_config(value)
    except (ValueError, environ.ImproperlyConfigured):
        stop(name, wants)
    return found


def check_servers(site: str, *, embedded: bool, key: str) -> None:
    """An office that others open runs on no stand-in, and a real database needs a key of its own."""
    lacking = ["DATABASE_URL"] if embedded else []
    lacking += [] if text("CELERY_BROKER_URL") else ["CELERY_BROKER_URL"]
    if lacking and not (is_local(site) and site.startswith("http://")):
        cure = "in .env take the # before it away and fill it in; for a trial SITE_URL=http://127.0.0.1:8000"
        stop(" and ".join(lacking), f"must name a server, because SITE_URL is https or not this machine: {cure}.")
    if not key:
        stop("SECRET_KEY", "is missing; set it to 50 or more random characters (needed with this DATABASE_URL).")
