"""REST: payments for other systems, and the provider's unsigned callback; /api/schema/ describes each call."""

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actors import integration
from bookings.models import EVERY_BOOKING, ApiKey
from bookings.rest import openapi
from bookings.rest.endpoint import AlwaysJSON, ApiView, PagesById
from bookings.rest.idempotency import idempotent_outside
from bookings.rest.views import find_booking
from bookings.services.api_limits import count_mail
from notifications import dispatch
from payments.gateway import Verdict
from payments.models import Payment
from payments.refusals.provider import ProviderMisconfigured, ProviderUnreachable
from payments.serializers import NewPaymentSerializer, PaymentQuery, PaymentSerializer, VerificationSerializer
from payments.services.checkout import hints
from payments.services.checkout.payable import link_given, why_not_payable
from payments.services.checkout.start import find_made, start_payment
from payments.services.checkout.verify import verify_payment
from payments.throttles import CallbackThrottle

TX_REF = re.compile(r"[A-Za-z0-9._-]{1,50}")
TX_REF_PARAMETER = OpenApiParameter(
    "tx_ref", str, OpenApiParameter.PATH, description="The payment's transaction, such as CHAPA-7K3M9QX2AB."
)


class PaymentInitiate(ApiView):
    scope_area = "payments"
    serializer_class = PaymentSerializer

    @extend_schema(
        parameters=[openapi.IDEMPOTENCY_KEY],
        request=NewPaymentSerializer,
        responses={201: PaymentSerializer, **openapi.ONE, **openapi.WRITE, **openapi.PROVIDER},
    )
    @idempotent_outside
    def post(self, request: Request) -> Response:
        """Begin a payment: send the customer to its checkout_url. An open one of the same amount is given again.

        Where it was paid before we could answer, it comes back as succeeded, without a checkout_url.
        """
        body = NewPaymentSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        payment = find_made(self.creation_key) or self._start(body.validated_data)
        return Response(self.get_serializer(payment).data, status=status.HTTP_201_CREATED)

    def _start(self, wanted: dict[str, Any]) -> Payment:
        booking, now = find_booking(wanted["booking"], self.api_key), timezone.now()
        if why_not_payable(booking, now) is None and link_given(booking, now) is None:
            count_mail(email=booking.customer.email, now=now)  # the link that nobody pays ends with a mail
        return start_payment(
            booking_id=booking.pk,
            amount=wanted.get("amount"),
            return_url=wanted.get("return_url", ""),
            creation_key=self.creation_key,
            actor=integration(self.api_key.name),
            now=now,
        )


class PaymentVerify(ApiView):
    scope_area = "payments"
    serializer_class = PaymentSerializer

    @extend_schema(
        parameters=[openapi.IDEMPOTENCY_KEY],
        request=VerificationSerializer,
        responses={200: PaymentSerializer, **openapi.ONE, **openapi.WRITE, **openapi.PROVIDER},
    )
    @idempotent_outside
    def post(self, request: Request) -> Response:
        """Ask the provider now; the payment as it is after its answer."""
        body = VerificationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        payment = find_payment(body.validated_data["tx_ref"], self.api_key)
        actor = integration(self.api_key.name)
        verified = verify_payment(payment_id=payment.pk, source="the API", actor=actor, now=timezone.now())
        if verified.answer.verdict is Verdict.MISCONFIGURED:
            raise ProviderMisconfigured
        if not verified.answered:
            raise ProviderUnreachable
        return Response(self.get_serializer(verified.payment).data)


class PaymentStatus(ApiView):
    scope_area = "payments"
    serializer_class = PaymentSerializer

    @extend_schema(parameters=[TX_REF_PARAMETER], responses={200: PaymentSerializer, **openapi.ONE})
    def get(self, request: Request, tx_ref: str) -> Response:
        """One payment, as we know it; nobody is asked."""
        return Response(self.get_serializer(find_payment(tx_ref, self.api_key)).data)


class PaymentsOfUser(ApiView):
    scope_area = "payments"
    serializer_class = PaymentSerializer
    pagination_class = PagesById

    @extend_schema(parameters=[PaymentQuery], responses={200: PaymentSerializer(many=True), **openapi.QUERY})
    def get(self, request: Request) -> Response:
        """The payments of one of your customers, the latest first."""
        query = PaymentQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        name, user_id = self.api_key.name, query.validated_data["user_id"]
        rows = payments_of(self.api_key)
        return self.page_of(rows.filter(booking__customer__integration=name, booking__customer__user_id=user_id))


class PaymentCallback(APIView):
    """Not signed, so believed for nothing, and it says the same to everybody."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (CallbackThrottle,)
    content_negotiation_class = AlwaysJSON
    http_method_names = ["get"]

    @extend_schema(
        auth=[],
        parameters=[
            OpenApiParameter("trx_ref", str, description="The payment's transaction."),
            OpenApiParameter("tx_ref", str, description="Another spelling of it."),
        ],
        responses={
            200: OpenApiResponse(openapi.NOTED, "Heard; the provider will be asked if there is something to ask."),
            429: openapi.READ[429],
        },
    )
    def get(self, request: Request) -> Response:
        """The provider's hint that a payment has moved: we ask it, soon. Parameters, or the same as a JSON body."""
        told = {**_body(request), **request.query_params.dict()}
        tx_ref = told.get("trx_ref") or told.get("tx_ref")
        if isinstance(tx_ref, str) and TX_REF.fullmatch(tx_ref):
            payment_id = hints.note_hint(tx_ref=tx_ref, now=timezone.now())
            if payment_id is not None:
                dispatch.wake("payments.settle_payment", payment_id)
        return Response({"detail": "Noted."})


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = request.data
    except APIException:  # too large, not JSON: nothing worth an error
        return {}
    return body if isinstance(body, dict) else {}


def payments_of(api_key: ApiKey) -> QuerySet[Payment]:
    """Those for bookings that its integration took, unless its scopes say more."""
    rows = Payment.objects.select_related("booking")
    return rows if EVERY_BOOKING in api_key.scopes else rows.filter(booking__integration=api_key.name)


def find_payment(tx_ref: str, api_key: ApiKey) -> Payment:
    """One that the key may not see is as unknown as one that isn't there."""
    payment = payments_of(api_key).filter(tx_ref=tx_ref).first() if TX_REF.fullmatch(tx_ref) else None
    if payment is None:
        raise NotFound("There is no such payment.")
    return payment
