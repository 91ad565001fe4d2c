"""What every step of the log-in shares: its page, and where it leads."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

View = Callable[..., HttpResponse]
secret_form = sensitive_post_parameters("code", "password")


def page(request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
    return TemplateResponse(request, f"admin/account/{template}.html", admin.site.each_context(request) | context)


def wanted(request: HttpRequest) -> str:
    return request.POST.get("next") or request.GET.get("next", "")


def next_page(request: HttpRequest) -> str:
    url = wanted(request)
    if url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return url
    return reverse("admin:index")
