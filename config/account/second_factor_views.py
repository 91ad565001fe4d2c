"""One's own second factor: set up, new recovery codes, removed."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_otp import login as shown_by

from config.account import second_factor
from config.account.forms import WRONG_CODE, PasswordForm, SetUpForm
from config.account.middleware import SET_UP
from config.account.steps import next_page, page, secret_form, wanted

DONE = "The second factor is set up."
RENEWED = "The codes that you had before no longer work."
KEY = "second_factor_key"  # in the session, until the app has proved that it has it


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
            return page(
                request, "codes", title="Your recovery codes", before=DONE, codes=codes, next=next_page(request)
            )
        form.add_error("code", WRONG_CODE)
    return page(
        request,
        "set_up",
        title="Set up your second factor",
        next=wanted(request),
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
