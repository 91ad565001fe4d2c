"""Staff's own words: a template language with variables, {% if %} and {% for %}, and nothing else.

No include or load, no filters but a few harmless ones, no attributes (so nothing is ever called), and in a loop neither
a loop nor a whole list, so that a text can neither read what it shouldn't nor take long nor grow without end.
What is written is counted while it is written: what would grow too long ends before it takes any memory.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.template import Context, Engine, Library, Node, Template, TemplateSyntaxError, Variable, defaultfilters
from django.template.base import FilterExpression, NodeList, TextNode, VariableNode
from django.template.defaulttags import ForNode, IfNode, do_for, do_if

from notifications.kinds import LARGEST_PARTY, all_kinds

HOUSE_FACTS = frozenset({"company_name", "support_email"})  # known to every kind, see rendering
LOOP_FACTS = ("forloop.counter", "forloop.first", "forloop.last")
MAX_LENGTH = 10_000
MAX_FILLED = 200_000
MAX_LINES = 5_000  # each becomes a part of the HTML page
MAX_JOINED = 100_000  # characters; twice what the longest list of travellers takes
MAX_FILTERS = 5  # in one place
TOO_DEEP = "Put fewer {% if %} inside one another."

register = Library()
register.tag("if", do_if)
register.tag("for", do_for)
for _name in ("default", "first", "last", "length", "lower", "pluralize", "title", "upper"):
    register.filter(_name, getattr(defaultfilters, _name))


class UnfitText(Exception):  # noqa: N818 (not a fault of the program)
    """These words can't become a mail; str() says why, for whoever wrote them."""


@register.filter
def join(value: Any, separator: Any) -> Any:
    """Django's own in a text that isn't HTML, but measured before it is made: a join of a join multiplies."""
    try:
        parts = [str(part) for part in value]
    except TypeError:
        return value
    if sum(map(len, parts)) + len(str(separator)) * (len(parts) - 1) > MAX_JOINED:
        raise UnfitText(
            f"join makes this longer than {MAX_JOINED:,} characters. Join a list, once, with something short."
        )
    return str(separator).join(parts)


class _StaffEngine(Engine):
    default_builtins = [__name__]


@cache
def _engine() -> Engine:
    return _StaffEngine(autoescape=False)


def placeholders(kind: str) -> list[str]:
    """The facts that texts of this kind may use."""
    return sorted({*all_kinds()[kind].sample, *HOUSE_FACTS})


def fill(words: str, facts: dict[str, Any]) -> str:
    """The words with the facts in their places, as plain text. Raises UnfitText."""
    try:
        template = _parse(words)
        if problem := next(_costly(template.nodelist, {name for name in facts if isinstance(facts[name], list)}), ""):
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
        for node in _of_type(template.nodelist, TextNode | VariableNode):
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


def _parse(words: str) -> Template:
    if len(words) > MAX_LENGTH:
        raise UnfitText(f"Keep it under {MAX_LENGTH:,} characters.")
    try:
        return Template(words, engine=_engine())
    except TemplateSyntaxError as error:
        raise UnfitText(f"This can't be read: {error}") from error


def check_template(*, kind: str, subject: str, body: str) -> None:
    """Raise ValidationError that names the field and the cure when a text could not be filled in."""
    if kind not in all_kinds():
        return  # the field itself says so
    errors = {field: list(_problems(kind, words)) for field, words in (("subject", subject), ("body", body))}
    if found := {field: problems for field, problems in errors.items() if problems}:
        raise ValidationError(found)


def _problems(kind: str, words: str) -> Iterator[str]:
    try:
        problems = list(_misuses(kind, _parse(words).nodelist))
        if not problems:
            _try_out(kind, words)
        yield from problems
    except UnfitText as unfit:
        yield str(unfit)
    except RecursionError:
        yield TOO_DEEP


def _misuses(kind: str, nodes: NodeList) -> Iterator[str]:
    loops = _of_type(nodes, ForNode)
    known = {*placeholders(kind), *LOOP_FACTS, *(name for loop in loops for name in loop.loopvars)}
    if unknown := sorted(set(_names(nodes)) - known):
        yield f"There is no fact called {', '.join(unknown)}. Use: {', '.join(placeholders(kind))}."
        return
    lists = sorted(name for name, value in all_kinds()[kind].sample.items() if isinstance(value, list))
    for loop in loops:
        if len(loop.loopvars) > 1 or loop.sequence.token not in lists:
            yield f"Write {{% for name in {lists[0]} %}}: one word for each of a list ({', '.join(lists)})."
    yield from _costly(nodes, set(lists))


def _costly(nodes: NodeList, lists: set[str]) -> Iterator[str]:
    """What would take long with a large party; asked again before each mail, whoever has saved its text."""
    if any(len(expression.filters) > MAX_FILTERS for expression in _expressions(nodes)):
        yield f"Use at most {MAX_FILTERS} filters in one place."
    for loop in _of_type(nodes, ForNode):
        inside = loop.nodelist_loop
        if _of_type(inside, ForNode):
            yield "Put no {% for %} inside another {% for %}."
        elif set(_names(inside)) & lists or any(_joins(expression) for expression in _expressions(inside)):
            yield f"Inside {{% for %}} write {{{{ {loop.loopvars[0]} }}}}, not the whole list, and no join."


def _try_out(kind: str, words: str) -> None:
    """Fill the words in with believable facts, with hardly any, and with the longest. Raises UnfitText."""
    house = dict.fromkeys(HOUSE_FACTS, "Tourdesk")
    facts = {**all_kinds()[kind].sample, **house}
    if not fill(words, facts).strip():
        raise UnfitText("Filled in, this is blank.")
    fill(words, {name: type(value)() if isinstance(value, str | list) else value for name, value in facts.items()})
    try:
        fill(words, all_kinds()[kind].longest_facts() | house)
    except UnfitText as unfit:
        raise UnfitText(f"With a party of {LARGEST_PARTY} and the longest names: {unfit}") from unfit


def _names(nodes: NodeList) -> Iterator[str]:
    """Of each variable in an expression, and among its filters' arguments."""
    for expression in _expressions(nodes):
        arguments = [value for _function, args in expression.filters for is_lookup, value in args if is_lookup]
        for variable in (expression.var, *arguments):
            if isinstance(variable, Variable) and variable.lookups:
                yield ".".join(variable.lookups)


def _joins(expression: FilterExpression) -> bool:
    return any(function is join for function, _arguments in expression.filters)


def _expressions(nodes: NodeList) -> Iterator[FilterExpression]:
    for node in _of_type(nodes, Node):
        if isinstance(node, VariableNode):
            yield node.filter_expression
        elif isinstance(node, ForNode):
            yield cast("FilterExpression", node.sequence)  # compiled by do_for
        elif isinstance(node, IfNode):
            for condition, _branch in node.conditions_nodelists:
                yield from _in_condition(condition)


def _in_condition(condition: Any) -> Iterator[FilterExpression]:
    """A condition is a tree of operators (first, second) with expressions (value) as its leaves; None is {% else %}."""
    if condition is None:
        return
    if isinstance(condition.value, FilterExpression):
        yield condition.value
    yield from _in_condition(condition.first)
    yield from _in_condition(condition.second)


def _of_type(nodes: NodeList, kind: Any) -> list[Any]:
    return nodes.get_nodes_by_type(kind)
