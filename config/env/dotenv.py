"""Reads .env strictly: each line is understood, or the start ends with its number and never with its text.

Own code, because python-dotenv, django-environ and honcho all log a line that they can't read (with the password in
it) or skip it, and go on without it. Nothing is interpolated, and no value spans lines.
"""

import re
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Final, NamedTuple

MOST_BYTES: Final = 256 * 1024
ASSIGNMENT: Final = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)")
SINGLE: Final = re.compile(r"'([^']*)'(?:[ \t]*|[ \t]+#.*)")
DOUBLE: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?:[ \t]*|[ \t]+#.*)')
COMMENT: Final = re.compile(r"(?:^|[ \t])#.*")


class EnvLine(NamedTuple):
    number: int
    value: str


class UnreadableError(Exception):
    """Its text names the line by number and says what is wrong; it holds nothing of the line."""


def read(file: Path) -> dict[str, EnvLine]:
    """{name: (line number, value)}"""
    found: dict[str, EnvLine] = {}
    for number, line in enumerate(text_of(file).split("\n"), start=1):
        if not (stripped := line.strip()) or stripped.startswith("#"):
            continue
        name, value = assignment(number, stripped)
        if name in found:
            raise UnreadableError(f"sets {name} in line {found[name].number} and again in line {number}; keep one.")
        found[name] = EnvLine(number, value)
    return found


def text_of(file: Path) -> str:
    """The whole file with \\n between its lines, whatever Windows' editors did to it."""
    with file.open("rb") as stream:
        raw = stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise UnreadableError(f"is larger than {MOST_BYTES // 1024} KB; it wants lines NAME=value.")
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise UnreadableError("is written in UTF-16; save it as UTF-8.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"isn't UTF-8 in line {number}; save it as UTF-8.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def assignment(number: int, line: str) -> tuple[str, str]:
    if any(unicodedata.category(letter) == "Cc" and letter != "\t" for letter in line):
        raise UnreadableError(f"has a control character in line {number}; write that line again, and save it as UTF-8.")
    if not (match := ASSIGNMENT.fullmatch(line)):
        raise UnreadableError(f"can't be read in line {number}; it wants NAME=value there, or # before a remark.")
    name, rest = match.groups()
    if rest.startswith("'") and (quoted := SINGLE.fullmatch(rest)):
        return name, quoted[1]
    if rest.startswith('"') and (quoted := DOUBLE.fullmatch(rest)):
        return name, re.sub(r'\\(["\\])', r"\1", quoted[1])
    bare = COMMENT.sub("", rest).rstrip()
    if rest[:1] in {"'", '"'} or bare[-1:] in {"'", '"'} or rest[:1] in {"“", "”", "„", "‘", "’"}:
        raise UnreadableError(
            f"has a quote in line {number} that is not closed, not opened or not straight; "
            "put the whole value between two ' or take the quotes out."
        )
    return name, bare
