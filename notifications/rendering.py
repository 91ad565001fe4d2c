"""Message row → subject, text and HTML.

The words are written once, as plain text: templates/emails/<kind>.txt, or a MessageTemplate of staff. The HTML part is
the same text in templates/emails/message.html: a block of "Label: value" lines becomes a card, a line "Label: link"
a button, the rest paragraphs. The only links are the house's own: the fact pay_url, wherever it stands.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Engine
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join

from notifications import template_filters, template_language, words
from notifications.kinds import all_kinds
from notifications.models import Message, MessageTemplate

logger = logging.getLogger(__name__)

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
    """A paragraph: its lines, or, when each is "Label: value", its rows, or one button with its address."""

    lines: list[str]
    rows: list[tuple[str, str]]
    button: tuple[str, str] | None = None


def render(message: Message) -> Rendered:
    """The three parts of a message, from its facts and the words of today."""
    template = _staff_template(message.kind, message.language)
    if template is not None:
        facts = written_facts(message.context, template.language)
        try:
            return _render_words(template.subject, template.body, facts, template.language)
        except template_filters.UnfitText:
            # It was checked when it was saved; whatever became of it since, the customer gets a mail.
            logger.exception("Mail text %s is broken; the built-in text was used", template)
    facts = written_facts(message.context, settings.LANGUAGE_CODE)
    return _render_words(*built_in(message.kind), facts, settings.LANGUAGE_CODE)


def preview(template: MessageTemplate) -> Rendered:
    """A staff text filled with believable facts. Raises template_filters.UnfitText."""
    facts = written_facts(dict(all_kinds()[template.kind].sample), template.language)
    return _render_words(template.subject, template.body, facts, template.language)


def text_language(kind: str, language: str) -> str:
    """In which language such a mail is written: the customer's where staff have a text in it, else the house's."""
    template = _staff_template(kind, language)
    return template.language if template else settings.LANGUAGE_CODE


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
    return _assemble(template_language.fill(subject, facts), template_language.fill(body, facts), facts, language)


def _assemble(subject: str, body: str, facts: dict[str, Any], language: str) -> Rendered:
    subject = _one_line(subject)[:255]
    text = re.sub(r"\n{3,}", "\n\n", body.replace("\r\n", "\n")).strip() + "\n"
    direction = "rtl" if language.partition("-")[0] in settings.LANGUAGES_BIDI else "ltr"
    blocks = list(_blocks(text, _own_link(facts)))
    # What an inbox shows beside the subject: the first paragraph after the greeting.
    preheader = " ".join(blocks[1].lines) if len(blocks) > 1 else ""
    page = {"subject": subject, "preheader": preheader, "blocks": blocks, "language": language, "direction": direction}
    return Rendered(subject, text, render_to_string("emails/message.html", facts | page))


def _own_link(facts: dict[str, Any]) -> str:
    link = facts.get("pay_url", "")
    return link if isinstance(link, str) and link.startswith(("https://", "http://")) else ""


def _blocks(text: str, link: str) -> Iterator[Block]:
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.splitlines()
        rows = [(row["label"], row["value"]) for line in lines if (row := ROW.fullmatch(line))]
        if link and [value for _label, value in rows] == [link] and len(lines) == 1:
            yield Block(lines, [], rows[0])
        else:
            linked = [(label, _linked(value, link)) for label, value in rows]
            whole = len(rows) == len(lines) > 1
            yield Block([_linked(line, link) for line in lines], linked if whole else [])


def _linked(text: str, link: str) -> str:
    """Escaped, with the address made one to press; a text without it stays as it is, for the page to escape."""
    if not link or link not in text:
        return text
    anchor = format_html('<a class="link" href="{0}" style="color:#1d4ed8;">{0}</a>', link)
    return format_html_join(anchor, "{}", ((part,) for part in text.split(link)))


def written_facts(context: dict[str, Any], language: str) -> dict[str, Any]:
    """The row's facts in words of the language, each on one line: no name can add a paragraph."""
    house = {"company_name": settings.COMPANY_NAME, "support_email": settings.SUPPORT_EMAIL}
    return {name: _fact(name, value, language) for name, value in context.items()} | house


def _fact(name: str, value: Any, language: str) -> Any:
    if isinstance(value, list):
        return [_fact(name, item, language) for item in value]
    if not isinstance(value, str) or name in MAY_HAVE_LINES:
        return value
    return words.said(name, _one_line(value), language)


def _one_line(value: str) -> str:
    return " ".join(value.split())
