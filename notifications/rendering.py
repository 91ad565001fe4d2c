"""Message row → subject, text and HTML.

The words are written once, as plain text: templates/emails/<kind>.txt, or a MessageTemplate of staff. The HTML part is
the same text in templates/emails/message.html: a block of "Label: value" lines becomes a card, the rest paragraphs.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.template import Engine
from django.template.loader import render_to_string

from notifications import wording
from notifications.catalogue import sample
from notifications.models import Message, MessageTemplate

logger = logging.getLogger(__name__)

MONEY = frozenset({"total", "deposit_due", "paid", "balance", "overpaid", "amount"})
MAY_HAVE_LINES = frozenset({"how_to_pay"})  # the house's own words; no customer can write there
INCLUDE = re.compile(r'{% include "([^"]+)" %}')
ROW = re.compile(r"(?P<label>[^:]{1,40}): (?P<value>.+)")


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Block:
    """A paragraph: its lines, or, when each is "Label: value", its rows."""

    lines: list[str]
    rows: list[tuple[str, str]]


def render(message: Message) -> Rendered:
    """The three parts of a message, from its frozen facts and the words of today."""
    facts = _facts(message.context)
    template = _staff_template(message.kind, message.language)
    if template is not None:
        try:
            return _render_words(template.subject, template.body, facts, template.language)
        except wording.UnfitText:
            # It was checked when it was saved; whatever became of it since, the customer gets a mail.
            logger.exception("Mail text %s is broken; the built-in text was used", template)
    return _render_words(*built_in(message.kind), facts, settings.LANGUAGE_CODE)


def preview(template: MessageTemplate) -> Rendered:
    """A staff text filled with believable facts. Raises wording.UnfitText."""
    return _render_words(template.subject, template.body, _facts(sample(template.kind)), template.language)


def _staff_template(kind: str, language: str) -> MessageTemplate | None:
    """In the customer's language, else in the house's."""
    wanted = [language, settings.LANGUAGE_CODE]
    rows = MessageTemplate.objects.filter(kind=kind, language__in=wanted, is_active=True)
    found = {row.language: row for row in rows}
    return next((found[code] for code in wanted if code in found), None)


def built_in(kind: str) -> tuple[str, str]:
    """Subject and body of templates/emails/<kind>.txt with its parts in place, in the language of staff's own texts."""
    head, _blank, body = _source(f"emails/{kind}.txt").partition("\n\n")
    return head.removeprefix("Subject: "), INCLUDE.sub(lambda found: _source(found[1]), body)


def _source(name: str) -> str:
    return str(Engine.get_default().get_template(name).source)


def _render_words(subject: str, body: str, facts: dict[str, Any], language: str) -> Rendered:
    return _assemble(wording.fill(subject, facts), wording.fill(body, facts), facts, language)


def _assemble(subject: str, body: str, facts: dict[str, Any], language: str) -> Rendered:
    subject = _one_line(subject)[:255]
    text = re.sub(r"\n{3,}", "\n\n", body.replace("\r\n", "\n")).strip() + "\n"
    direction = "rtl" if language.partition("-")[0] in settings.LANGUAGES_BIDI else "ltr"
    blocks = list(_blocks(text))
    # What an inbox shows beside the subject: the first paragraph after the greeting.
    preheader = " ".join(blocks[1].lines) if len(blocks) > 1 else ""
    page = {"subject": subject, "preheader": preheader, "blocks": blocks, "language": language, "direction": direction}
    return Rendered(subject, text, render_to_string("emails/message.html", facts | page))


def _blocks(text: str) -> Iterator[Block]:
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.splitlines()
        rows = [(row["label"], row["value"]) for line in lines if (row := ROW.fullmatch(line))]
        yield Block(lines, rows if len(rows) == len(lines) > 1 else [])


def _facts(context: dict[str, Any]) -> dict[str, Any]:
    """The row's facts, money with thousands commas, every other text on one line: no name can add a paragraph."""
    house = {"company_name": settings.COMPANY_NAME, "support_email": settings.SUPPORT_EMAIL}
    return {name: _fact(name, value) for name, value in context.items()} | house


def _fact(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_fact(name, item) for item in value]
    if not isinstance(value, str) or name in MAY_HAVE_LINES:
        return value
    if name in MONEY:
        try:
            return f"{Decimal(value):,.2f}"
        except InvalidOperation:
            return value
    return _one_line(value)


def _one_line(value: str) -> str:
    return " ".join(value.split())
