"""Addresses without their last slash, and redirects that a body survives."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import is_valid_path

from config.answers import for_api


class RedirectMiddleware:
    """/api/ answers without the last slash as with it; elsewhere a POST is redirected as a POST.

    Clients turn a POST that meets 301 or 302 into a GET without its body; with 308 they must not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if for_api(request) and not is_valid_path(request.path_info) and is_valid_path(f"{request.path_info}/"):
            request.path_info += "/"
            request.path += "/"
        response = self.get_response(request)
        if response.status_code == HTTPStatus.MOVED_PERMANENTLY and request.method not in ("GET", "HEAD"):
            response.status_code = HTTPStatus.PERMANENT_REDIRECT
        return response
