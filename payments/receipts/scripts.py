"""The scripts that people's names come in, each with its font in payments/receipts/fonts/.

A font is read only for a text that has letters of its script. A letter that no font has is spelled in Latin letters.
"""

import re
import unicodedata
from typing import Final

from anyascii import anyascii

BASE: Final = "latin"  # also Greek and Cyrillic
UNWRITABLE: Final = "\ufffd"  # stands for what can't even be spelled in Latin letters
JOINERS: Final = "\u200c\u200d"  # they shape the letters beside them

# Name, file, and the letters to look for in it.
SCRIPTS: Final = tuple(
    (name, file, re.compile(f"[{letters}]"))
    for name, file, letters in (
        ("ethiopic", "NotoSansEthiopic-Regular.ttf", "\u1200-\u139f\u2d80-\u2ddf\uab00-\uab2f"),
        ("arabic", "NotoSansArabic-Regular.ttf", "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"),
        ("hebrew", "NotoSansHebrew-Regular.ttf", "\u0590-\u05ff\ufb1d-\ufb4f"),
        (
            "han",
            "DroidSansFallback.ttf",
            "\u1100-\u11ff\u2e80-\u312f\u3131-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef",
        ),
        ("armenian", "NotoSansArmenian-Regular.ttf", "\u0530-\u058f\ufb13-\ufb17"),
        ("georgian", "NotoSansGeorgian-Regular.ttf", "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f"),
        ("devanagari", "NotoSansDevanagari-Regular.ttf", "\u0900-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff"),
        ("bengali", "NotoSansBengali-Regular.ttf", "\u0980-\u09ff"),
        ("gurmukhi", "NotoSansGurmukhi-Regular.ttf", "\u0a00-\u0a7f"),
        ("gujarati", "NotoSansGujarati-Regular.ttf", "\u0a80-\u0aff"),
        ("oriya", "NotoSansOriya-Regular.ttf", "\u0b00-\u0b7f"),
        ("tamil", "NotoSansTamil-Regular.ttf", "\u0b80-\u0bff"),
        ("telugu", "NotoSansTelugu-Regular.ttf", "\u0c00-\u0c7f"),
        ("kannada", "NotoSansKannada-Regular.ttf", "\u0c80-\u0cff"),
        ("malayalam", "NotoSansMalayalam-Regular.ttf", "\u0d00-\u0d7f"),
        ("sinhala", "NotoSansSinhala-Regular.ttf", "\u0d80-\u0dff"),
        ("thai", "NotoSansThai-Regular.ttf", "\u0e00-\u0e7f"),
        ("lao", "NotoSansLao-Regular.ttf", "\u0e80-\u0eff"),
        ("tibetan", "NotoSerifTibetan-Regular.ttf", "\u0f00-\u0fff"),
        ("myanmar", "NotoSansMyanmar-Regular.ttf", "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"),
        ("khmer", "NotoSansKhmer-Regular.ttf", "\u1780-\u17ff\u19e0-\u19ff"),
        ("mongolian", "NotoSansMongolian-Regular.ttf", "\u1800-\u18af"),
        ("cherokee", "NotoSansCherokee-Regular.ttf", "\u13a0-\u13ff\uab70-\uabbf"),
        ("canadian", "NotoSansCanadianAboriginal-Regular.ttf", "\u1400-\u167f\u18b0-\u18ff"),
        ("limbu", "NotoSansLimbu-Regular.ttf", "\u1900-\u194f"),
        ("taile", "NotoSansTaiLe-Regular.ttf", "\u1950-\u197f"),
        ("newtailue", "NotoSansNewTaiLue-Regular.ttf", "\u1980-\u19df"),
        ("balinese", "NotoSansBalinese-Regular.ttf", "\u1b00-\u1b7f"),
        ("sundanese", "NotoSansSundanese-Regular.ttf", "\u1b80-\u1bbf\u1cc0-\u1ccf"),
        ("lepcha", "NotoSansLepcha-Regular.ttf", "\u1c00-\u1c4f"),
        ("olchiki", "NotoSansOlChiki-Regular.ttf", "\u1c50-\u1c7f"),
        ("coptic", "NotoSansCoptic-Regular.ttf", "\u2c80-\u2cff"),
        ("tifinagh", "NotoSansTifinagh-Regular.ttf", "\u2d30-\u2d7f"),
        ("yi", "NotoSansYi-Regular.ttf", "\ua000-\ua4cf"),
        ("lisu", "NotoSansLisu-Regular.ttf", "\ua4d0-\ua4ff"),
        ("vai", "NotoSansVai-Regular.ttf", "\ua500-\ua63f"),
        ("sylotinagri", "NotoSansSylotiNagri-Regular.ttf", "\ua800-\ua82f"),
        ("javanese", "NotoSansJavanese-Regular.ttf", "\ua980-\ua9df"),
        ("meetei", "NotoSansMeeteiMayek-Regular.ttf", "\uaae0-\uaaff\uabc0-\uabff"),
        ("syriac", "NotoSansSyriac-Regular.ttf", "\u0700-\u074f\u0860-\u086f"),
        ("thaana", "NotoSansThaana-Regular.ttf", "\u0780-\u07bf"),
        ("nko", "NotoSansNKo-Regular.ttf", "\u07c0-\u07ff"),
        ("osmanya", "NotoSansOsmanya-Regular.ttf", "\U00010480-\U000104af"),
        ("rohingya", "NotoSansHanifiRohingya-Regular.ttf", "\U00010d00-\U00010d3f"),
        ("chakma", "NotoSansChakma-Regular.ttf", "\U00011100-\U0001114f"),
        ("adlam", "NotoSansAdlam-Regular.ttf", "\U0001e900-\U0001e95f"),
        ("emoji", "NotoEmoji-Regular.ttf", "\u203c-\u3299\U0001f000-\U0001faff"),
    )
)


def needed(text: str, base: frozenset[int]) -> list[tuple[str, str]]:
    """(name, file) of the fonts for what the base font, whose letters these are, lacks."""
    lacking = "".join(letter for letter in text if ord(letter) not in base)
    return [(name, file) for name, file, letters in SCRIPTS if letters.search(lacking)]


def visible(text: str) -> str:
    """Without marks that can't be seen, such as those that turn the reading direction round."""
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if not _unseen(letter))


def writable(text: str, known: frozenset[int]) -> str:
    """What no font has, in Latin letters."""
    return "".join(letter if ord(letter) in known or letter in JOINERS else spelled(letter) for letter in text)


def spelled(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter)
    return (plain if plain.isascii() else anyascii(letter)) or UNWRITABLE


def _unseen(letter: str) -> bool:
    return letter not in JOINERS and (unicodedata.category(letter) in ("Cf", "Cc") or "\ufe00" <= letter <= "\ufe0f")
