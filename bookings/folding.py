"""Text as people search for it: without accents and capitals, the same in Python, PostgreSQL and SQLite.

PostgreSQL's function is made by a migration; SQLite's is this module's `fold`, given to each new connection.
"""

import unicodedata
from typing import Any

from django.db.models import CharField, Func, TextField, Transform

# After NFKD: the accents of Latin, Greek and Cyrillic letters, and the vowel signs of Arabic and Hebrew.
MARKS = (("\u0300", "\u036f"), ("\u0591", "\u05c7"), ("\u064b", "\u0652"), ("\u0670", "\u0670"))
# Letters that Unicode doesn't take apart.
LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"}
_TABLE = str.maketrans(LETTERS)


def fold(text: str) -> str:
    """“Müller” and “MULLER” are both “muller”."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not _is_mark(letter)).lower().translate(_TABLE)


def _is_mark(letter: str) -> bool:
    return any(first <= letter <= last for first, last in MARKS)


def postgresql_function() -> str:
    """Immutable, so that an index may stand on it; plain ASCII takes the short way."""
    folded = """lower(regexp_replace(normalize($1, NFKD), '[{}]', '', 'g') COLLATE "und-x-icu")"""
    folded = folded.format("".join(f"{first}-{last}" for first, last in MARKS))
    for letter, plain in LETTERS.items():
        folded = f"replace({folded}, '{letter}', '{plain}')"
    return f"""
        CREATE OR REPLACE FUNCTION tourdesk_fold(text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT CASE WHEN octet_length($1) = length($1) THEN lower($1) ELSE {folded} END $$
    """


def add_function(*, connection: Any, **_kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("tourdesk_fold", 1, _fold_or_none, deterministic=True)


def _fold_or_none(text: str | None) -> str | None:
    return None if text is None else fold(text)


class Fold(Func):
    function = "tourdesk_fold"
    output_field = TextField()


@CharField.register_lookup
@TextField.register_lookup
class FoldTransform(Fold, Transform):
    """`name__fold__contains=fold(text)`"""

    lookup_name = "fold"
