"""REST: departures on sale."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.rest import openapi
from bookings.rest.endpoint import ApiView, PagesByStart
from bookings.rest.serializers import (
    DepartureQuery,
    DepartureSerializer,
)
from bookings.services.on_sale import departures_on_sale


class DepartureList(ApiView):
    scope_area = "bookings"
    serializer_class = DepartureSerializer
    pagination_class = PagesByStart

    @extend_schema(parameters=[DepartureQuery], responses={200: DepartureSerializer(many=True), **openapi.QUERY})
    def get(self, request: Request) -> Response:
        """Open departures that haven't left, the next one first."""
        query = DepartureQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        rows = departures_on_sale(
            now=timezone.now(),
            trip_code=wanted.get("trip", "").upper(),
            first_day=wanted.get("from"),
            last_day=wanted.get("to"),
        )
        return self.page_of(rows)
