"""The admin's search box (unfold's), for any term and page number."""

from django.contrib import admin
from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse

from bookings.desk.strict import as_typed


def search(request: HttpRequest) -> HttpResponse:
    """A page that isn't there is the first one: unfold takes what stands in the address for a number in range."""
    query = request.GET.copy()
    query["s"] = as_typed(query.get("s", ""))
    page = query.get("page", "")
    query["page"] = page if page.isascii() and page.isdecimal() and len(page) < 10 else "1"
    request.GET = query  # type: ignore[assignment]  # the stubs want an immutable one
    try:
        return _found(request)
    except InvalidPage:
        query["page"] = "1"
        return _found(request)


def _found(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = admin.site.search(request)  # type: ignore[attr-defined]  # unfold's site
    return response
