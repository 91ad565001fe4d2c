"""Staff's own words: a template language with variables, {% if %} and {% for %}, and nothing else.

No include or load, no filters but a few harmless ones, no attributes (so nothing is ever called) and no loop inside
a loop, so that a text can neither read what it shouldn't nor take long.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.template import Context, Engine, Library, Node, Template, TemplateSyntaxError, Variable, defaultfilters
from django.template.base import FilterExpression, NodeList, VariableNode
from django.template.defaulttags import ForNode, IfNode, do_for, do_if

from notifications.catalogue import KINDS, sample

HOUSE_FACTS = frozenset({"company_name", "support_email"})  # known to every kind, see rendering
LOOP_FACTS = ("forloop.counter", "forloop.first", "forloop.last")
MAX_LENGTH = 10_000

register = Library()
register.tag("if", do_if)
register.tag("for", do_for)
for _name in ("default", "first", "join", "last", "length", "lower", "pluralize", "title", "upper"):
    register.filter(_name, getattr(defaultfilters, _name))


class _StaffEngine(Engine):
    default_builtins = [__name__]


@cache
def _engine() -> Engine:
    return _StaffEngine(autoescape=False)


def placeholders(kind: str) -> list[str]:
    """The facts that texts of this kind may use."""
    return sorted({*sample(kind), *HOUSE_FACTS})


def fill(words: str, facts: dict[str, Any]) -> str:
    """The words with the facts in their places, as plain text. Raises TemplateSyntaxError."""
    return Template(words, engine=_engine()).render(Context(facts, autoescape=False))


def check_template(*, kind: str, subject: str, body: str) -> None:
    """Raise ValidationError that names the field and the cure when a text could not be filled in."""
    if kind not in KINDS:
        return  # the field itself says so
    errors = {field: list(_problems(kind, words)) for field, words in (("subject", subject), ("body", body))}
    if found := {field: problems for field, problems in errors.items() if problems}:
        raise ValidationError(found)


def _problems(kind: str, words: str) -> Iterator[str]:
    if len(words) > MAX_LENGTH:
        yield f"Keep it under {MAX_LENGTH:,} characters."
        return
    try:
        nodes = Template(words, engine=_engine()).nodelist
    except TemplateSyntaxError as error:
        yield f"This can't be read: {error}"
        return
    loops = _of_type(nodes, ForNode)
    if any(_of_type(loop.nodelist_loop, ForNode) for loop in loops):
        yield "Put no {% for %} inside another {% for %}."
    known = {*placeholders(kind), *LOOP_FACTS, *(name for loop in loops for name in loop.loopvars)}
    if unknown := sorted(set(_names(nodes)) - known):
        yield f"There is no fact called {', '.join(unknown)}. Use: {', '.join(placeholders(kind))}."


def _names(nodes: NodeList) -> Iterator[str]:
    for node in _of_type(nodes, Node):
        if isinstance(node, VariableNode):
            yield from _names_in(node.filter_expression)
        elif isinstance(node, ForNode):
            yield from _names_in(node.sequence)
        elif isinstance(node, IfNode):
            for condition, _branch in node.conditions_nodelists:
                yield from _names_in_condition(condition)


def _names_in_condition(condition: Any) -> Iterator[str]:
    """A condition is a tree of operators (first, second) with expressions (value) as its leaves; None is {% else %}."""
    if condition is None:
        return
    if isinstance(condition.value, FilterExpression):
        yield from _names_in(condition.value)
    yield from _names_in_condition(condition.first)
    yield from _names_in_condition(condition.second)


def _names_in(expression: Any) -> Iterator[str]:
    """Of a FilterExpression: its variable's name and those among its filters' arguments."""
    arguments = [value for _function, args in expression.filters for is_lookup, value in args if is_lookup]
    for variable in (expression.var, *arguments):
        if isinstance(variable, Variable) and variable.lookups:
            yield ".".join(variable.lookups)


def _of_type(nodes: NodeList, kind: Any) -> list[Any]:
    return nodes.get_nodes_by_type(kind)
