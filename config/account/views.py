"""Second step of the log-in, and "Your account" with the sessions of the person who is logged in."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from config.account import second_factor, sessions
from config.account.forms import CodeForm, RecoveryForm
from config.account.middleware import CODE
from config.account.second_factor_views import let_in
from config.account.steps import next_page, page, secret_form, wanted


@secret_form
@never_cache
def code(request: Any) -> HttpResponse:
    """The code of the app, or a recovery code: with it the session is logged in for good."""
    if request.waiting_at != CODE:
        return redirect("admin:index")
    recovery = "recovery" in request.GET
    form_class = RecoveryForm if recovery else CodeForm
    form = form_class(request.POST or None, request=request, user=request.waiting)
    if form.is_valid():
        let_in(request, request.waiting, form.device)
        if recovery:
            _tell_codes_left(request)
        return redirect(next_page(request))
    return page(
        request,
        "code",
        title="Second step",
        form=form,
        recovery=recovery,
        next=wanted(request),
        passkeys=second_factor.passkeys_of(request.waiting),
    )


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Out of a log-in that has not come to its end."""
    logout(request)
    return redirect("admin:login")


def _tell_codes_left(request: HttpRequest) -> None:
    left = second_factor.codes_left(cast("User", request.user))
    text = f"You used a recovery code; {left} {'is' if left == 1 else 'are'} left. Make new ones under “Your account”."
    messages.warning(request, text)


@never_cache
def account(request: HttpRequest) -> HttpResponse:
    user, now = cast("User", request.user), timezone.now()
    here = request.session.session_key
    rows = sorted(sessions.listed(user, now=now), key=lambda row: row.session_id != here)
    return page(
        request,
        "account",
        title="Your account",
        has_factor=second_factor.has_one(user),
        required=second_factor.is_required(user),
        codes_left=second_factor.codes_left(user),
        passkeys=second_factor.passkeys_of(user),
        passkeys_work=settings.PASSKEYS,
        rows=rows,
        here=here,
    )


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """One of one's own by its number, or all but this one."""
    number = request.POST.get("session", "")
    here = request.session.session_key
    if not number:
        count = sessions.end(cast("User", request.user), keep=here)
        messages.success(request, f"{count} other session{'' if count == 1 else 's'} ended.")
    elif number.isascii() and number.isdecimal() and len(number) < 19:
        ended = sessions.end(cast("User", request.user), only=int(number), keep=here)
        messages.success(request, "The session is ended." if ended else "This session was over already.")
    else:
        messages.error(request, "Choose one of the sessions in the list.")
    return redirect("account")
