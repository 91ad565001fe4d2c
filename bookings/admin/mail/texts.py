"""Staff's own mail texts, with a preview, and the rules for reminders."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from bookings.admin.mail import pages
from bookings.desk.strict import StrictAdmin
from notifications import rendering, template_filters, template_language
from notifications.kinds import all_kinds
from notifications.models import MessageTemplate, ReminderRule
from notifications.number_fields import WholeField


@admin.register(MessageTemplate)
class MessageTemplateAdmin(StrictAdmin):
    list_display = ("kind", "language", "subject", "is_active", "updated_at")
    list_filter = ("language", "is_active")
    search_fields = ("subject", "body")
    actions_detail = ("preview",)
    readonly_fields = ("facts",)
    fields = (("kind", "language"), "is_active", "subject", "body", "facts")

    def get_urls(self) -> list[Any]:
        frame = self.admin_site.admin_view(self.frame_view)
        address = path("<int:template_id>/frame/", frame, name="notifications_messagetemplate_frame")
        return [address, *super().get_urls()]

    @display(description="Facts you may use")
    def facts(self, template: MessageTemplate) -> SafeString:
        """Those of the row's kind; before it has one, those that every kind has."""
        kinds = [template.kind] if template.kind else list(all_kinds())
        common = sorted(set.intersection(*(set(template_language.placeholders(kind)) for kind in kinds)))
        return format_html_join(
            " ", '<code style="white-space:nowrap">{{{{ {} }}}}</code>', ((name,) for name in common)
        )

    @action(description="Preview", permissions=["view"], icon="visibility")
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        template = self.find(request, object_id)
        try:
            mail = rendering.preview(template)
        except template_filters.UnfitText as unfit:
            text = f"{unfit} Until it is corrected, the built-in text is sent."
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(reverse(pages.admin_url(self, "change"), args=(template.pk,)))
        words = {
            "opts": self.opts,
            "title": f"Preview: {template}",
            "mail": mail,
            "frame": pages.frame(reverse(pages.admin_url(self, "frame"), args=(template.pk,))),
            "text": pages.plain(mail.text),
        }
        context = self.admin_site.each_context(request) | words
        return TemplateResponse(request, "admin/notifications/preview.html", context)

    def frame_view(self, request: HttpRequest, template_id: int) -> HttpResponse:
        template = self.find(request, template_id)
        if not self.has_view_permission(request, template):
            raise PermissionDenied
        try:
            return pages.framed(rendering.preview(template).html)
        except template_filters.UnfitText as unfit:
            return pages.framed(pages.plain(str(unfit)))


@admin.register(ReminderRule)
class ReminderRuleAdmin(StrictAdmin):
    formfield_overrides = {models.IntegerField: {"form_class": WholeField}}
    list_display = ("kind", "hours_before", "is_active")
    list_filter = ("is_active",)
