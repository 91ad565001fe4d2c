"""What a parsed text is made of, and what it would cost to fill."""

from collections.abc import Iterator
from typing import Any, cast

from django.template import Node, Variable
from django.template.base import FilterExpression, NodeList, VariableNode
from django.template.defaulttags import ForNode, IfNode

from notifications.template_filters import join

MAX_FILTERS = 5  # in one place
TOO_DEEP = "Put fewer {% if %} inside one another."


def costly(nodes: NodeList, lists: set[str]) -> Iterator[str]:
    """What would take long with a large party; asked again before each mail, whoever has saved its text."""
    if any(len(expression.filters) > MAX_FILTERS for expression in _expressions(nodes)):
        yield f"Use at most {MAX_FILTERS} filters in one place."
    for loop in of_type(nodes, ForNode):
        inside = loop.nodelist_loop
        if of_type(inside, ForNode):
            yield "Put no {% for %} inside another {% for %}."
        elif set(names_in(inside)) & lists or any(joins(expression) for expression in _expressions(inside)):
            yield f"Inside {{% for %}} write {{{{ {loop.loopvars[0]} }}}}, not the whole list, and no join."


def of_type(nodes: NodeList, kind: Any) -> list[Any]:
    return nodes.get_nodes_by_type(kind)


def names_in(nodes: NodeList) -> Iterator[str]:
    """Of each variable in an expression, and among its filters' arguments."""
    for expression in _expressions(nodes):
        arguments = [value for _function, args in expression.filters for is_lookup, value in args if is_lookup]
        for variable in (expression.var, *arguments):
            if isinstance(variable, Variable) and variable.lookups:
                yield ".".join(variable.lookups)


def joins(expression: FilterExpression) -> bool:
    return any(function is join for function, _arguments in expression.filters)


def _expressions(nodes: NodeList) -> Iterator[FilterExpression]:
    for node in of_type(nodes, Node):
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
