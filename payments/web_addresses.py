"""One rule for the addresses that come from outside and that customers are sent to."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

LONGEST: Final = 500
# All ASCII but spaces, control characters and what browsers read in other ways than we do.
PLAIN: Final = re.compile(r"""[^\x00-\x20\x7f-\U0010ffff"<>\\^`{|}]+""")
LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
NAME: Final = re.compile(rf"(?:{LABEL}\.)+(?!\d+$){LABEL}")  # shop.example.com, and not 127.1 or 0x7f.1
HTTPS_PORTS: Final = (None, 443, 8443)


def read_address(address: str) -> SplitResult:
    """The parts of an address that is safe to follow; ValueError says in a sentence why another one isn't.

    https on its own port or 8443; http, on any port, for this machine and private addresses only. No user or password.
    A host in other letters than ASCII is written in punycode, the rest of the address percent-encoded.
    """
    if len(address) > LONGEST:
        raise ValueError(f"Send an address of at most {LONGEST} characters.")
    if not PLAIN.fullmatch(address):
        raise ValueError("Write letters outside ASCII, spaces and quotes percent-encoded, and the host in punycode.")
    try:
        parts, port = urlsplit(address), urlsplit(address).port
    except ValueError:
        raise ValueError("Send a whole address, such as https://shop.example.com/done.") from None
    host = parts.hostname or ""
    if "@" in parts.netloc:
        raise ValueError("Leave the user and password out of the address.")
    if parts.scheme not in ("http", "https") or not (NAME.fullmatch(host) or host == "localhost" or is_ip(host)):
        raise ValueError("Send a whole address, such as https://shop.example.com/done.")
    if parts.scheme == "http" and not is_near(host):
        raise ValueError("Send an https:// address; http:// is for this machine and private networks.")
    if port == 0 or (parts.scheme == "https" and not is_near(host) and port not in HTTPS_PORTS):
        raise ValueError("Leave the port out, or use 443 or 8443.")
    return parts


def is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_near(host: str) -> bool:
    """This machine or a private network; what a public name stands for isn't looked up."""
    return host == "localhost" or host.endswith(".localhost") or (is_ip(host) and ip_address(host).is_private)
