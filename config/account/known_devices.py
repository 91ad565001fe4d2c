"""A cookie says that this person has logged in with this browser before. It opens nothing: see limits.py."""

import secrets
from typing import Final

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

AGE: Final = 180 * 24 * 3600  # seconds


def of(request: HttpRequest, name: str) -> str:
    """A random word that stands for this browser, or nothing. The same work for names that nobody has."""
    try:
        return _signer(name).unsign(request.COOKIES.get(_cookie(name), ""), max_age=AGE)
    except BadSignature:
        return ""


def remember(request: HttpRequest, response: HttpResponse, name: str) -> None:
    if of(request, name):
        return
    response.set_cookie(
        _cookie(name),
        _signer(name).sign(secrets.token_urlsafe(12)),
        max_age=AGE,
        path="/admin/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _signer(name: str) -> TimestampSigner:
    return TimestampSigner(salt=f"known device:{name.casefold()}")


def _cookie(name: str) -> str:
    """Several people may share a browser."""
    return f"known_{salted_hmac('known device', name.casefold()).hexdigest()[:12]}"
