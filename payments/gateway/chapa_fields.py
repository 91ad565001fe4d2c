"""What Chapa's initialize takes: whatever it would refuse is cleaned, or left out. Our rows keep the real texts."""

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from payments.gateway import Order

TITLE, DESCRIPTION, NAME = 16, 50, 50  # characters
ODD = re.compile(r"[^A-Za-z0-9_. -]+")
PHONE = re.compile(r"0[79][0-9]{8}")
PHONE_MARKS = re.compile(r"[\s().\-/\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24})")
# Reserved names, and one that has no mail either: Chapa refuses the whole payment for such an address.
WITHOUT_MAIL = re.compile(r"(?:.*\.)?(?:example(?:\.com|\.net|\.org)?|test(?:\.com)?|invalid|localhost)", re.IGNORECASE)


def body(order: Order) -> dict[str, Any]:
    """The JSON of initialize."""
    first, last = names(order.name)
    texts = {"title": plain(order.title, TITLE), "description": plain(order.description, DESCRIPTION)}
    fields = {
        "amount": f"{order.amount:.2f}",
        "currency": order.currency,
        "tx_ref": order.tx_ref,
        "email": email(order.email),
        "first_name": first,
        "last_name": last,
        "phone_number": phone(order.phone),
        "callback_url": link(order.callback_url),
        "return_url": link(order.return_url),
        "customization": {name: text for name, text in texts.items() if text},
    }
    return {name: value for name, value in fields.items() if value}


def plain(text: str, most: int) -> str:
    """Letters without accents, digits, "-", "_", "." and spaces, cut between words; empty where nothing is left."""
    folded = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    words = " ".join(ODD.sub(" ", bare).split())
    if len(words) > most:
        words = words[: most + 1].rpartition(" ")[0] or words[:most]
    words = words.strip(" .-_")
    return words if any(letter.isalnum() for letter in words) else ""


def phone(text: str) -> str:
    """0912345678 or 0712345678 however it was written, else nothing."""
    digits = PHONE_MARKS.sub("", unicodedata.normalize("NFKC", text))
    local = re.sub(r"\A(?:\+|00)?251(?=[0-9]{9}|0[0-9]{9})|\A(?=[79][0-9]{8}\Z)", "0", digits)
    local = re.sub(r"\A00", "0", local)  # +251 (0) 9…
    return local if PHONE.fullmatch(local) else ""


def email(text: str) -> str:
    """The address if Chapa takes it, else nothing: a payment needs none."""
    address = text.strip()
    match = ADDRESS.fullmatch(address)
    if match is None or len(address) > 100 or ".." in address or address[0] == "." or ".@" in address:
        return ""
    return "" if WITHOUT_MAIL.fullmatch(match[1]) else address


def names(text: str) -> tuple[str, str]:
    """(first, the rest); invisible marks are taken out."""
    visible = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C" or letter.isspace())
    first, _space, rest = " ".join(visible.split()).partition(" ")
    return first[:NAME].strip(), rest[:NAME].strip()


def link(url: str) -> str:
    """Chapa takes no empty address: one that isn't http(s) is left out."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""
