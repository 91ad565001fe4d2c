"""Who calls the API, and what a key may do."""

import re
from typing import TYPE_CHECKING, NoReturn

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    AuthenticationFailed,
    PermissionDenied,
    Throttled,
)
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from bookings.models import ApiKey
from bookings.rest.throttles import FailureThrottle

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module
    from rest_framework.views import APIView

KEY = re.compile(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}")


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key …`; request.auth is then the ApiKey. One SHA-512 a call, compared in constant time."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey]:
        api_key = find_key(request.headers.get("Authorization", ""))
        if api_key is None:
            self._refuse(request)
        return None, api_key

    def authenticate_header(self, request: Request) -> str:
        return "Api-Key"

    def _refuse(self, request: Request) -> NoReturn:
        throttle = FailureThrottle()
        if not throttle.allow_request(request, request.parser_context["view"]):
            raise Throttled(throttle.wait())
        raise AuthenticationFailed("Send a valid key in the header: Authorization: Api-Key <key>.")


def find_key(authorization: str) -> ApiKey | None:
    """The usable key of an Authorization header; None when it is missing, unknown, revoked or expired."""
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "api-key" or not KEY.fullmatch(key):
        return None
    try:
        api_key = ApiKey.objects.get_from_key(key)
    except ApiKey.DoesNotExist:
        return None
    return api_key if isinstance(api_key, ApiKey) and not api_key.has_expired else None


class HasScope(BasePermission):
    """GET needs `<view.scope_area>:read`, POST `<view.scope_area>:write`."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method not in view.allowed_methods:
            return True  # 405 says more than 403
        scope = f"{view.scope_area}:{'write' if request.method == 'POST' else 'read'}"  # type: ignore[attr-defined]
        if not isinstance(request.auth, ApiKey) or scope not in request.auth.scopes:
            raise PermissionDenied(f"This key lacks the scope {scope}.")
        return True
