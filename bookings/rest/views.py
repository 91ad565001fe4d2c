"""REST: bookings for other systems; /api/schema/ describes each call."""

import re
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actors import integration
from bookings.models import EVERY_BOOKING, ApiKey, Booking
from bookings.rest import openapi
from bookings.rest.endpoint import ApiView, PagesById
from bookings.rest.idempotency import idempotent
from bookings.rest.serializers import (
    BookingQuery,
    BookingSerializer,
    CancellationSerializer,
    CustomerSerializer,
    NewBookingSerializer,
)
from bookings.services.api_limits import count_mail
from bookings.services.create import TravellerData, create_booking
from bookings.services.customers import CustomerData, find_or_create_customer
from bookings.services.transitions import cancel_bookings

REFERENCE = re.compile(r"[A-Z0-9-]{1,12}")


class BookingView(ApiView):
    """Its answers are bookings, and are stored for an Idempotency-Key without their customers."""

    scope_area = "bookings"
    serializer_class = BookingSerializer

    def keep(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"customer": None}

    def tell_again(self, kept: dict[str, Any]) -> dict[str, Any]:
        """The customer as the booking has them now."""
        booking = bookings_of(self.api_key).filter(reference=kept["id"]).first()
        context = self.get_serializer_context()
        return kept | {"customer": CustomerSerializer(booking.customer, context=context).data} if booking else kept


class BookingList(BookingView):
    pagination_class = PagesById

    @extend_schema(parameters=[BookingQuery], responses={200: BookingSerializer(many=True), **openapi.QUERY})
    def get(self, request: Request) -> Response:
        """The bookings of one of your customers, the latest first."""
        query = BookingQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        user_id = query.validated_data["user_id"]
        rows = bookings_of(self.api_key)
        return self.page_of(rows.filter(customer__integration=self.api_key.name, customer__user_id=user_id))

    @extend_schema(
        parameters=[openapi.IDEMPOTENCY_KEY],
        request=NewBookingSerializer,
        responses={201: BookingSerializer, **openapi.WRITE},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Take seats and hold them; the customer gets the booking confirmation mail."""
        body = NewBookingSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        booking = take_booking(body.validated_data, self.api_key)
        return Response(self.get_serializer(booking).data, status=status.HTTP_201_CREATED)


class BookingDetail(BookingView):
    @extend_schema(parameters=[openapi.REFERENCE], responses={200: BookingSerializer, **openapi.ONE})
    def get(self, request: Request, reference: str) -> Response:
        """One booking that you took; with the scope bookings:all, any booking."""
        return Response(self.get_serializer(find_booking(reference, self.api_key)).data)


class BookingCancel(BookingView):
    @extend_schema(
        parameters=[openapi.REFERENCE, openapi.IDEMPOTENCY_KEY],
        request=CancellationSerializer,
        responses={200: BookingSerializer, **openapi.ONE, **openapi.WRITE},
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        """Cancel a booking that you may read: its seats are free again, and the customer is told the reason."""
        body = CancellationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        booking = find_booking(reference, self.api_key)
        return Response(self.get_serializer(cancel(booking, body.validated_data["reason"], self.api_key)).data)


@transaction.atomic
def take_booking(body: dict[str, Any], api_key: ApiKey) -> Booking:
    """A refused booking leaves no customer behind."""
    count_mail(email=body["customer"]["email"], now=timezone.now())
    stated = {"language": "", **body["customer"], "integration": api_key.name}
    customer = find_or_create_customer(data=CustomerData(**stated))
    return create_booking(
        departure_id=body["departure"].pk,
        customer=customer,
        party_size=body["party_size"],
        travellers=[TravellerData(**traveller) for traveller in body.get("travellers", [])],
        notes=body.get("notes", ""),
        source=Booking.Source.API,
        integration=api_key.name,
        actor=integration(api_key.name),
        now=timezone.now(),
    )


@transaction.atomic
def cancel(booking: Booking, reason: str, api_key: ApiKey) -> Booking:
    now = timezone.now()
    if booking.customer.email:
        count_mail(email=booking.customer.email, now=now)
    actor = integration(api_key.name)
    return cancel_bookings(booking_ids=[booking.pk], reason=reason, actor=actor, now=now).single()


def bookings_of(api_key: ApiKey) -> QuerySet[Booking]:
    """Those that its integration took, unless its scopes say more."""
    rows = Booking.objects.select_related("departure__trip", "customer").prefetch_related("lines")
    return rows if EVERY_BOOKING in api_key.scopes else rows.filter(integration=api_key.name)


def find_booking(reference: str, api_key: ApiKey) -> Booking:
    """By its reference, in capitals or not. One that the key may not see is as unknown as one that isn't there."""
    reference = reference.upper()
    booking = bookings_of(api_key).filter(reference=reference).first() if REFERENCE.fullmatch(reference) else None
    if booking is None:
        raise NotFound("There is no such booking.")
    return booking
