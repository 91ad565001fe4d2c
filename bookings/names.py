"""What may stand in a person's name, and in words of others that we pass on: a mail must never carry a stranger's link.

Mail programs make links of what looks like an address, with or without http, also in the plain text.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError

# What is written without http and still becomes a link; other endings do only with a path behind them.
ENDINGS = (
    "com net org info biz edu gov mil int app dev xyz top site online shop store club live link click page space "
    "website tech pro mobi name asia travel tours agency icu vip win bid loan download zip mov example test "
    "invalid onion io co me ru cn tk ly gg to ai et uk de fr us eu"
)
LINK = re.compile(
    r"://|http|www\.|mailto:|javascript:|\w@\w|\w\.\w[\w-]*(?::\d+)?/\S|"
    rf"[\w-]{{2,}}\.(?:{'|'.join(ENDINGS.split())})(?![\w-])"
)
LIKE_A_LINK = re.compile(r"://|http|www\.|(?:mailto|javascript|tel|sms|data):|@\w|\w\.[^\W\d]|\d\.\d+\.\d+\.\d")
# Joiners and direction marks that names in Persian, Sinhala or Hebrew are written with; they hide nothing.
JOINERS = dict.fromkeys(map(ord, "\u200c\u200d\u200e\u200f\u061c"))
DOTS = dict.fromkeys(map(ord, "。｡․‧"), ".")
HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
CURE = "write the name alone, with a blank after a dot."


def validate_name(value: str) -> None:
    """Raises ValidationError for markup, links, and characters that can't be seen or turn the line round."""
    if "<" in value or ">" in value:
        raise ValidationError(f"A name holds no < or >: {CURE}", code="markup")
    if hidden_in(value):
        raise ValidationError(f"A name holds no line breaks or hidden characters: {CURE}", code="hidden")
    if LINK.search(plain(value)):
        raise ValidationError(f"A name holds no links or addresses: {CURE}", code="link")


def hidden_in(value: str) -> bool:
    return any(unicodedata.category(letter) in HIDDEN for letter in value.translate(JOINERS))


def plain(value: str) -> str:
    """As a mail program, or a reader, may take it: wide letters and joiners change nothing."""
    return unicodedata.normalize("NFKC", value.translate(JOINERS | DOTS)).casefold()


def harmless(text: str) -> str:
    """The words of others with everything broken that a mail program would make a link of: evil[.]example."""
    seen = "".join(" " if hidden_in(letter) else letter for letter in text)
    return " ".join(_broken(word) if LIKE_A_LINK.search(plain(word)) else word for word in seen.split())


def harmless_name(name: str) -> str:
    """For a name that was stored before there was a rule for it."""
    try:
        validate_name(name)
    except ValidationError:
        return harmless(name)
    return name


def _broken(word: str) -> str:
    word = unicodedata.normalize("NFKC", word.translate(JOINERS | DOTS))
    for sign in (".", ":", "@"):
        word = re.sub(rf"{re.escape(sign)}(?=\S)", f"[{sign}]", word)
    return word
