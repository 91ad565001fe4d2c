"""How the API's refusals look."""

import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404
from rest_framework.exceptions import (
    APIException,
    NotFound,
    ParseError,
    Throttled,
    ValidationError,
)
from rest_framework.response import Response

from notifications.refusals import Refused


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
