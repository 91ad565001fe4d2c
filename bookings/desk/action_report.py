"""What came of an action: one honest message."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookings.desk.actions import Action
from bookings.outcome import Outcome

if TYPE_CHECKING:
    from bookings.desk.admin import DeskAdmin

SHOWN = 10


def tell(request: HttpRequest, action: Action, outcome: Outcome[Any]) -> None:
    """What came of it, as messages."""
    if outcome.done:
        messages.success(request, f"{action.done.of([str(row) for row in outcome.done])} {outcome.note}".strip())
    if outcome.warnings:
        messages.warning(request, outcome.warnings[0] if len(outcome.warnings) == 1 else _listed(outcome.warnings))
    if not outcome.refused:
        return
    reasons = [r.detail if name in r.detail else f"{name}: {r.detail}" for name, r in outcome.refused]
    level = messages.WARNING if outcome.done else messages.ERROR
    messages.add_message(request, level, reasons[0] if len(reasons) == 1 else _left_alone(reasons))


def _left_alone(reasons: Sequence[str]) -> SafeString:
    return format_html("{} were left alone:{}", len(reasons), _listed(reasons))


def _listed(reasons: Sequence[str]) -> SafeString:
    more = len(reasons) - SHOWN
    items = [(reason,) for reason in reasons[:SHOWN]] + ([(f"and {more} more",)] if more > 0 else [])
    return format_html("<ul class='td-reasons'>{}</ul>", format_html_join("", "<li>{}</li>", items))


def name_of(model_admin: "DeskAdmin") -> str:
    return f"{model_admin.opts.app_label}_{model_admin.opts.model_name}"
