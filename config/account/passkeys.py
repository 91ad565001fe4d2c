"""Passkeys (django-otp-webauthn), for who has an authenticator app already: a quicker second step."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_otp_webauthn import exceptions
from django_otp_webauthn.models import WebAuthnCredential
from django_otp_webauthn.views import (
    BeginCredentialAuthenticationView,
    BeginCredentialRegistrationView,
    CompleteCredentialAuthenticationView,
    CompleteCredentialRegistrationView,
)

from config.account import mails, second_factor, second_factor_views, sessions, steps
from config.account.forms import PasswordForm
from config.account.middleware import CODE

PROVED = "passkey_password_at"  # in the session: when the password was typed for this
MINUTES = 5
MOST = 20


@steps.secret_form
def add(request: HttpRequest) -> HttpResponse:
    """The password first, then the page whose script talks with the browser."""
    user = cast("User", request.user)
    if not settings.PASSKEYS or not second_factor.has_one(user):
        return redirect("account")
    form = PasswordForm(request.POST or None, request=request, user=user)
    if form.is_valid():
        request.session[PROVED] = timezone.now().timestamp()
        return steps.page(request, "passkey", title="Add a passkey")
    effect = "Your password first; then your browser makes the passkey."
    return steps.page(request, "ask_password", title="Add a passkey", form=form, effect=effect, press="Go on")


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    number = request.POST.get("passkey", "")
    mine = WebAuthnCredential.objects.filter(user=user)
    if number.isascii() and number.isdecimal() and len(number) < 19 and mine.filter(pk=int(number)).delete()[0]:
        mails.tell(user, "passkey_removed", now=timezone.now())
        messages.success(request, "The passkey is removed.")
    return redirect("account")


class Safe:
    """A body that is no JSON of ours is a bad request; so is whatever the library can't read in it."""

    def _parse_request_data(self, request: Any) -> Any:
        try:
            data = super()._parse_request_data(request)  # type: ignore[misc]
        except (ValueError, RecursionError) as error:
            raise exceptions.MalformedRequest from error
        if not isinstance(data, dict):
            raise exceptions.MalformedRequest
        return data


class Proved(Safe):
    """Only soon after the password, and not without end."""

    request: Any

    def check_can_register(self) -> None:
        fresh = timezone.now().timestamp() - self.request.session.get(PROVED, 0) < MINUTES * 60
        user = self.request.user
        if not settings.PASSKEYS or not fresh or not user.is_verified() or len(second_factor.passkeys_of(user)) >= MOST:
            raise exceptions.NotVerified


class Begin(Proved, BeginCredentialRegistrationView):  # type: ignore[misc]
    pass


class Complete(Proved, CompleteCredentialRegistrationView):  # type: ignore[misc]
    def post(self, *args: Any, **kwargs: Any) -> JsonResponse:
        super().post(*args, **kwargs)
        user, session = self.request.user, self.request.session
        newest = WebAuthnCredential.objects.filter(user=user).order_by("-pk")[:1]
        name = sessions.device_in_words(self.request.headers.get("User-Agent", ""))
        WebAuthnCredential.objects.filter(pk__in=[row.pk for row in newest]).update(name=name)
        del session[PROVED]
        mails.tell(user, "passkey_added", now=timezone.now())
        messages.success(self.request, "The passkey is added.")
        return JsonResponse({"redirect_url": reverse("account")})


class Waiting(Safe):
    """Who has typed the password and not yet shown the second factor."""

    request: Any

    def get_user(self) -> User | None:
        return self.request.waiting if self.request.waiting_at == CODE else None


class BeginToShow(Waiting, BeginCredentialAuthenticationView):  # type: ignore[misc]
    pass


class Show(Waiting, CompleteCredentialAuthenticationView):  # type: ignore[misc]
    def complete_auth(self, device: WebAuthnCredential) -> None:
        second_factor_views.let_in(self.request, self.request.waiting, device)
