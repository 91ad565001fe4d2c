"""Customers, and what they have booked."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from bookings.admin.pickers import CustomerPicker
from bookings.admin.search import find_customers
from bookings.desk.admin import DeskAdmin, Panel
from bookings.desk.people import person
from bookings.forms.customers import CustomerForm
from bookings.models import Customer
from bookings.services.customers import readdress_unsent

SHOWN = 20


def bookings_panel(request: HttpRequest, customer: Customer) -> Panel | None:
    """The customer's latest bookings."""
    if not request.user.has_perm("bookings.view_booking"):
        return None
    bookings = list(customer.bookings.select_related("departure__trip", "customer")[: SHOWN + 1])
    context = {"bookings": bookings[:SHOWN], "more": len(bookings) > SHOWN, "title": "Bookings"}
    return Panel("admin/bookings/bookings_panel.html", context | {"query": f"customer__id__exact={customer.pk}"})


@admin.register(Customer)
class CustomerAdmin(DeskAdmin):
    panels = [bookings_panel]
    change_form_outer_before_template = "admin/bookings/customer_top.html"
    list_display = ("listed_name", "listed_email", "listed_phone", "country", "language")
    list_filter = (("language", ChoicesDropdownFilter),)
    search_fields = ("name",)
    search_help_text = "Name, e-mail or phone"
    empty_hint = "Customers come with their first booking; you can also add one before."
    fields = ("name", "email", "phone", "country", "language", "notes")
    form = CustomerForm

    def get_urls(self) -> list[URLPattern]:
        pick = self.admin_site.admin_view(CustomerPicker.as_view())
        return [path("pick/", pick, name="bookings_customer_pick"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Customer, form: CustomerForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            readdress_unsent([obj.pk])

    def has_delete_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        """Only one who never booked."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.bookings.exists())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        return find_customers(queryset, search_term), False

    @display(description="name", ordering="name")
    def listed_name(self, customer: Customer) -> SafeString:
        return person(customer.name)

    @display(description="e-mail", ordering="email")
    def listed_email(self, customer: Customer) -> SafeString | str:
        return format_html('<a href="mailto:{0}">{0}</a>', customer.email) if customer.email else "–"

    @display(description="phone")
    def listed_phone(self, customer: Customer) -> SafeString | str:
        return format_html('<a href="tel:{0}">{0}</a>', customer.phone) if customer.phone else "–"
