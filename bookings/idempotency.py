"""`Idempotency-Key` on a POST: @idempotent over the view's method gives a repeated request the first answer again."""

import functools
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, Concatenate, TypeVar

from django.db import transaction
from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.endpoint import ApiView
from bookings.models import ApiRequest
from bookings.services import api_requests

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x20-\x7e]{1,255}")
# Answers about the request itself; what depends on the caller or on our health (401, 429, 5xx) is asked again.
KEPT = frozenset(
    {
        status.HTTP_200_OK,
        status.HTTP_201_CREATED,
        status.HTTP_400_BAD_REQUEST,
        status.HTTP_404_NOT_FOUND,
        status.HTTP_409_CONFLICT,
    }
)

View = TypeVar("View", bound=ApiView)
Handler = Callable[Concatenate[View, Request, ...], Response]


def idempotent(handler: Handler[View]) -> Handler[View]:
    """The work of `handler` and its answer are one transaction: a crash undoes both, and a retry does both.

    Without the header the handler is just called. Not for a handler that talks to a provider, whose transaction
    would stay open meanwhile: that one calls services.api_requests itself.
    """

    @functools.wraps(handler)
    def wrapper(view: View, request: Request, *args: Any, **kwargs: Any) -> Response:
        def work() -> Response:
            return handler(view, request, *args, **kwargs)

        key = request.headers.get(HEADER)
        if key is None:
            return work()
        if not KEY.fullmatch(key):
            raise ValidationError({HEADER: ["Send 1 to 255 printable ASCII characters."]})
        row = api_requests.begin(api_key=view.api_key, key=key, fingerprint=fingerprint_of(request), now=timezone.now())
        if row.status_code is not None:
            return Response(row.body, status=row.status_code, headers={"Idempotent-Replayed": "true"})
        return _answer(view, row, work)

    return wrapper


def fingerprint_of(request: Request) -> str:
    """SHA-256 of method, path and body; blanks and the order of members in the JSON don't count."""
    text = json.dumps([request.method, request.path, request.data], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(view: ApiView, row: ApiRequest, work: Callable[[], Response]) -> Response:
    try:
        with transaction.atomic():
            response = _refuse_or_do(view, work)
            if response.status_code in KEPT:
                body = json.loads(JSONRenderer().render(response.data))
                api_requests.finish(row=row, status_code=response.status_code, body=body)
            else:
                api_requests.forget(row=row)
            return response
    except Exception:
        api_requests.forget(row=row)
        raise


def _refuse_or_do(view: ApiView, work: Callable[[], Response]) -> Response:
    """A refusal undoes the work (the inner transaction), but its answer is kept (in the outer one)."""
    try:
        with transaction.atomic():
            return work()
    except Exception as error:  # noqa: BLE001 (what isn't a refusal is raised again in there)
        return view.handle_exception(error)
