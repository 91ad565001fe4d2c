"""Payments: looked at here, recorded on the booking page, changed by actions only."""

import re
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import MultipleChoicesDropdownFilter
from unfold.decorators import display
from unfold.utils import display_for_label

from bookings.admin.filters import DaysFilter
from bookings.admin.mail.pages import unbroken
from bookings.admin.search import find_bookings
from bookings.desk.people import person, two_lines
from bookings.desk.strict import as_typed
from bookings.models import Booking
from bookings.wording import money
from payments.admin import closing, decisions, files, revenue_report
from payments.admin.filters import CheckFilter, PaymentAge
from payments.admin.look_only import LookOnly, link_to
from payments.admin.readable import rows_of
from payments.admin.refund_links import refunds_panel
from payments.emails import receipt_name
from payments.models import Payment, Refund
from payments.services.refunds.propose import left_on

COLOURS: dict[str, str] = {
    Payment.Status.CREATED: "",
    Payment.Status.PENDING: "info",
    Payment.Status.UNKNOWN: "warning",
    Payment.Status.REVIEW: "warning",
    Payment.Status.SUCCEEDED: "success",
    Payment.Status.FAILED: "danger",
    Payment.Status.EXPIRED: "",
}


def gone_back(payment: Payment) -> str:
    """Such as “ETB 500.00 paid back”; its refunds must be prefetched."""
    gone = [refund for refund in payment.refunds.all() if refund.status == Refund.Status.SUCCEEDED]
    if any(refund.kind == Refund.Kind.VOID for refund in gone):
        return "voided"
    back = sum((refund.amount for refund in gone), Decimal(0))
    return f"{money(back, payment.currency)} paid back" if back else ""


@admin.register(Payment)
class PaymentAdmin(LookOnly):
    panels = [refunds_panel]
    colours = COLOURS
    change_form_outer_before_template = "admin/payments/payment_top.html"
    list_display = ("tx_ref", "shown_booking", "shown_amount", "shown_status", "shown_known")
    list_select_related = ("booking__customer",)
    list_filter = (
        ("status", MultipleChoicesDropdownFilter),
        ("method", MultipleChoicesDropdownFilter),
        PaymentAge,
        CheckFilter,
        ("received_at", DaysFilter),
        ("created_at", DaysFilter),
    )
    linked_lookups = frozenset({"method__in"})
    search_fields = ("tx_ref",)
    search_help_text = "Transaction, receipt or bank reference, booking, customer's name, e-mail or phone"
    empty_hint = "A payment begins on the page of its booking: record it there, or send the payment link."
    sortable_by = ("tx_ref", "shown_known")
    readonly_fields = ("shown_charge", "shown_answer")

    def get_urls(self) -> list[URLPattern]:
        protect = self.admin_site.admin_view
        return [
            path("decisions/", protect(self.decisions_view), name="payments_payment_decisions"),
            path("decisions/close/", protect(self.close_view), name="payments_payment_close"),
            path("takings/", protect(self.revenue_report_view), name="payments_payment_revenue_report"),
            path("<path:object_id>/proof/", protect(self.proof_view), name="payments_payment_proof"),
            path("<path:object_id>/receipt/", protect(self.receipt_view), name="payments_payment_receipt"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def decisions_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return decisions.page(self, request)

    def close_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return closing.page(self, request)

    @method_decorator(require_safe)
    def revenue_report_view(self, request: HttpRequest) -> HttpResponse:
        return revenue_report.page(self, request)

    @method_decorator(require_safe)
    def proof_view(self, request: HttpRequest, object_id: str) -> FileResponse:
        return files.proof(self, request, object_id)

    @method_decorator(require_safe)
    def receipt_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return files.receipt(self, request, object_id)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        payments: QuerySet[Payment] = super().get_queryset(request).prefetch_related("refunds")
        return payments

    def get_fields(self, request: HttpRequest, obj: Payment | None = None) -> list[str]:
        """What stands below the payment's head; a provider's words only where one was asked."""
        asked = ["provider_reference", "provider_mode", "checked_at", "check_note", "next_check_at"]
        names = ["external_reference", "note", "failure_reason", "recorded_by_label", "created_at"]
        if obj is None or obj.is_online:
            names += [*asked, "shown_charge", "shown_answer"]
        return [name for name in names if obj is None or getattr(obj, name, True) not in ("", None)]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        @display(description="next step")
        def next_step(payment: Payment) -> SafeString:
            return self.next_steps(request, payment)

        return [*super().get_list_display(request), next_step]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Payment], search_term: str
    ) -> tuple[QuerySet[Payment], bool]:
        """A reference of the payment itself, else whatever finds the booking."""
        code = as_typed(search_term).upper()
        if not code:
            return queryset, False
        typed = Q(method__in=Payment.Method.values, external_reference__in={code, as_typed(search_term)})
        receipt = re.fullmatch(r"R-?0*([0-9]{1,9})", code)
        numbered = Q(receipt_number=int(receipt[1])) if receipt else Q()
        own = queryset.filter(Q(tx_ref__startswith=code) | typed | numbered)
        if own.exists():
            return own, False
        return queryset.filter(booking__in=find_bookings(Booking.objects.order_by(), search_term)), False

    def action_row(self, obj: Payment) -> list[str]:
        amount = money(obj.amount, obj.currency)
        customer = obj.booking.customer.name
        return [obj.tx_ref, obj.booking.reference, customer, amount, str(obj.get_status_display())]

    @display(description="booking")
    def shown_booking(self, payment: Payment) -> SafeString:
        return two_lines(link_to(payment.booking), person(payment.booking.customer.name))

    @display(description="amount")
    def shown_amount(self, payment: Payment) -> SafeString:
        return two_lines(money(payment.amount, payment.currency), str(payment.get_method_display()))

    @display(description="status")
    def shown_status(self, payment: Payment) -> SafeString:
        """Green only while some of the money is still here."""
        back = gone_back(payment)
        colours = COLOURS | {Payment.Status.SUCCEEDED: "" if back and not left_on(payment) else "success"}
        label = display_for_label((payment.status, str(payment.get_status_display())), "", colours)
        return format_html('{}<div class="td-warn">{}</div>', label, back) if back else label

    @display(description="received", ordering="received_at")
    def shown_known(self, payment: Payment) -> SafeString:
        """When it came and its receipt; else when it was begun, and why it isn't here or what the provider said."""
        if payment.received_at:
            words, moment = receipt_name(payment), date_format(timezone.localtime(payment.received_at), "j M Y, H:i")
        else:
            words = payment.failure_reason or (payment.check_note if payment.checked_at else "")
            moment = f"begun {naturaltime(payment.created_at)}"
        note = format_html('<span class="td-note" dir="auto">{}</span>', Truncator(words).chars(120))
        return two_lines(unbroken(moment), note)

    @display(description="provider's fee")
    def shown_charge(self, payment: Payment) -> str:
        return "–" if payment.provider_charge is None else money(payment.provider_charge, payment.currency)

    @display(description="provider's answer")
    def shown_answer(self, payment: Payment) -> SafeString:
        return rows_of(payment.verify_answer)
