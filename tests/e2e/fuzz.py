"""What a hostile hand sends: values for fields and parameters, the forms of a page, and whoever answers 5xx."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_plus

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.uncommitted import uncommitted

VALUES = (
    *("", "abc", "-1", "0", "1", str(2**31), str(2**63), str(-(2**70)), "9" * 5000, "1.5", "1e400", "NaN", "-0"),
    *("\0", "a\0b", "\ud800", "١٢", "²", "1_000", "½", "true", "None", "[]", "{}", "[" * 3000, "(", "%", "\\"),
    *("2026-02-30", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+23:59", "9999-12-31 23:59", "24:61", "now"),
    *("a" * 20_000, "ab " * 9_000, "\u202e\u2066", "👩‍👩‍👧", "x\r\nSet-Cookie: a=b", "' OR 1=1 --", "../../etc/passwd"),
    *("//evil.example", "javascript:alert(1)", "{{ 7 }}", "{% load x %}", "=cmd|' /C calc'!A0", "a,b,,", "1,abc"),
)
KEYS = ("abc", "0", "-1", str(2**63), str(2**70), "9" * 5000, "١", "_", "_ZZ", "1_2F", "a/b", "%2500", "..;", "\ud800")
Pairs = Sequence[tuple[str, str]]


def encoded(pairs: Iterable[tuple[str, str]]) -> str:
    """As a browser would write it, and also what none would: half of a surrogate pair."""
    return "&".join(f"{safe(name)}={safe(value)}" for name, value in pairs)


def safe(text: str) -> str:
    return quote_plus(text.encode("utf-8", "surrogatepass"))


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def pairs(self, **changes: str) -> list[tuple[str, str]]:
        sent = {name: changes.get(name, values) for name, values in self.fields.items()}
        return [(name, v) for name, values in sent.items() for v in ([values] if isinstance(values, str) else values)]


class Forms(HTMLParser):
    """The forms of a page with their fields and what stands in them."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[Form] = []
        self.select = self.area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name = values.get("name", "")
        if tag == "form":
            action = values.get("action", "") or self.address
            action = f"{self.address.partition('?')[0]}{action}" if action.startswith("?") else action
            self.found.append(Form(action, values.get("method", "get").lower()))
        elif tag == "input" and name:
            chosen = values.get("type") not in ("checkbox", "radio") or "checked" in values
            self._keep(name, [values.get("value", "on")] if chosen else [])
        elif tag in ("select", "textarea", "button") and name:
            self._keep(name, [values["value"]] if tag == "button" and "value" in values else [])
            self.select, self.area = (name if tag == "select" else ""), (name if tag == "textarea" else "")
        elif tag == "option" and self.select and "selected" in values:
            self._keep(self.select, [values.get("value", "")])

    def handle_data(self, data: str) -> None:
        if self.area:
            self._keep(self.area, [data])

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self.select = self.area = ""

    def _keep(self, name: str, values: list[str]) -> None:
        if self.found:
            self.found[-1].fields.setdefault(name, []).extend(values)


@dataclass
class Hand:
    """One person's browser. What it changes is undone, so that each request meets the same rows."""

    name: str
    client: Client
    chance: random.Random
    everything: bool = False  # or a tenth
    session: str = ""
    sent: int = 0
    broken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = self.client.cookies["sessionid"].value

    def get(self, address: str, pairs: Pairs = ()) -> HttpResponse:
        url = f"{address}{'&' if '?' in address else '?'}{encoded(pairs)}" if pairs else address
        return self._note("GET", url, "", self.client.get(url))

    def post(self, address: str, pairs: Pairs) -> HttpResponse:
        body = encoded(pairs)
        with uncommitted():
            answer = self.client.post(address, body, content_type="application/x-www-form-urlencoded")
            transaction.set_rollback(True)
        return self._note("POST", address, body, answer)

    def _note(self, method: str, url: str, body: str, answer: Any) -> HttpResponse:
        self.sent += 1
        if answer.streaming:
            list(answer.streaming_content)  # to its end, as a browser does
        self.client.cookies["sessionid"] = self.session  # also after a log-out
        if answer.status_code >= 500:
            error = answer.exc_info[1] if getattr(answer, "exc_info", None) else ""
            self.broken.append(f"{self.name}: {method} {url[:200]} {body[:300]} → {answer.status_code} {error!r:.200}")
        found: HttpResponse = answer
        return found

    def value(self) -> str:
        return self.chance.choice(VALUES)

    def few(self, things: Iterable[Any]) -> list[Any]:
        """All of them, or some: who tries little."""
        rows = list(things)
        return rows if self.everything else self.chance.sample(rows, -(-len(rows) // 10))


def forms_of(address: str, answer: HttpResponse) -> Iterator[Form]:
    if answer.status_code == 200 and "text/html" in answer.headers.get("Content-Type", ""):
        found = [form for form in Forms(address, answer.content.decode()).found if "/logout/" not in form.action]
        yield from (form for form in found if form.method == "post" and form.fields)
