"""What the OpenAPI document says of every endpoint: the key, and each refusal with its body."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import Direction, OpenApiParameter, OpenApiResponse
from rest_framework import serializers


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "bookings.rest.keys.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The word Api-Key, a blank, and the key.",
        }


class StrictScheme(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = "bookings.rest.fields.Strict"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        mapper: Any = auto_schema._map_serializer  # noqa: SLF001 (the documented way)
        return {**mapper(self.target, direction, bypass_extensions=True), "additionalProperties": False}


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="For machines.")
    detail = serializers.CharField(help_text="A sentence for people.")
    seats_left = serializers.IntegerField(required=False, min_value=0, help_text="With the code sold_out.")


FIELDS = {
    "type": "object",
    "description": 'The fields in the shape of the request, each with its messages: {"party_size": ["…"]}.',
    "additionalProperties": {},
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="The same key and body give the first answer again, for 24 hours.",
)
REFERENCE = OpenApiParameter(
    "reference", OpenApiTypes.STR, OpenApiParameter.PATH, description="The booking's id, such as TD-7K3M9QX2."
)
READ: dict[int, Any] = {
    401: OpenApiResponse(ErrorSerializer, "No valid key."),
    403: OpenApiResponse(ErrorSerializer, "The key lacks the scope."),
    429: OpenApiResponse(
        ErrorSerializer,
        "Too many calls; or your integration holds too many unpaid seats on the departure (code unpaid_seats), or the "
        "address has had too many mails today (too_many_mails). Retry-After says for how long to wait.",
    ),
}
QUERY = {**READ, 400: OpenApiResponse(FIELDS, "A wrong parameter.")}
ONE = {**READ, 404: OpenApiResponse(ErrorSerializer, "Unknown, or not yours to see.")}
NOTED = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
PROVIDER = {503: OpenApiResponse(ErrorSerializer, "The provider can't be reached; Retry-After says when to ask again.")}
WRITE = {
    **QUERY,
    400: OpenApiResponse(FIELDS, "Wrong fields, or a body that isn't JSON (then with code and detail)."),
    409: OpenApiResponse(ErrorSerializer, "Refused (code says why), or the same request is still running."),
    411: OpenApiResponse(ErrorSerializer, "A body in chunks; send it with a Content-Length."),
    413: OpenApiResponse(ErrorSerializer, "More than 64 KiB."),
    415: OpenApiResponse(ErrorSerializer, "Not application/json."),
    422: OpenApiResponse(ErrorSerializer, "The Idempotency-Key came with another request before."),
}
