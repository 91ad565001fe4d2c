"""What every request of a member of staff passes."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from config.account import known_devices, second_factor, sessions

GetResponse = Callable[[HttpRequest], HttpResponse]
ADMIN = "/admin/"  # as in config/urls.py; not reversed, so that no page out there depends on it
CODE, SET_UP = "account_code", "account_set_up"


class SecondFactorMiddleware:
    """The one place that holds who has, or must have, a second factor and has not shown it in this session.

    To every view they are nobody, so whatever asks for a log-in refuses them; `request.waiting` names the person to
    the two pages that let them in, and `request.waiting_at` which of these it is.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.waiting = request.waiting_at = None
        user = request.user
        if not in_admin(request):
            # Looked at only where a view asks who it is: most pages out there don't, and need no session for it.
            request.user = SimpleLazyObject(lambda: AnonymousUser() if page_before_the_desk(user) else user)
        elif at := page_before_the_desk(user):
            request.waiting, request.waiting_at, request.user = user, at, AnonymousUser()
            if leads_to_the_desk(request):
                return lead_to(request, at)
        return self.get_response(request)


class StaffSessionMiddleware:
    """Notes the session for its owner's list, and lets this browser be known at the next log-in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not in_admin(request) or not request.user.is_authenticated:
            return self.get_response(request)
        user = request.user
        sessions.see(request, user, now=timezone.now())
        response = self.get_response(request)
        known_devices.remember(request, response, user.get_username())
        return response


def note_log_in(request: HttpRequest, user: User, **_signal: Any) -> None:
    """For the list of sessions; one that has yet to show its code comes into it with its first page after that."""
    if not second_factor.has_one(user) and not second_factor.is_required(user):
        sessions.see(request, user, now=timezone.now())


def in_admin(request: HttpRequest) -> bool:
    return request.path.startswith(ADMIN) and settings.SESSION_COOKIE_NAME in request.COOKIES


def page_before_the_desk(user: Any) -> str:
    """The page that this person has to pass first, or nothing."""
    if not user.is_authenticated or user.is_verified():
        return ""
    if second_factor.has_one(user):
        return CODE
    return SET_UP if second_factor.is_required(user) else ""


def leads_to_the_desk(request: HttpRequest) -> bool:
    """A page of the admin that wants a log-in. To log in as somebody else, or to leave, is always possible."""
    if request.path == reverse("admin:login"):
        return request.method == "GET"
    names = (CODE, SET_UP, "account_leave", "account_show_begin", "account_show_complete", "admin:jsi18n")
    open_to_all = {reverse(name) for name in names}
    reset = (reverse("admin_password_reset"), reverse("password_reset_complete").removesuffix("done/"))
    return request.path not in open_to_all and not request.path.startswith(reset)


def lead_to(request: HttpRequest, page: str) -> HttpResponse:
    url = reverse(page)
    if request.method == "GET":
        wanted = request.GET.get("next", "") if request.path == reverse("admin:login") else request.get_full_path()
        url += f"?{urlencode({'next': wanted})}" if wanted else ""
    return redirect(url)
