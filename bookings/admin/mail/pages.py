"""The outbox' own admin pages: the question before an action, and the preview of a mail."""

from typing import Any

from django import forms
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

# A mail's HTML is shown in a frame that can run nothing, load nothing and reach nothing of the admin.
PREVIEW_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}


MOST = 10_000  # rows that one question is about


class ResendForm(forms.Form):
    recipient = forms.EmailField(label="Send it to", widget=UnfoldAdminEmailInputWidget)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Kept with the message, for whoever asks why it was never sent.",
    )


class RetryForm(forms.Form):
    """Only the question."""


def ask(request: HttpRequest, admin: Any, form: forms.Form, **words: Any) -> HttpResponse:
    """The page with the question. `words`: title, question, button and, for a list action, action and the ids named."""
    return TemplateResponse(
        request,
        "admin/notifications/ask.html",
        {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "form": form,
            "back": reverse(admin_url(admin, "changelist")),
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
            **words,
        },
    )


def chosen(request: HttpRequest, rows: QuerySet[Any]) -> list[int]:
    """The rows that a list action is about: those that are chosen, and once it has asked, just those that it named."""
    named = request.POST.get("named", "")
    if named:
        return [int(pk) for pk in named.split(",") if pk.isascii() and pk.isdecimal() and len(pk) < 19][:MOST]
    return list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])


def admin_url(admin: Any, page: str) -> str:
    return f"{admin.admin_site.name}:{admin.opts.app_label}_{admin.opts.model_name}_{page}"


def framed(html: str) -> HttpResponse:
    return HttpResponse(html, headers=PREVIEW_HEADERS)


def frame(url: str) -> SafeString:
    return format_html(
        '<iframe src="{}" sandbox title="Preview of the mail" loading="lazy" style="width:100%;min-height:36rem;'
        'border:1px solid rgba(128,128,128,.35);border-radius:6px;background:#fff"></iframe>',
        url,
    )


def plain(text: str) -> SafeString:
    return format_html('<div dir="auto" style="white-space:pre-wrap;max-width:70ch">{}</div>', text)


def breakable(text: str) -> SafeString:
    """A long address must not widen a telephone's page."""
    style = "display:inline-block;min-width:10rem;overflow-wrap:anywhere"
    return format_html('<span dir="auto" style="{}">{}</span>', style, text)


def unbroken(text: str) -> SafeString:
    return format_html('<span style="white-space:nowrap">{}</span>', text)
