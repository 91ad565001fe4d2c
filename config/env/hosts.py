"""Values that are hosts, and who may call us by which name."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from django.http.request import validate_host

from config.env.source import stop
from config.env.urls import HOST, url
from config.env.values import words

ORIGIN: Final = re.compile(rf"https?://(?:\*\.)?{HOST}(?::[0-9]{{1,5}})?")
LOCAL: Final = re.compile(r"localhost|.*\.localhost|127(?:\.[0-9]{1,3}){3}|::1")


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
