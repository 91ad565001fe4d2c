"""The one page of all actions: GET asks, POST does it, and an honest message tells what came of it."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from bookings.actors import staff
from bookings.desk.action_report import SHOWN, name_of, tell
from bookings.desk.actions import Action
from bookings.desk.forms import ActionForm, field_of
from bookings.desk.people import clerk
from bookings.outcome import Outcome
from bookings.refusals.shared import NotReady
from notifications.refusals import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from bookings.desk.admin import DeskAdmin


KEY = re.compile(r"[0-9]{1,18}")
CHANGED = "Something has changed since you were asked, so nothing was done. Here is the question as it stands now."


@dataclass(frozen=True)
class Named:
    """What a question names: the rows that the action is for, and what it does to them."""

    ready: list[Any]
    effects: list[str]

    @classmethod
    def of(cls, action: Action, rows: Sequence[Any], user: "User") -> "Named":
        now = timezone.now()
        ready = [row for row in rows if action.allows(row, user, now)]
        return cls(ready, list(action.effects(ready)) if ready else [])

    @property
    def mark(self) -> str:
        """Goes with the form: when it comes back another, the clerk was asked about something else."""
        words = json.dumps([[row.pk for row in self.ready], self.effects])
        return hashlib.sha256(words.encode()).hexdigest()[:20]


def answer(model_admin: "DeskAdmin", request: HttpRequest, name: str) -> HttpResponse:
    action = {action.name: action for action in model_admin.desk_actions}.get(name)
    if action is None:
        raise Http404
    if not model_admin.may(request, action):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    ids = [int(pk) for pk in given.get("ids", "").split(",") if KEY.fullmatch(pk)][: action.most + 1]
    if not 1 <= len(ids) <= action.most:
        messages.error(
            request, f"Choose between 1 and {action.most:,} rows first." if action.bulk else "Choose one row."
        )
        return HttpResponseRedirect(_list_url(model_admin))
    next_url = _safe_next(model_admin, request, given.get("next", ""), ids)
    if request.method != "POST":
        return ask(model_admin, request, action, ids, next_url=next_url)
    return _do(model_admin, request, action, ids, next_url)


def ask(
    model_admin: "DeskAdmin",
    request: HttpRequest,
    action: Action,
    ids: Sequence[int],
    *,
    next_url: str,
    form: ActionForm | None = None,
) -> HttpResponse:
    """The question: which rows, what will happen, who gets a mail, and what will be left alone."""
    rows, user = _rows(model_admin, request, ids), clerk(request)
    named = Named.of(action, rows, user)
    form = form or action.form_class(user=user, rows=rows)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": action.question.of([str(row) for row in rows]),
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "action": action,
        "form": form,
        "ids": ",".join(str(pk) for pk in ids),
        "next": next_url,
        "rows": [model_admin.action_row(row) for row in rows[:SHOWN]],
        "more": max(0, len(rows) - SHOWN),
        "left_alone": len(rows) - len(named.ready),
        "count": len(rows),
        "effects": named.effects,
        "named": named.mark,
        "action_url": reverse(f"admin:{name_of(model_admin)}_act", args=[action.name]),
    }
    return TemplateResponse(request, "admin/action.html", context)


def _do(
    model_admin: "DeskAdmin", request: HttpRequest, action: Action, ids: Sequence[int], next_url: str
) -> HttpResponse:
    rows, user = _rows(model_admin, request, ids), clerk(request)
    if _has_changed(action, request, rows):
        messages.warning(request, CHANGED)
        return ask(model_admin, request, action, ids, next_url=next_url, form=_once_more(action, request, rows))
    form = action.form_class(request.POST, request.FILES, user=user, rows=rows)
    if not form.ready:
        tell(request, action, Outcome(refused=[(str(rows[0]), NotReady(form.why_not))]))
        return HttpResponseRedirect(next_url)
    if form.is_valid():
        try:
            outcome = action.run([row.pk for row in rows], form.answers, staff(user), timezone.now())
        except Refused as refusal:
            outcome = Outcome(refused=[(str(rows[0]), refusal)])
        if not _curable(form, outcome):
            tell(request, action, outcome)
            return HttpResponseRedirect(next_url)
    _ask_for_files_again(request, form)
    return ask(model_admin, request, action, ids, next_url=next_url, form=form)


def _has_changed(action: Action, request: HttpRequest, rows: Sequence[Any]) -> bool:
    """Where nothing can be done any more, the action itself says why."""
    asked = request.POST.get("named")
    if not asked:
        return False
    named = Named.of(action, rows, clerk(request))
    return bool(named.ready) and named.mark != asked


def _once_more(action: Action, request: HttpRequest, rows: Sequence[Any]) -> ActionForm:
    """The form anew, with its proposals of now and the words that the clerk has typed."""
    form = action.form_class(user=clerk(request), rows=rows)
    for name, field in form.fields.items():
        if isinstance(field, forms.CharField) and not field.widget.is_hidden and name in request.POST:
            form.initial[name] = request.POST[name]
    return form


def _ask_for_files_again(request: HttpRequest, form: forms.Form) -> None:
    """A browser doesn't send a file twice by itself, and we keep none that isn't taken."""
    for name in request.FILES:
        if name in form.fields and name not in form.errors:
            form.add_error(name, "Choose the file again: it was not kept, because something else was wrong.")


def _curable(form: forms.Form, outcome: Outcome[Any]) -> bool:
    """Put a lone refusal beside the field that it is about; False when no field of this form can cure it."""
    if outcome.done or len(outcome.refused) != 1:
        return False
    [(_row, refusal)] = outcome.refused
    field = field_of(refusal, form)
    if field:
        form.add_error(field, refusal.detail)
    return field is not None


def _rows(model_admin: "DeskAdmin", request: HttpRequest, ids: Sequence[int]) -> list[Any]:
    rows = list(model_admin.get_queryset(request).filter(pk__in=ids).order_by("pk"))
    if not rows:
        raise Http404
    return rows


def _safe_next(model_admin: "DeskAdmin", request: HttpRequest, url: str, ids: Sequence[int]) -> str:
    """Back to where the button was pressed; never to another host."""
    if url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return url
    if len(ids) == 1:
        return reverse(f"admin:{name_of(model_admin)}_change", args=ids)
    return _list_url(model_admin)


def _list_url(model_admin: "DeskAdmin") -> str:
    return reverse(f"admin:{name_of(model_admin)}_changelist")
