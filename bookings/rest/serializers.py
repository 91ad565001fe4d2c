"""JSON in and out of the REST API. What comes in is strict (fields.py)."""

from datetime import UTC
from typing import Any

from django.conf import settings
from rest_framework import serializers

from bookings.models import EVERY_BOOKING, ApiKey, Booking, BookingLine, Customer, Departure, Traveller, Trip
from bookings.names import validate_name
from bookings.rest.fields import Choice, Day, Email, OneLine, Strict, Text, WholeNumber
from bookings.services.create import MAX_PARTY


class NewCustomerSerializer(Strict):
    name = OneLine(max_length=150, validators=[validate_name], help_text="No links, no markup.")
    email = Email(max_length=254)
    phone = Text(max_length=30, required=False, allow_blank=True)
    language = Choice(choices=settings.LANGUAGES, required=False)
    user_id = Text(max_length=64, required=False, help_text="Your own id of the customer.")


class NewTravellerSerializer(Strict):
    name = OneLine(max_length=150, validators=[validate_name], help_text="No links, no markup.")
    category = Choice(choices=Traveller.Category.choices, required=False)
    notes = OneLine(max_length=255, required=False, allow_blank=True)


class NewBookingSerializer(Strict):
    departure = Text(max_length=40, help_text="The departure's code.")
    party_size = WholeNumber(min_value=1, max_value=MAX_PARTY)
    customer = NewCustomerSerializer()
    travellers = serializers.ListField(child=NewTravellerSerializer(), required=False, max_length=MAX_PARTY)
    notes = Text(max_length=2000, required=False, allow_blank=True)

    def validate_departure(self, value: str) -> Departure:
        departure = Departure.objects.filter(code=value.upper()).first()
        if departure is None:
            raise serializers.ValidationError(f"No departure has the code {value}.")
        return departure


class CancellationSerializer(Strict):
    reason = OneLine(max_length=255, help_text="The customer reads it in the mail, as your words; links are broken.")


class DepartureQuery(serializers.Serializer[Any]):
    trip = serializers.CharField(required=False, max_length=20, help_text="The trip's code.")
    to = Day(required=False, help_text="The last day of leaving.")

    def get_fields(self) -> dict[str, Any]:
        day = Day(required=False, help_text="The first day of leaving, in the trip's time zone.")
        return {**super().get_fields(), "from": day}  # a keyword can't be an attribute

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "from" in attrs and "to" in attrs and attrs["from"] > attrs["to"]:
            raise serializers.ValidationError({"from": ["`from` lies after `to`; swap them."]})
        return attrs


class BookingQuery(serializers.Serializer[Any]):
    user_id = serializers.CharField(max_length=64, help_text="Your own id of the customer.")


STRANGER = "a customer without your user_id, unless the key has the scope bookings:all"


def moment(**options: Any) -> serializers.DateTimeField:
    """ISO 8601 in UTC, with a Z."""
    return serializers.DateTimeField(default_timezone=UTC, read_only=True, **options)


class TripSerializer(serializers.ModelSerializer[Trip]):
    class Meta:
        model = Trip
        fields = ("code", "name", "destination", "time_zone")
        read_only_fields = fields


class BookedDepartureSerializer(serializers.ModelSerializer[Departure]):
    trip = TripSerializer(read_only=True)
    starts_at = moment()
    ends_at = moment()

    class Meta:
        model = Departure
        fields: tuple[str, ...] = ("code", "trip", "starts_at", "ends_at")
        read_only_fields: tuple[str, ...] = fields


class DepartureSerializer(BookedDepartureSerializer):
    seats_left = serializers.IntegerField(read_only=True, min_value=0)

    class Meta(BookedDepartureSerializer.Meta):
        fields = (*BookedDepartureSerializer.Meta.fields, "price", "currency", "seats_left")
        read_only_fields = fields


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    phone = serializers.CharField(read_only=True, help_text=f"Empty for {STRANGER}.")
    language = serializers.CharField(read_only=True, help_text=f"Empty for {STRANGER}.")
    user_id = serializers.CharField(read_only=True, help_text="Your own id; empty for a customer you gave none.")

    class Meta:
        model = Customer
        fields = ("name", "email", "phone", "language", "user_id")
        read_only_fields = fields

    def to_representation(self, instance: Customer) -> dict[str, Any]:
        """Whoever states a name and an address is not told what the office knows about that person."""
        shown = super().to_representation(instance)
        api_key: ApiKey = self.context["request"].auth
        if instance.integration == api_key.name:
            return shown
        hidden = ("user_id",) if EVERY_BOOKING in api_key.scopes else ("user_id", "phone", "language")
        return shown | dict.fromkeys(hidden, "")


class LineSerializer(serializers.ModelSerializer[BookingLine]):
    class Meta:
        model = BookingLine
        fields = ("kind", "code", "title", "quantity", "unit_price", "amount")
        read_only_fields = fields


class BookingSerializer(serializers.ModelSerializer[Booking]):
    id = serializers.CharField(source="reference", read_only=True)
    departure = BookedDepartureSerializer(read_only=True)
    customer = CustomerSerializer(read_only=True)
    lines = LineSerializer(many=True, read_only=True, help_text="They add up to the total.")
    balance = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        read_only=True,
        help_text="Still to pay; what is on its way back counts as unpaid. Negative when too much was paid.",
    )
    hold_expires_at = moment(allow_null=True)
    created_at = moment()

    class Meta:
        model = Booking
        fields = (
            "id",
            "status",
            "departure",
            "customer",
            "party_size",
            "currency",
            "unit_price",
            "total",
            "lines",
            "deposit_due",
            "paid",
            "balance",
            "balance_due_on",
            "hold_expires_at",
            "created_at",
        )
        read_only_fields = fields
