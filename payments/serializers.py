"""JSON in and out of the payment calls of the REST API."""

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings.rest.fields import Amount, OnlyText, Strict, Text
from bookings.rest.serializers import moment
from payments.emails import receipt_name
from payments.models import Payment
from payments.services.checkout.unpaid import CLOSED_BECAUSE, NEVER_THERE, NOT_COMPLETED
from payments.web_addresses import LONGEST, read_address


class WebAddress(OnlyText, serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        address = super().to_internal_value(data)
        try:
            read_address(address)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error
        return address


class NewPaymentSerializer(Strict):
    booking = Text(max_length=12, help_text="The booking's id.")
    amount = Amount(
        min_value=Decimal("0.01"),
        required=False,
        help_text="In the booking's currency, never more than its balance; what is due now if none is given. Better a"
        " text than a number: JSON's numbers lose cents in many languages.",
    )
    return_url = extend_schema_field(OpenApiTypes.URI)(WebAddress)(
        required=False,
        max_length=LONGEST,
        help_text="Where the customer goes afterwards; our own page if none is given.",
    )


class VerificationSerializer(Strict):
    tx_ref = Text(max_length=50)


class PaymentQuery(serializers.Serializer[Any]):
    user_id = serializers.CharField(max_length=64, help_text="Your own id of the customer.")


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    booking = serializers.CharField(source="booking.reference", read_only=True, help_text="The booking's id.")
    checkout_url = serializers.SerializerMethodField(help_text="Where the customer pays; null unless pending.")
    failure_reason = serializers.SerializerMethodField(help_text="Empty unless it failed or expired.")
    receipt = serializers.SerializerMethodField(help_text="Such as R-000042; empty until it has succeeded.")
    created_at = moment()

    class Meta:
        model = Payment
        fields = (
            "tx_ref",
            "booking",
            "method",
            "amount",
            "currency",
            "status",
            "checkout_url",
            "failure_reason",
            "receipt",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_checkout_url(self, payment: Payment) -> str | None:
        return payment.checkout_url if payment.status == Payment.Status.PENDING and payment.checkout_url else None

    def get_failure_reason(self, payment: Payment) -> str:
        """What staff note about a provider's payment, or the provider says to us, is not for others."""
        known = {"", NOT_COMPLETED, NEVER_THERE, *CLOSED_BECAUSE.values()}
        mailed = payment.method in Payment.MANUAL
        return payment.failure_reason if mailed or payment.failure_reason in known else NOT_COMPLETED

    def get_receipt(self, payment: Payment) -> str:
        return receipt_name(payment)
