"""A payment's receipt: one A4 page made of frozen facts, in every script that people's names come in.

The same facts always give the same bytes. The fonts are in payments/receipts/fonts/; only what the text needs is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fpdf import FPDF

from notifications.kinds import Attachment
from notifications.rendering import written_facts
from notifications.words import of_language
from payments.receipts.typesetting import Typesetter
from payments.receipts.words import SPELLED, WORDS

FONTS: Final = Path(__file__).parent / "fonts"
NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)  # the page says when; the clock must not change the bytes
# Millimetres on A4.
LEFT: Final = 22
WIDTH: Final = 210 - 2 * LEFT
LABELS: Final = 42
FOOTER: Final = 274
INK, QUIET, LINE, PANEL = (31, 36, 48), (91, 100, 114), (217, 221, 228), (243, 244, 246)
Row = tuple[str, str]


@dataclass(frozen=True)
class Receipt:
    """`spelled`: some letters of its names are in none of our fonts, and stand in Latin letters."""

    pdf: bytes
    spelled: bool


def attached(facts: Mapping[str, Any], language: str) -> Attachment | None:
    """The receipt of a payment confirmation's facts. Those older than receipts have none."""
    number = facts.get("receipt")
    if not number:
        return None
    receipt = make_receipt(dict(facts), language)
    return Attachment(f"Receipt-{number}.pdf", receipt.pdf, "application/pdf", SPELLED if receipt.spelled else "")


def receipt_pdf(facts: dict[str, Any], language: str = "en") -> bytes:
    """The page, from the facts of mail_kinds.PAYMENT; `refunded`, of this payment, may be there too."""
    return make_receipt(facts, language).pdf


def make_receipt(facts: dict[str, Any], language: str) -> Receipt:
    facts = written_facts(facts, language)
    said = {name: of_language(words, language) for name, words in WORDS.items()}
    title, as_of, ask = (said[name].format_map(facts) for name in ("receipt", "as_of", "ask"))
    rows, sums = _rows(facts, said), list(_sums(facts, said))
    text = " ".join([facts["company_name"], title, said["amount"], as_of, ask, *(" ".join(row) for row in rows + sums)])
    page = _Page(text)
    page.head(title, facts["company_name"])
    page.amount(said["amount"], f"{facts['currency']} {facts['amount']}")
    page.rows(rows)
    page.sums(as_of, sums)
    page.foot(ask)
    return Receipt(bytes(page.pdf.output()), page.type.lacks(text))


def _rows(facts: dict[str, Any], said: dict[str, str]) -> list[Row]:
    size = facts["party_size"]
    party = said["traveller" if size == 1 else "travellers"].format(size=size)
    return [
        (said["from"], facts["customer_name"]),
        (said["on"], f"{facts['received']} ({facts['time_zone']})"),
        (said["method"], facts["method"]),
        (said["transaction"], facts["transaction"]),
        (said["booking"], f"{facts['reference']}, {party}"),
        (said["trip"], facts["trip"]),
        (said["destination"], facts["destination"]),
        (said["departure"], f"{facts['starts']} ({facts['time_zone']})"),
    ]


def _sums(facts: dict[str, Any], said: dict[str, str]) -> Iterator[Row]:
    currency = facts["currency"]
    yield said["total"], f"{currency} {facts['total']}"
    yield said["paid"], f"{currency} {facts['paid']}"
    if facts.get("overpaid"):
        yield said["overpaid"], f"{currency} {facts['overpaid']}"
    else:
        yield said["balance"], f"{currency} {facts['balance']}"
    if facts.get("refunded"):
        yield said["back"], f"{currency} {facts['refunded']}"


class _Page:
    """Writes from the top down."""

    def __init__(self, text: str) -> None:
        self.pdf = FPDF(format="A4")
        self.pdf.str_alias_nb_pages = ""  # a customer may be called {nb}
        self.pdf.set_creation_date(NO_TIME)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margins(LEFT, 18)
        self.pdf.c_margin = 0
        self.type = Typesetter(self.pdf, FONTS, text)
        self.pdf.add_page()

    def head(self, title: str, company: str) -> None:
        self.pdf.set_title(title)
        self.pdf.set_author(company)
        self._write(company, size=12, bold=True, height=6)
        self.pdf.ln(10)
        self._write(title, size=24, bold=True, height=11)
        self.pdf.ln(4)

    def amount(self, label: str, text: str) -> None:
        """The one thing that a reader looks for."""
        self.pdf.set_fill_color(*PANEL)
        top = self.pdf.get_y()
        self.pdf.rect(LEFT, top, WIDTH, 30, style="F", round_corners=True, corner_radius=2.5)
        self.pdf.set_xy(LEFT + 8, top + 6)
        self._write(label, size=10, quiet=True, height=5)
        self.pdf.set_xy(LEFT + 8, top + 12)
        self._write(text, size=26, bold=True, height=12)
        self.pdf.set_xy(LEFT, top + 38)

    def rows(self, rows: list[Row]) -> None:
        for label, value in rows:
            top = self.pdf.get_y()
            self._write(label, size=10, quiet=True, height=6)
            self.pdf.set_xy(LEFT + LABELS, top)
            self._write(value, size=11, height=6)
            self.pdf.ln(1.5)
            self._rule()
            self.pdf.ln(1.5)

    def sums(self, title: str, rows: list[Row]) -> None:
        self.pdf.ln(8)
        self._write(title, size=10, bold=True, height=8)
        for label, value in rows:
            top = self.pdf.get_y()
            self._write(label, size=10, quiet=True, height=6)
            self.pdf.set_xy(LEFT, top)
            self._write(value, size=11, height=6, align="R")

    def foot(self, ask: str) -> None:
        self.pdf.set_y(FOOTER)
        self._rule()
        self.pdf.ln(2)
        self._write(ask, size=9, quiet=True, height=5)

    def _write(
        self, text: str, *, size: float, height: float, bold: bool = False, quiet: bool = False, align: str = "L"
    ) -> None:
        self.pdf.set_text_color(*(QUIET if quiet else INK))
        self.type.write(text, size=size, height=height, bold=bold, align=align)

    def _rule(self) -> None:
        self.pdf.set_draw_color(*LINE)
        self.pdf.set_line_width(0.2)
        self.pdf.line(LEFT, self.pdf.get_y(), LEFT + WIDTH, self.pdf.get_y())
