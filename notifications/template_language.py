"""Staff's own words: a template language with variables, {% if %} and {% for %}, and nothing else.

No include or load, no filters but a few harmless ones, no attributes (so nothing is ever called), and in a loop neither
a loop nor a whole list, so that a text can neither read what it shouldn't nor take long nor grow without end.
What is written is counted while it is written: what would grow too long ends before it takes any memory.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from django.template import Context, Engine, Template, TemplateSyntaxError
from django.template.base import TextNode, VariableNode

from notifications import template_filters
from notifications.kinds import all_kinds
from notifications.template_filters import UnfitText
from notifications.template_nodes import TOO_DEEP, costly, of_type

MAX_LENGTH = 10_000
HOUSE_FACTS = frozenset({"company_name", "support_email"})  # known to every kind, see rendering
MAX_FILLED = 200_000
MAX_LINES = 5_000  # each becomes a part of the HTML page


class _StaffEngine(Engine):
    default_builtins = [template_filters.__name__]


@cache
def _engine() -> Engine:
    return _StaffEngine(autoescape=False)


def placeholders(kind: str) -> list[str]:
    """The facts that texts of this kind may use."""
    return sorted({*all_kinds()[kind].sample, *HOUSE_FACTS})


def fill(words: str, facts: dict[str, Any]) -> str:
    """The words with the facts in their places, as plain text. Raises UnfitText."""
    try:
        template = parse(words)
        if problem := next(costly(template.nodelist, {name for name in facts if isinstance(facts[name], list)}), ""):
            raise UnfitText(problem)
        _Meter().put_on(template)
        return template.render(Context(facts, autoescape=False))
    except UnfitText:
        raise
    except RecursionError as error:
        raise UnfitText(TOO_DEEP) from error
    except Exception as error:  # filters and loops fail in many ways on a fact that doesn't suit them
        raise UnfitText(f"This can't be filled in: {error}. first and last want a list or a text.") from error


class _Meter:
    """Counts what one rendering writes, and ends it in the place where it becomes too much."""

    def __init__(self) -> None:
        self.characters = self.lines = 0

    def put_on(self, template: Template) -> None:
        for node in of_type(template.nodelist, TextNode | VariableNode):
            node.render_annotated = partial(self.written, node.render_annotated)

    def written(self, render: Callable[[Context], str], context: Context) -> str:
        text = render(context)
        self.characters += len(text)
        self.lines += text.count("\n")
        if self.characters > MAX_FILLED:
            raise UnfitText(f"Filled in, this is longer than {MAX_FILLED:,} characters. Repeat less in {{% for %}}.")
        if self.lines > MAX_LINES:
            raise UnfitText(f"Filled in, this has more than {MAX_LINES:,} lines. Repeat fewer in {{% for %}}.")
        return text


def parse(words: str) -> Template:
    if len(words) > MAX_LENGTH:
        raise UnfitText(f"Keep it under {MAX_LENGTH:,} characters.")
    try:
        return Template(words, engine=_engine())
    except TemplateSyntaxError as error:
        raise UnfitText(f"This can't be read: {error}") from error
