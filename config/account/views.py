"""Second step of the log-in, and "Your account": second factor and sessions of the person who is logged in."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as shown_by

from config.account import second_factor, sessions
from config.account.forms import WRONG_CODE, CodeForm, PasswordForm, RecoveryForm, SetUpForm
from config.account.middleware import CODE, SET_UP

View = Callable[..., HttpResponse]
DONE = "The second factor is set up."
RENEWED = "The codes that you had before no longer work."
KEY = "second_factor_key"  # in the session, until the app has proved that it has it
secret_form = sensitive_post_parameters("code", "password")


def page(request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
    return TemplateResponse(request, f"admin/account/{template}.html", admin.site.each_context(request) | context)


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
        return redirect(_next(request))
    return page(
        request,
        "code",
        title="Second step",
        form=form,
        recovery=recovery,
        next=_wanted(request),
        passkeys=second_factor.passkeys_of(request.waiting),
    )


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Out of a log-in that has not come to its end."""
    logout(request)
    return redirect("admin:login")


@secret_form
@never_cache
def set_up(request: Any) -> HttpResponse:
    """Show a key, take it into use when the app proves that it has it, and show the recovery codes once."""
    user: Any = request.waiting if request.waiting_at == SET_UP else request.user
    if not user.is_authenticated:
        return redirect("admin:login")
    if KEY not in request.session or request.method == "GET":  # never one that somebody saw here before
        request.session[KEY] = second_factor.new_key()
    key = request.session[KEY]
    form = SetUpForm(request.POST or None, request=request, user=user)
    if form.is_valid():
        made = second_factor.set_up(user, key, form.cleaned_data["code"], now=timezone.now())
        if made:
            del request.session[KEY]
            device, codes = made
            let_in(request, user, device)
            return page(request, "codes", title="Your recovery codes", before=DONE, codes=codes, next=_next(request))
        form.add_error("code", WRONG_CODE)
    return page(
        request,
        "set_up",
        title="Set up your second factor",
        next=_wanted(request),
        user_name=user.get_username(),
        form=form,
        address=second_factor.app_address(user, key),
        key=second_factor.typed_key(key),
        required=request.waiting_at == SET_UP,
        replaces=request.waiting is None and second_factor.has_one(user),
    )


def let_in(request: Any, user: User, device: Any) -> None:
    """The session has shown this device: it is logged in, under another key."""
    request.session.cycle_key()
    request.user = user
    request.waiting = request.waiting_at = None
    shown_by(request, device)


def _tell_codes_left(request: HttpRequest) -> None:
    left = second_factor.codes_left(cast("User", request.user))
    text = f"You used a recovery code; {left} {'is' if left == 1 else 'are'} left. Make new ones under “Your account”."
    messages.warning(request, text)


def _wanted(request: HttpRequest) -> str:
    return request.POST.get("next") or request.GET.get("next", "")


def _next(request: HttpRequest) -> str:
    url = _wanted(request)
    if url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return url
    return reverse("admin:index")


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


@secret_form
def recovery_codes(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    if not second_factor.has_one(user):
        return redirect("account")
    form = PasswordForm(request.POST or None, request=request, user=user)
    if form.is_valid():
        codes = second_factor.new_recovery_codes(user, now=timezone.now())
        return page(request, "codes", title="Your recovery codes", before=RENEWED, codes=codes, next=reverse("account"))
    return page(
        request,
        "ask_password",
        title="Make new recovery codes?",
        form=form,
        effect="The codes that you have now stop working. Ten new ones are shown, once.",
        press="Make new codes",
    )


@secret_form
def remove(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    if not second_factor.has_one(user) or second_factor.is_required(user):
        return redirect("account")
    form = PasswordForm(request.POST or None, request=request, user=user)
    if form.is_valid():
        second_factor.remove(user, now=timezone.now())
        messages.success(request, "The second factor is removed. Your password alone logs you in again.")
        return redirect("account")
    return page(
        request,
        "ask_password",
        title="Remove the second factor?",
        form=form,
        effect="From then on your password alone logs you in. The recovery codes stop working.",
        press="Remove it",
        danger=True,
    )
