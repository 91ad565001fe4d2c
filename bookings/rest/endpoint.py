"""The base of every REST view, and its pages of rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import Cursor, CursorPagination, _reverse_ordering
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
    """`scope_area` is the first half of the scopes that a key needs here (bookings.rest.keys.HasScope)."""

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
    """Pages by position: no COUNT(*), no OFFSET. A cursor that isn't one of ours is a field error.

    The library's own pages go by the first column alone, and lose their way among rows that are equal in it.
    Here the position of a row is unique: `position_of` writes it, `beyond` reads it.
    """

    page_size = 50
    ordering: tuple[str, ...]

    def position_of(self, row: Any) -> str:
        raise NotImplementedError

    def beyond(self, position: str, reverse: bool) -> Q:
        """The rows that follow the position in the ordering, or come before it. Raises ValueError."""
        raise NotImplementedError

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.base_url = request.build_absolute_uri()
        self.cursor = self.decode_cursor(request)
        backwards = self.cursor is not None and self.cursor.reverse
        rows = queryset.order_by(*(_reverse_ordering(self.ordering) if backwards else self.ordering))
        if self.cursor is not None:
            try:
                rows = rows.filter(self.beyond(str(self.cursor.position), backwards))
            except ValueError as error:
                raise self._not_ours() from error
        found = list(rows[: self.page_size + 1])
        more = len(found) > self.page_size
        self.rows = found[: self.page_size][:: -1 if backwards else 1]
        came_from = self.cursor is not None and bool(self.rows)
        self.has_next, self.has_previous = (came_from, more) if backwards else (more, came_from)
        return self.rows

    def get_next_link(self) -> str | None:
        return self._link(self.rows[-1], reverse=False) if self.has_next else None

    def get_previous_link(self) -> str | None:
        return self._link(self.rows[0], reverse=True) if self.has_previous else None

    def _link(self, row: Any, *, reverse: bool) -> str:
        position: Any = self.position_of(row)  # the stubs have an int, the library writes what it is given
        return self.encode_cursor(Cursor(offset=0, reverse=reverse, position=position))

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise self._not_ours() from error

    def _not_ours(self) -> ValidationError:
        return ValidationError({"cursor": ["Take the cursor from the links `next` and `previous`."]})


class PagesById(Pages):
    ordering = ("-pk",)

    def position_of(self, row: Any) -> str:
        return str(row.pk)

    def beyond(self, position: str, reverse: bool) -> Q:
        return Q(pk__gt=as_id(position)) if reverse else Q(pk__lt=as_id(position))


class PagesByStart(Pages):
    """Many departures may start at the same moment: the id tells them apart."""

    ordering = ("starts_at", "pk")

    def position_of(self, row: Any) -> str:
        return f"{row.starts_at.isoformat()} {row.pk}"

    def beyond(self, position: str, reverse: bool) -> Q:
        moment, _, pk = position.rpartition(" ")
        starts_at, pk_of_row = as_moment(moment), as_id(pk)
        if reverse:
            return Q(starts_at__lte=starts_at) & (Q(starts_at__lt=starts_at) | Q(pk__lt=pk_of_row))
        return Q(starts_at__gte=starts_at) & (Q(starts_at__gt=starts_at) | Q(pk__gt=pk_of_row))


def as_id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ValueError(text)
    return int(text)


def as_moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None or not 1900 < moment.year < 9000:
        raise ValueError(text)
    return moment
