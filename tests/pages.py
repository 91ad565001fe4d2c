"""What a browser would send of a page's form, unchanged."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Fields(HTMLParser):
    """The named fields of the last form that has a change form's id, with what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.inside = False
        self.select = self.area = ""
        self.multiple = False
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.inside = found.get("id", "").endswith("_form")
        name = found.get("name", "")
        if not self.inside:
            return
        if tag == "input" and name and found.get("type") not in {"submit", "file"}:
            ticked = found.get("type") in {"checkbox", "radio"}
            if not ticked or "checked" in found:
                self.fields.setdefault(name, []).append(found.get("value", "on" if ticked else ""))
        elif tag == "textarea":
            self.area = name
            self.fields.setdefault(name, []).append("")
        elif tag == "select":
            self.select, self.multiple, self.options = name, "multiple" in found, []
        elif tag == "option" and self.select:
            self.options.append((found.get("value", ""), "selected" in found))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self.area:
            self.fields[self.area][-1] = self.fields[self.area][-1].removeprefix("\n")
            self.area = ""
        elif tag == "select" and self.select:
            chosen = [value for value, selected in self.options if selected]
            if not chosen and not self.multiple and self.options:
                chosen = [self.options[0][0]]
            if chosen:
                self.fields[self.select] = chosen
            self.select = ""


def fields_of(response: Any) -> dict[str, Any]:
    parser = _Fields()
    parser.feed(response.content.decode())
    return {name: value for name, value in parser.fields.items() if "__prefix__" not in name}


def opened(client: Client, url: str) -> dict[str, Any]:
    """The form of this page, as the person who opens it now would send it."""
    response = client.get(url)
    assert response.status_code == 200
    return fields_of(response)
