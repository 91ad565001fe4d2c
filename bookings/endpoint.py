"""The base of every REST view, and its pages of rows."""

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.models import ApiKey


class LengthRequired(APIException):
    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_code = "length_required"
    default_detail = "Send the body with a Content-Length, not in chunks."


class AlwaysJSON(DefaultContentNegotiation):
    """There is one format; an Accept header that asks for another is no reason to answer nothing."""

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ApiView(GenericAPIView[Any]):
    """`scope_area` is the first half of the scopes that a key needs here (bookings.api.HasScope)."""

    scope_area: str
    creation_key = ""  # set by @idempotent_outside: what a handler makes names it, and a repetition finds it
    content_negotiation_class = AlwaysJSON
    http_method_names = ["get", "head", "post"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and request.headers.get("Transfer-Encoding"):  # WSGI makes it an empty body
            raise LengthRequired

    def keep(self, body: Any) -> Any:
        """What is stored of a good answer for its Idempotency-Key: nothing about people."""
        return body

    def tell_again(self, kept: Any) -> Any:
        """The answer of which keep() was stored."""
        return kept

    @property
    def api_key(self) -> ApiKey:
        return cast("ApiKey", self.request.auth)

    def page_of(self, rows: QuerySet[Any]) -> Response:
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Pages(CursorPagination):
    """Pages by position: no COUNT(*), no OFFSET that grows. A cursor that isn't one of ours is a field error."""

    page_size = 50

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor: Cursor | None = super().decode_cursor(request)
        except NotFound as error:
            raise self._not_ours() from error
        if cursor is not None and cursor.position is not None and not self.is_position(str(cursor.position)):
            raise self._not_ours()
        return cursor

    def is_position(self, value: str) -> bool:
        """Whether the database can compare the ordering's first column with it."""
        raise NotImplementedError

    def _not_ours(self) -> ValidationError:
        return ValidationError({"cursor": ["Take the cursor from the links `next` and `previous`."]})


class PagesById(Pages):
    ordering = "-pk"

    def is_position(self, value: str) -> bool:
        return value.isascii() and value.isdecimal() and len(value) <= 18


class PagesByStart(Pages):
    ordering = ("starts_at", "code")

    def is_position(self, value: str) -> bool:
        try:
            moment = parse_datetime(value)
        except ValueError:
            return False
        return moment is not None and moment.tzinfo is not None and 1900 < moment.year < 9000
