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

from bookings.models import ApiRequest
from bookings.rest.endpoint import ApiView
from bookings.services import api_requests
from notifications.refusals import Refused

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

Work = Callable[[], Response]
View = TypeVar("View", bound=ApiView)
Handler = Callable[Concatenate[View, Request, ...], Response]


def idempotent(handler: Handler[View]) -> Handler[View]:
    """The work of `handler` and its answer are one transaction: a crash undoes both, and a retry does both.

    Without the header the handler is just called. Not for a handler that talks to a provider, whose transaction
    would stay open meanwhile: that is @idempotent_outside.
    """
    return _wrap(handler, _answer)


def idempotent_outside(handler: Handler[View]) -> Handler[View]:
    """For a handler that talks to a provider: its services commit by themselves, the answer is kept afterwards.

    After a crash in between, the handler is called again with the same `view.creation_key`: it has to find what it
    made. An answer that time changes (a transient refusal, 5xx) isn't kept; the key asks again.
    """
    return _wrap(handler, _answer_outside)


def _wrap(handler: Handler[View], answer: Callable[[ApiView, ApiRequest, Work], Response]) -> Handler[View]:
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
            body = view.tell_again(row.body) if status.is_success(row.status_code) else row.body
            return Response(body, status=row.status_code, headers={"Idempotent-Replayed": "true"})
        return answer(view, row, work)

    return wrapper


def fingerprint_of(request: Request) -> str:
    """SHA-256 of method, path and body; blanks and the order of members in the JSON don't count."""
    text = json.dumps([request.method, request.path, request.data], sort_keys=True, default=float)
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(view: ApiView, row: ApiRequest, work: Work) -> Response:
    try:
        with transaction.atomic():
            response = _refuse_or_do(view, work)
            if response.status_code in KEPT:
                _keep(view, row, response)
            else:
                api_requests.forget(row=row)
            return response
    except Exception:
        api_requests.forget(row=row)
        raise


def _answer_outside(view: ApiView, row: ApiRequest, work: Work) -> Response:
    view.creation_key = f"api:{row.pk}"
    transient = False
    try:
        response = work()
    except Exception as error:  # noqa: BLE001 (what isn't a refusal is raised again in there)
        transient = isinstance(error, Refused) and error.transient
        try:
            response = view.handle_exception(error)
        except Exception:
            api_requests.release(row=row)
            raise
    if response.status_code in KEPT and not transient:
        _keep(view, row, response)
    else:
        api_requests.release(row=row)
    return response


def _keep(view: ApiView, row: ApiRequest, response: Response) -> None:
    body = json.loads(JSONRenderer().render(response.data))
    kept = view.keep(body) if status.is_success(response.status_code) else body
    api_requests.finish(row=row, status_code=response.status_code, body=kept)


def _refuse_or_do(view: ApiView, work: Work) -> Response:
    """A refusal undoes the work (the inner transaction), but its answer is kept (in the outer one)."""
    try:
        with transaction.atomic():
            return work()
    except Exception as error:  # noqa: BLE001 (what isn't a refusal is raised again in there)
        return view.handle_exception(error)
