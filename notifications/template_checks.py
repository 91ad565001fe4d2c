"""Whether a text of staff's can be sent: its placeholders, its cost, and a try with sample facts."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.template.base import NodeList
from django.template.defaulttags import ForNode

from notifications.kinds import LARGEST_PARTY, all_kinds
from notifications.template_filters import UnfitText
from notifications.template_language import HOUSE_FACTS, fill, parse, placeholders
from notifications.template_nodes import TOO_DEEP, costly, names_in, of_type

LOOP_FACTS = ("forloop.counter", "forloop.first", "forloop.last")


def check_template(*, kind: str, subject: str, body: str) -> None:
    """Raise ValidationError that names the field and the cure when a text could not be filled in."""
    if kind not in all_kinds():
        return  # the field itself says so
    errors = {field: list(_problems(kind, words)) for field, words in (("subject", subject), ("body", body))}
    if found := {field: problems for field, problems in errors.items() if problems}:
        raise ValidationError(found)


def _problems(kind: str, words: str) -> Iterator[str]:
    try:
        problems = list(_misuses(kind, parse(words).nodelist))
        if not problems:
            _try_out(kind, words)
        yield from problems
    except UnfitText as unfit:
        yield str(unfit)
    except RecursionError:
        yield TOO_DEEP


def _misuses(kind: str, nodes: NodeList) -> Iterator[str]:
    loops = of_type(nodes, ForNode)
    known = {*placeholders(kind), *LOOP_FACTS, *(name for loop in loops for name in loop.loopvars)}
    if unknown := sorted(set(names_in(nodes)) - known):
        yield f"There is no fact called {', '.join(unknown)}. Use: {', '.join(placeholders(kind))}."
        return
    lists = sorted(name for name, value in all_kinds()[kind].sample.items() if isinstance(value, list))
    for loop in loops:
        if len(loop.loopvars) > 1 or loop.sequence.token not in lists:
            yield f"Write {{% for name in {lists[0]} %}}: one word for each of a list ({', '.join(lists)})."
    yield from costly(nodes, set(lists))


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
