"""Refunds: looked at here, asked for on the payment, changed by actions only."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import ChoicesDropdownFilter, MultipleChoicesDropdownFilter
from unfold.decorators import display

from bookings.admin.filters import DaysFilter
from bookings.admin.mail.pages import unbroken
from bookings.admin.search import NEWEST
from bookings.desk.people import person, two_lines
from bookings.desk.strict import as_typed
from bookings.wording import money
from payments.admin.filters import AgeFilter
from payments.admin.look_only import LookOnly, link_to
from payments.admin.readable import rows_of
from payments.admin.refund_links import REFUND_COLOURS
from payments.models import Refund


class RefundAge(AgeFilter):
    waiting = (Refund.Status.REQUESTED, Refund.Status.APPROVED, *Refund.MOVING)
    since = "created_at"


@admin.register(Refund)
class RefundAdmin(LookOnly):
    colours = REFUND_COLOURS
    change_form_outer_before_template = "admin/payments/refund_top.html"
    list_display = (
        "shown_name",
        "shown_booking",
        "shown_amount",
        "shown_status",
        "shown_reason",
        "shown_created",
    )
    list_select_related = ("payment__booking__customer",)
    list_filter = (
        ("status", MultipleChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("way", MultipleChoicesDropdownFilter),
        RefundAge,
        ("created_at", DaysFilter),
    )
    search_fields = ("payment__tx_ref",)
    search_help_text = "Transaction or booking reference"
    empty_hint = "A refund begins on the page of the payment that it gives back."
    sortable_by = ("shown_created",)
    readonly_fields = ("shown_answer",)

    def get_fields(self, request: HttpRequest, obj: Refund | None = None) -> list[str]:
        """What stands below the refund's head; a provider's words only where one was asked."""
        fields = ["external_reference", "created_at", "succeeded_at"]
        if obj and obj.way == Refund.Way.PROVIDER:
            fields = ["provider_reference", "created_at", "sent_at", "succeeded_at", "next_check_at", "shown_answer"]
        return fields

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        @display(description="next step")
        def next_step(refund: Refund) -> SafeString:
            return self.next_steps(request, refund)

        return [*super().get_list_display(request), next_step]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Refund], search_term: str
    ) -> tuple[QuerySet[Refund], bool]:
        """A union, not an OR over two joins: each part keeps its index. Its newest rows are looked up first."""
        code = as_typed(search_term).upper()
        if not code:
            return queryset, False
        starts = (Q(payment__tx_ref__startswith=code), Q(payment__booking__reference__startswith=code))
        first, *others = [Refund.objects.order_by().filter(start).values_list("pk") for start in starts]
        newest = first.union(*others).order_by("-id")[:NEWEST]
        return queryset.filter(pk__in=[pk for (pk,) in newest]), False

    def action_row(self, obj: Refund) -> list[str]:
        payment = obj.payment
        amount, way = money(obj.amount, payment.currency), str(obj.get_way_display())
        return [payment.tx_ref, payment.booking.reference, payment.booking.customer.name, amount, way, obj.reason]

    @display(description="refund")
    def shown_name(self, refund: Refund) -> SafeString:
        return two_lines(str(refund), refund.payment.tx_ref)

    @display(description="booking")
    def shown_booking(self, refund: Refund) -> SafeString:
        booking = refund.payment.booking
        return two_lines(link_to(booking), person(booking.customer.name))

    @display(description="amount")
    def shown_amount(self, refund: Refund) -> SafeString:
        way = str(refund.get_way_display()) if refund.kind == Refund.Kind.REFUND else ""
        return two_lines(money(refund.amount, refund.payment.currency), way)

    @display(description="status", label=REFUND_COLOURS)
    def shown_status(self, refund: Refund) -> tuple[str, str]:
        return refund.status, str(refund.get_status_display())

    @display(description="reason")
    def shown_reason(self, refund: Refund) -> SafeString:
        words = Truncator(refund.check_note if refund.status == Refund.Status.FAILED else refund.reason)
        return format_html('<span class="td-note" dir="auto">{}</span>', words.chars(80))

    @display(description="asked for", ordering="created_at")
    def shown_created(self, refund: Refund) -> SafeString:
        when = date_format(timezone.localtime(refund.created_at), "j M Y, H:i")
        return two_lines(unbroken(when), person(refund.requested_by_label))

    @display(description="provider's answer")
    def shown_answer(self, refund: Refund) -> SafeString:
        return rows_of(refund.provider_answer)
