"""The last resort for what no view answers: JSON under /api/, Django's pages elsewhere."""

import sys

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import csrf, defaults

from config.answers import error, for_api
from config.database_errors import cut_off, unavailable
from payments.pay_pages import form_refused


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if for_api(request):
        return error(400, "parse_error", "The request is malformed.")
    return defaults.bad_request(request, exception)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    if admin.site.has_permission(request):
        return render(request, "admin/refused.html", admin.site.each_context(request), status=403)
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if for_api(request):
        return error(404, "not_found", "There is nothing at this address; see /api/docs/.")
    return defaults.page_not_found(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if request.path.startswith(("/pay/", "/sandbox/")):
        return form_refused(request)
    if request.path.startswith("/admin/"):
        words = admin.site.each_context(request) | {"title": "Not saved", "again": request.get_full_path()}
        return render(request, "admin/form_expired.html", words, status=403)
    return csrf.csrf_failure(request, reason=reason)


def server_error(request: HttpRequest) -> HttpResponse:
    problem = sys.exception()
    if answer := cut_off(request, problem) or unavailable(request, problem):
        return answer
    if for_api(request):
        return error(500, "error", "Something went wrong on our side; try again later.")
    return defaults.server_error(request)
