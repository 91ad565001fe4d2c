"""Answers that need neither a view nor the database: JSON for programs, a plain page for people."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def for_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def error(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail}, status=status)


def plain_error(request: HttpRequest, *, status: int, code: str, title: str, detail: str) -> HttpResponse:
    """A page that needs neither the database nor a session, or the same as JSON."""
    if for_api(request):
        return error(status, code, detail)
    return render(request, "plain_error.html", {"title": title, "detail": detail}, status=status)
