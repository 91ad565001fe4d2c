"""API keys: the key is shown once, when it is made; afterwards only its beginning is known."""

from copy import copy
from typing import Any

import rest_framework_api_key.admin  # noqa: F401 (so that its page is there to be taken away)
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework_api_key.models import APIKey
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from bookings.desk.strict import StrictAdmin
from bookings.forms.fields import OFFICE_TIME
from bookings.models import SCOPES, ApiKey

admin.site.unregister(APIKey)


def shown(key: ApiKey) -> ApiKey:
    """The key as pages and log entries name it. Never to be saved."""
    named = copy(key)
    named.pk = key.prefix
    return named


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    scopes = forms.MultipleChoiceField(
        choices=SCOPES,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label="May",
        error_messages={"required": "Tick at least one thing that this key may do."},
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "expiry_date")
        help_texts = {
            "name": "The system that uses it, such as website. Keys of one name see the same customers.",
            "expiry_date": f"{OFFICE_TIME} Left blank: never. Afterwards the key is refused.",
        }


@admin.register(ApiKey)
class ApiKeyAdmin(StrictAdmin):
    form = ApiKeyForm
    list_display = ("name", "prefix", "may", "state", "created", "expiry_date")
    list_filter = ("revoked",)
    list_per_page = 50
    search_fields = ("name", "prefix__exact")
    search_help_text = "Name, or the part of the key before the dot."
    empty_hint = "Other systems, such as your website, need a key to read departures and to book."
    actions = None
    actions_row = actions_detail = ("revoke",)

    # The library's primary key holds the key's hash: on pages, in addresses and in the history it is the prefix.
    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ApiKey | None:
        found: ApiKey | None = self.get_queryset(request).filter(prefix=object_id).first()
        return found

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        for key in found.result_list:
            key.pk = key.prefix
        return found

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if context["original"]:
            context["original"] = shown(context["original"])
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        key = self.find(request, object_id)
        response: HttpResponse = super().history_view(
            request, object_id, {"object": shown(key), **(extra_context or {})}
        )
        return response

    def log_addition(self, request: HttpRequest, obj: ApiKey, message: Any) -> Any:
        return super().log_addition(request, shown(obj), message)

    def log_change(self, request: HttpRequest, obj: ApiKey, message: Any) -> Any:
        return super().log_change(request, shown(obj), message)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        response: HttpResponse = super().response_add(request, shown(obj), post_url_continue)
        return response

    def response_change(self, request: HttpRequest, obj: ApiKey) -> HttpResponse:
        response: HttpResponse = super().response_change(request, shown(obj))
        return response

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """No picker offers keys: its answers would name them by their primary key."""
        return False

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return ("name", "scopes", "expiry_date", "prefix", "state") if obj else ("name", "scopes", "expiry_date")

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return ("name", "prefix", "state") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (isinstance(obj, ApiKey) and obj.revoked)

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False  # revoking leaves the trace

    def save_model(self, request: HttpRequest, obj: ApiKey, form: ApiKeyForm, change: bool) -> None:
        key = "" if change else ApiKey.objects.assign_key(obj)
        super().save_model(request, obj, form, change)
        if key:
            text = f"The key of {obj.name}: {key} – copy it now, it is never shown again."
            self.message_user(request, text, messages.WARNING)

    @display(description="May")
    def may(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @display(description="State", label={"In use": "success", "Expired": "warning", "Revoked": "danger"})
    def state(self, key: ApiKey) -> str:
        if key.revoked:
            return "Revoked"
        return "Expired" if key.has_expired else "In use"

    @action(
        description="Revoke",
        permissions=["change"],
        icon="block",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Revoke this key?",
            "description": "Whatever uses it is refused from now on. This can't be undone.",
            "form_class": None,
            "form_submit_text": "Revoke",
        },
    )
    def revoke(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        if ApiKey.objects.filter(prefix=unquote(object_id), revoked=False).update(revoked=True):
            self.message_user(request, "The key is revoked.")
        else:
            self.message_user(request, "The key was revoked before.", messages.WARNING)
        return HttpResponse(headers={"HX-Redirect": reverse("admin:bookings_apikey_changelist")})
