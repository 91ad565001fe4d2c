"""Cells that hold more than one of what belongs there: several people, addresses or numbers; and Excel's telephones."""

import re

import phonenumbers

from bookings.services.customers import HOME_REGION
from bookings.services.importing import values
from bookings.services.importing.cells import Cells

# Between two people for certain; a slash only with a blank, since W/ro Almaz and G/Michael are one person.
SURE = re.compile(r"\s*[;|]\s*|\s+/\s*|\s*/\s+")
# Perhaps between two people: only where each side is a whole name.
PERHAPS = re.compile(r"\s*[\r\n]+\s*|\s*[&+]\s*|,\s+|(?<=\w{3})/(?=\w{3})|\s+(?:and|und|et|እና)\s+", re.IGNORECASE)
MORE = re.compile(r"\s*[+&]\s*[0-9]{1,3}(?:\s+\w+)?\s*\Z")  # Abebe Bekila + 2
LONGEST = 500  # a cell with more is no list of people, and would take long to divide
WHOLE = 2  # words of a name that stands for one person without doubt
EXPONENT = re.compile(r"\+?([0-9])(?:[.,]([0-9]+))?E\+?([0-9]{1,2})", re.IGNORECASE)
DECIMALS = re.compile(r"(\+?[0-9]{6,15})[.,]0+")
BETWEEN_PHONES = re.compile(r"\s*(?:[/;,|\r\n]|\s(?:or|and|oder|und|ou|et|ወይም|እና)\s|&)\s*", re.IGNORECASE)
BETWEEN_EMAILS = re.compile(r"[;,|/\s]+")


def lead_name(row: Cells, party: int) -> tuple[str, tuple[str, ...]]:
    """The first person of the cell, and the others where it surely names several."""
    text = row.text("Lead name")
    if len(text) > LONGEST:
        return row.needed("Lead name", values.name, ""), ()
    if more := MORE.search(text):
        row.remarks.append(f"Lead name: “{more[0].strip()}” isn't kept as a part of the name.")
        text = text[: more.start()]
    names = _names(text)
    if len(names) < WHOLE:
        if len(_parts(PERHAPS, text)) > 1 and not re.fullmatch(r"[^,]+,[^,]+", text):
            row.remarks.append(f"Lead name: “{' '.join(text.split())}” may be several people; kept as one name.")
        return row.needed("Lead name", lambda _text: values.name(SURE.sub(" ", text)), ""), ()
    if len(names) > party:
        row.problems.append(f"Lead name: {len(names)} people are named for a party of {party}. Correct one of them.")
        return "", ()
    try:
        lead, *others = (values.name(name) for name in names)
    except ValueError as error:
        row.problems.append(f"Lead name: “{text[:60]}” {error}")
        return "", ()
    row.remarks.append(f"Lead name: {len(names)} people; {lead} leads, and {', '.join(others)} came in as travellers.")
    return lead, tuple(others)


def _names(text: str) -> list[str]:
    names = []
    for part in _parts(SURE, text):
        inner = _parts(PERHAPS, part)
        whole = all(len(name.split()) >= WHOLE for name in inner)
        names += inner if len(inner) > 1 and whole else [part]
    return names


def _parts(between: re.Pattern[str], text: str) -> list[str]:
    return [part.strip() for part in between.split(text) if any(letter.isalpha() for letter in part)]


def phone(row: Cells) -> tuple[str, str]:
    """The number to keep, and a note about the others."""
    text = row.optional("Phone", lambda text: text, "")
    if len(text) > LONGEST:
        return row.optional("Phone", values.line(100), ""), ""
    if match := DECIMALS.fullmatch(text):
        return match[1], ""
    if match := EXPONENT.fullmatch(text):
        return _unfolded(match, row), ""
    first, *others = [part for part in BETWEEN_PHONES.split(text) if part] or [""]
    if not others or not (possible := [part for part in (first, *others) if _is_possible(part)]):
        return row.optional("Phone", values.line(100), "") if text else "", ""
    left = ", ".join(part for part in (first, *others) if part != possible[0])[:200]
    row.remarks.append(f"Phone: {possible[0]} is kept as the phone, the rest in the notes.")
    return possible[0], f"Other phone: {left}"


def _unfolded(match: re.Match[str], row: Cells) -> str:
    """2.51911E+11: Excel has cut the number. Only where every digit is still there is it one."""
    digits, length = match[1] + (match[2] or ""), int(match[3]) + 1
    if len(digits) == length:
        return digits
    row.remarks.append(f"Phone: Excel has cut “{match[0]}”, its digits are lost; left blank. Ask for the number.")
    return ""


def _is_possible(text: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, HOME_REGION))
    except phonenumbers.NumberParseException:
        return False


def email(row: Cells) -> tuple[str, str]:
    """The address to keep, and a note about the others; several only where each is an address."""
    parts = [part for part in BETWEEN_EMAILS.split(row.text("E-mail")[: LONGEST + 1]) if part]
    try:
        first, *others = [values.email(part) for part in parts]
        if len(row.text("E-mail")) > LONGEST:
            raise ValueError
    except ValueError:
        return row.optional("E-mail", values.email, ""), ""
    if not others:
        return first, ""
    row.remarks.append(f"E-mail: {first} is kept as the address, the rest in the notes.")
    return first, f"Other e-mail: {', '.join(others)}"
