"""Text of any script on a PDF page: each run in a font that has its letters, in the order in which it is read.

fpdf2 shapes a run well and has the bidirectional algorithm, but where a line changes its font it keeps the parts in
the order of the text, which mixes up brackets beside Hebrew. So each line is put into visual order here, from the
library's own levels, and written run by run.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.bidi import BIDI_BRACKETS, BidiParagraph, auto_detect_base_direction
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

from payments.receipts import scripts
from payments.receipts.scripts import BASE, JOINERS

# What is turned round in a text that runs from the right.
MIRRORED: Final = {mark: pair["pair"] for mark, pair in BIDI_BRACKETS.items()} | dict(
    zip("<>«»‹›", "><»«›‹", strict=True)
)


@dataclass(frozen=True)
class Run:
    """Letters of one font and one direction, in the order of the text."""

    font: str
    text: str
    direction: TextDirection


class Typesetter:
    """Writes on the page of `pdf`; `text` is all that will be written, to know which fonts it takes."""

    def __init__(self, pdf: FPDF, fonts: Path, text: str) -> None:
        self.pdf = pdf
        pdf.add_font(BASE, "", fonts / "NotoSans-Regular.ttf")
        pdf.add_font(BASE, "B", fonts / "NotoSans-Bold.ttf")
        self.letters = {BASE: self._letters_of(BASE)}
        for name, file in scripts.needed(scripts.visible(text), self.letters[BASE]):
            pdf.add_font(name, "", fonts / file)
            self.letters[name] = self._letters_of(name)
        self.known: Final = frozenset().union(*self.letters.values())

    def lacks(self, text: str) -> bool:
        """Whether some of it is spelled in Latin letters, because no font has it."""
        return any(ord(letter) not in self.known and letter not in JOINERS for letter in scripts.visible(text))

    def write(self, text: str, *, size: float, height: float, bold: bool = False, align: str = "L") -> None:
        """From here to the right margin, on as many lines as it takes; then to the beginning of the next line."""
        pdf = self.pdf
        left, width = pdf.get_x(), pdf.w - pdf.r_margin - pdf.get_x()
        style = "B" if bold else ""
        text = scripts.writable(scripts.visible(text), self.known)
        base = auto_detect_base_direction(text)
        for line in self._lines(text, width, style, size):
            runs = list(self._visual(line, base))
            widths = [self._width(run, style, size) for run in runs]
            pdf.set_x(left + (width - sum(widths) if align == "R" else 0))
            for run, wide in zip(runs, widths, strict=True):
                self._choose(run, style, size)
                pdf.cell(wide, height, run.text)
            pdf.ln(height)

    def _letters_of(self, name: str) -> frozenset[int]:
        font = self.pdf.fonts[name]
        assert isinstance(font, TTFFont)  # noqa: S101 (for the type checker)
        return frozenset(font.cmap)

    def _lines(self, text: str, width: float, style: str, size: float) -> Iterator[str]:
        """Broken between words, and inside a word that is longer than a line."""
        words = text.split()
        line = " ".join(words)
        if self._length(line, style, size) <= width:  # as most do: each measure costs the whole algorithm
            yield from [line] if line else []
            return
        line = ""
        for word in words:
            for piece in self._pieces(word, width, style, size):
                longer = f"{line} {piece}" if line else piece
                if line and self._length(longer, style, size) > width:
                    yield line
                    longer = piece
                line = longer
        if line:
            yield line

    def _pieces(self, word: str, width: float, style: str, size: float) -> Iterator[str]:
        if self._length(word, style, size) <= width:
            yield word
            return
        piece = ""
        for cluster in _clusters(word):
            if piece and self._length(piece + cluster, style, size) > width:
                yield piece
                piece = ""
            piece += cluster
        yield piece

    def _length(self, line: str, style: str, size: float) -> float:
        return sum(self._width(run, style, size) for run in self._visual(line, TextDirection.LTR))

    def _width(self, run: Run, style: str, size: float) -> float:
        self._choose(run, style, size)
        return float(self.pdf.get_string_width(run.text))

    def _choose(self, run: Run, style: str, size: float) -> None:
        self.pdf.set_font(run.font, style if run.font == BASE else "", size)
        self.pdf.set_text_shaping(True, direction=run.direction)

    def _visual(self, line: str, base: TextDirection) -> Iterator[Run]:
        """The runs of a line as they stand on the page, from left to right."""
        paragraph = BidiParagraph(line, base_direction=base, preserve_bn_chars=True)
        letters = paragraph.get_reordered_characters()
        fonts = self._fonts_of(line)
        for (level, font), group in groupby(letters, key=lambda c: (c.embedding_level, fonts[c.character_index])):
            on_page = "".join(line[letter.character_index] for letter in group)
            if level % 2 == 0:
                yield Run(font, on_page, TextDirection.LTR)
            elif font == BASE:  # no letters, only what stands between them: so it is read back as it looks
                yield Run(font, "".join(MIRRORED.get(mark, mark) for mark in on_page), TextDirection.LTR)
            else:
                yield Run(font, on_page[::-1], TextDirection.RTL)

    def _fonts_of(self, line: str) -> Sequence[str]:
        """Of each letter; what belongs to the letter before it is written with that one's font."""
        fonts: list[str] = []
        for letter in line:
            before = fonts[-1] if fonts else BASE
            follows = letter in JOINERS or unicodedata.category(letter).startswith("M")
            if follows and (letter in JOINERS or ord(letter) in self.letters[before]):
                fonts.append(before)
            else:
                fonts.append(next((name for name, has in self.letters.items() if ord(letter) in has), BASE))
        return fonts


def _clusters(word: str) -> Iterator[str]:
    """A letter with its marks and what is joined to it: no line is broken inside."""
    cluster = ""
    for letter in word:
        belongs = unicodedata.category(letter).startswith("M") or letter in JOINERS or cluster.endswith(tuple(JOINERS))
        if cluster and not belongs:
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster
