"""What settings.REST_FRAMEWORK names: who calls, what a key may do, how much it may send, how refusals look."""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import SuspiciousOperation
from django.http import Http404
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotFound,
    ParseError,
    PermissionDenied,
    Throttled,
    ValidationError,
)
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from bookings.callers import NetworkThrottle, network_of
from bookings.models import ApiKey
from notifications.refusals import Refused

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module
    from rest_framework.views import APIView

MAX_BODY = 64 * 1024  # bytes
MAX_DEPTH = 20
KEY = re.compile(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}")
SURROGATES = re.compile("[\ud800-\udfff]")


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = f"The body is larger than {MAX_BODY // 1024} KiB; send less."


class ApiKeyThrottle(SimpleRateThrottle):
    """So many calls an integration, whichever of its keys it uses; pages without a key (the schema) by network."""

    scope = "api"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        if isinstance(request.auth, ApiKey):
            ident = hashlib.sha256(request.auth.name.encode()).hexdigest()  # a name is no cache key: it may hold blanks
        else:
            ident = network_of(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


class FailureThrottle(NetworkThrottle):
    """Calls without a valid key. A good key passes: a stranger behind its proxy locks nobody out."""

    scope = "api_failure"
    rate = "60/min"


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


class BoundedJSONParser(BaseParser):
    """JSON in UTF-8, at most MAX_BODY bytes and MAX_DEPTH levels, of text that a database can keep."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise TooLarge
        try:
            data = json.loads(body.decode("utf-8"), parse_float=_as_written, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON in UTF-8: {str(error)[:100]}") from error
        _check_text(data)
        return data


def _as_written(number: str) -> Decimal | float:
    """So that 600.10 stays what it is; 6e2 is a float, which is no amount."""
    return float(number) if "e" in number.lower() else Decimal(number)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _check_text(data: Any) -> None:
    """Refuse NUL and lone surrogates wherever they hide, and what is nested too deeply to look."""
    level = [data]
    for _ in range(MAX_DEPTH):
        for value in level:
            if isinstance(value, str) and ("\0" in value or SURROGATES.search(value)):
                raise ParseError("Text can't hold NUL characters or lone surrogates; remove them.")
        level = [inner for value in level for inner in _parts(value)]
        if not level:
            return
    raise ParseError(f"The body is nested more than {MAX_DEPTH} levels deep.")


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else ()


def exception_handler(error: Exception, _context: Mapping[str, Any]) -> Response | None:
    """{"field": ["…"]} for the fields of a request, else {"code", "detail"}; None (a 500) for what is our fault."""
    if isinstance(error, Refused):
        return _refusal(error)
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, SuspiciousOperation):
        error = ParseError("The request is malformed.")
    if isinstance(error, ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        return Response(fields, status=error.status_code)
    if not isinstance(error, APIException):
        return None
    body = {"code": error.get_codes(), "detail": error.detail}
    return Response(body, status=error.status_code, headers=_headers(error))


def _headers(error: APIException) -> dict[str, str]:
    if isinstance(error, Throttled):
        return {"Retry-After": str(math.ceil(getattr(error, "wait", None) or 1))}
    challenge = getattr(error, "auth_header", None)
    return {"WWW-Authenticate": challenge} if challenge else {}


def _refusal(error: Refused) -> Response:
    if error.field:
        return Response({error.field: [error.detail]}, status=error.status)
    wait = error.seconds_to_wait()
    headers = {"Retry-After": str(wait)} if wait else {}
    return Response({"code": error.code, "detail": error.detail, **error.extra}, status=error.status, headers=headers)
