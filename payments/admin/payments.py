"""Payments and refunds: looked at here, recorded on the booking page, changed by acts only."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, MultipleChoicesDropdownFilter
from unfold.decorators import display

from bookings.admin.desk import DeskAdmin, Panel
from bookings.admin.filters import DaysFilter
from bookings.admin.people import person
from bookings.admin.search import find_bookings
from bookings.models import Booking
from bookings.wording import money
from payments.admin import acts
from payments.models import Payment, Refund

COLOURS: dict[str, str] = {
    Payment.Status.CREATED: "",
    Payment.Status.PENDING: "info",
    Payment.Status.UNKNOWN: "warning",
    Payment.Status.REVIEW: "warning",
    Payment.Status.SUCCEEDED: "success",
    Payment.Status.FAILED: "danger",
    Payment.Status.EXPIRED: "",
}
REFUND_COLOURS: dict[str, str] = {
    Refund.Status.REQUESTED: "warning",
    Refund.Status.APPROVED: "info",
    Refund.Status.PROCESSING: "info",
    Refund.Status.SUCCEEDED: "success",
    Refund.Status.FAILED: "danger",
    Refund.Status.UNKNOWN: "warning",
}


def refunds_panel(_request: HttpRequest, payment: Payment) -> Panel | None:
    rows = [(refund, REFUND_COLOURS.get(refund.status, "")) for refund in payment.refunds.all()]
    return Panel("admin/payments/refunds_panel.html", {"rows": rows}) if rows else None


class LookOnly(DeskAdmin):
    """Rows that nobody types: no add, change or delete."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def link_to(booking: Booking) -> SafeString:
    url = reverse("admin:bookings_booking_change", args=[booking.pk])
    return format_html('<a class="td-link" href="{}">{}</a>', url, booking.reference)


@admin.register(Payment)
class PaymentAdmin(LookOnly):
    acts = [acts.RECEIVED, acts.FAILED, acts.VOID]
    panels = [refunds_panel]
    colours = COLOURS
    change_form_outer_before_template = "admin/payments/payment_top.html"
    list_display = ("tx_ref", "shown_booking", "who", "method", "shown_amount", "shown_status", "received_at")
    list_select_related = ("booking__customer",)
    list_filter = (
        ("status", MultipleChoicesDropdownFilter),
        ("method", MultipleChoicesDropdownFilter),
        ("received_at", DaysFilter),
        ("created_at", DaysFilter),
    )
    search_fields = ("tx_ref",)
    search_help_text = "Transaction, receipt or bank reference, booking, customer's name, e-mail or phone"
    sortable_by = ("tx_ref", "received_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        payments: QuerySet[Payment] = super().get_queryset(request).prefetch_related("refunds")
        return payments

    def get_fields(self, request: HttpRequest, obj: Payment | None = None) -> list[str]:
        """What stands below the payment's head; a provider's words only where one was asked."""
        manual = ["external_reference", "note", "failure_reason", "recorded_by_label", "created_at"]
        provider = [] if obj and obj.method in Payment.MANUAL else ["provider_reference", "verify_answer"]
        return manual + provider

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        @display(description="next step")
        def next_step(payment: Payment) -> SafeString:
            return self.next_steps(request, payment)

        return [*super().get_list_display(request), next_step]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Payment], search_term: str
    ) -> tuple[QuerySet[Payment], bool]:
        """A reference of the payment itself, else whatever finds the booking."""
        code = " ".join(search_term.upper().split())
        if not code:
            return queryset, False
        typed = Q(method__in=Payment.Method.values, external_reference__in={code, search_term.strip()})
        own = queryset.filter(Q(tx_ref__startswith=code) | typed)
        if own.exists():
            return own, False
        return queryset.filter(booking__in=find_bookings(Booking.objects.order_by(), search_term)), False

    def act_row(self, obj: Payment) -> list[str]:
        amount = money(obj.amount, obj.currency)
        customer = obj.booking.customer.name
        return [obj.tx_ref, obj.booking.reference, customer, amount, str(obj.get_status_display())]

    @display(description="booking")
    def shown_booking(self, payment: Payment) -> SafeString:
        return link_to(payment.booking)

    @display(description="customer")
    def who(self, payment: Payment) -> SafeString:
        return person(payment.booking.customer.name)

    @display(description="amount")
    def shown_amount(self, payment: Payment) -> str:
        return money(payment.amount, payment.currency)

    @display(description="status", label=COLOURS)
    def shown_status(self, payment: Payment) -> tuple[str, str]:
        return payment.status, str(payment.get_status_display())


@admin.register(Refund)
class RefundAdmin(LookOnly):
    list_display = ("payment", "shown_booking", "kind", "shown_amount", "shown_status", "reason", "created_at")
    list_select_related = ("payment__booking",)
    list_filter = (
        ("status", MultipleChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("created_at", DaysFilter),
    )
    search_fields = ("payment__tx_ref__startswith", "payment__booking__reference__startswith")
    search_help_text = "Transaction or booking reference"
    sortable_by = ("created_at",)
    fields = ("payment", "kind", "amount", "status", "reason", "requested_by_label", "approved_by", "created_at")

    @display(description="booking")
    def shown_booking(self, refund: Refund) -> SafeString:
        return link_to(refund.payment.booking)

    @display(description="amount")
    def shown_amount(self, refund: Refund) -> str:
        return money(refund.amount, refund.payment.currency)

    @display(description="status", label=REFUND_COLOURS)
    def shown_status(self, refund: Refund) -> tuple[str, str]:
        return refund.status, str(refund.get_status_display())
