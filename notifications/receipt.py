"""A payment's receipt: one A4 page made of frozen facts, in every script that people's names come in.

The same facts always give the same bytes. The fonts are in notifications/fonts/; only what the text needs is read.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fpdf import FPDF
from fpdf.fonts import TTFFont

from notifications.rendering import written_facts

FONTS: Final = Path(__file__).parent / "fonts"
BASE: Final = "latin"  # also Greek and Cyrillic
SCRIPTS: Final = (
    ("ethiopic", "NotoSansEthiopic-Regular.ttf", re.compile(r"[\u1200-\u139f\u2d80-\u2ddf\uab00-\uab2f]")),
    ("arabic", "NotoSansArabic-Regular.ttf", re.compile(r"[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufeff]")),
    ("hebrew", "NotoSansHebrew-Regular.ttf", re.compile(r"[\u0590-\u05ff\ufb1d-\ufb4f]")),
    ("han", "DroidSansFallback.ttf", re.compile(r"[\u3000-\u312f\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]")),
)
JOINERS: Final = "\u200c\u200d"  # they shape the letters beside them
UNWRITABLE: Final = "\ufffd"  # stands for a letter that no font of ours has
NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)  # the page says when; the clock must not change the bytes

# Millimetres on A4.
LEFT: Final = 22
WIDTH: Final = 210 - 2 * LEFT
LABELS: Final = 42
FOOTER: Final = 274
INK, QUIET, LINE, PANEL = (31, 36, 48), (91, 100, 114), (217, 221, 228), (243, 244, 246)
Row = tuple[str, str]


def receipt_pdf(facts: dict[str, Any], language: str = "en") -> bytes:
    """The page, from the facts of catalogue.PAYMENT; `refunded`, of this payment, may be there too."""
    facts = written_facts(facts, language)
    page = _Page("".join(str(value) for value in facts.values()))
    page.head(facts)
    page.amount(f"{facts['currency']} {facts['amount']}")
    page.rows(_rows(facts))
    page.sums(f"Booking on {facts['as_of']}", _sums(facts))
    page.foot(facts)
    return bytes(page.pdf.output())


def _rows(facts: dict[str, Any]) -> list[Row]:
    size = facts["party_size"]
    return [
        ("Received from", facts["customer_name"]),
        ("Received on", f"{facts['received']} ({facts['time_zone']})"),
        ("Method", facts["method"]),
        ("Transaction", facts["transaction"]),
        ("Booking", f"{facts['reference']}, {size} traveller{'' if size == 1 else 's'}"),
        ("Trip", facts["trip"]),
        ("Destination", facts["destination"]),
        ("Departure", f"{facts['starts']} ({facts['time_zone']})"),
    ]


def _sums(facts: dict[str, Any]) -> Iterator[Row]:
    currency = facts["currency"]
    yield "Total", f"{currency} {facts['total']}"
    yield "Paid so far", f"{currency} {facts['paid']}"
    if facts.get("overpaid"):
        yield "Overpaid", f"{currency} {facts['overpaid']}"
    else:
        yield "Balance", f"{currency} {facts['balance']}"
    if facts.get("refunded"):
        yield "Paid back from this payment", f"{currency} {facts['refunded']}"


class _Page:
    """Writes from the top down. Latin letters come from the first font, each other one from the font that has it."""

    def __init__(self, text: str) -> None:
        self.pdf = FPDF(format="A4")
        self.pdf.str_alias_nb_pages = ""  # a customer may be called {nb}
        self.pdf.set_creation_date(
            datetime(2000, 1, 1, tzinfo=UTC)
        )  # the facts say when; the file is the same each time
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margins(LEFT, 18)
        self.pdf.c_margin = 0
        self._load_fonts(text)
        self.pdf.add_page()

    def _load_fonts(self, text: str) -> None:
        self.pdf.add_font(BASE, "", FONTS / "NotoSans-Regular.ttf")
        self.pdf.add_font(BASE, "B", FONTS / "NotoSans-Bold.ttf")
        needed = [(name, file) for name, file, letters in SCRIPTS if letters.search(text)]
        for name, file in needed:
            self.pdf.add_font(name, "", FONTS / file)
        self.pdf.set_fallback_fonts([name for name, _file in needed], exact_match=False)
        self.pdf.set_text_shaping(True)
        fonts = self.pdf.fonts.values()
        self.known = {letter for font in fonts if isinstance(font, TTFFont) for letter in font.cmap}

    def head(self, facts: dict[str, Any]) -> None:
        self.pdf.set_title(f"Receipt {facts['receipt']}")
        self.pdf.set_author(facts["company_name"])
        self._write(facts["company_name"], size=12, bold=True, height=6)
        self.pdf.ln(10)
        self._write(f"Receipt {facts['receipt']}", size=24, bold=True, height=11)
        self.pdf.ln(4)

    def amount(self, text: str) -> None:
        """The one thing that a reader looks for."""
        self.pdf.set_fill_color(*PANEL)
        top = self.pdf.get_y()
        self.pdf.rect(LEFT, top, WIDTH, 30, style="F", round_corners=True, corner_radius=2.5)
        self.pdf.set_xy(LEFT + 8, top + 6)
        self._write("Amount received", size=10, quiet=True, height=5)
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

    def sums(self, title: str, rows: Iterator[Row]) -> None:
        self.pdf.ln(8)
        self._write(title, size=10, bold=True, height=8)
        for label, value in rows:
            top = self.pdf.get_y()
            self._write(label, size=10, quiet=True, height=6)
            self.pdf.set_xy(LEFT, top)
            self._write(value, size=11, height=6, align="R")

    def foot(self, facts: dict[str, Any]) -> None:
        self.pdf.set_y(FOOTER)
        self._rule()
        self.pdf.ln(2)
        ask = f"Questions? Write to {facts['support_email']} and give your booking reference {facts['reference']}."
        self._write(ask, size=9, quiet=True, height=5)

    def _write(
        self, text: str, *, size: float, height: float, bold: bool = False, quiet: bool = False, align: str = "L"
    ) -> None:
        """From here to the right margin, on as many lines as it takes; then to the beginning of the next line."""
        self.pdf.set_font(BASE, "B" if bold else "", size)
        self.pdf.set_text_color(*(QUIET if quiet else INK))
        self.pdf.multi_cell(0, height, self._writable(text), align=align, new_x="LMARGIN", new_y="NEXT")

    def _rule(self) -> None:
        self.pdf.set_draw_color(*LINE)
        self.pdf.set_line_width(0.2)
        self.pdf.line(LEFT, self.pdf.get_y(), LEFT + WIDTH, self.pdf.get_y())

    def _writable(self, text: str) -> str:
        """Without marks that can't be seen, such as those that turn the reading direction round."""
        letters = (letter for letter in unicodedata.normalize("NFC", text) if not _unseen(letter))
        return "".join(letter if ord(letter) in self.known else UNWRITABLE for letter in letters)


def _unseen(letter: str) -> bool:
    return letter not in JOINERS and (unicodedata.category(letter) in ("Cf", "Cc") or "\ufe00" <= letter <= "\ufe0f")
