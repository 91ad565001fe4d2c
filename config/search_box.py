"""The search box of every staff page."""

from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from config.sidebar import GROUPS, admin_of

FOUND: Final = 5  # rows of each model in the search box


def find(request: HttpRequest, term: str) -> list[Any]:
    """The first few bookings, departures and customers, found as their own lists find them."""
    results = []
    for page in (GROUPS["Desk"][0], GROUPS["Desk"][1], GROUPS["Desk"][3]):
        admin = admin_of(page.model)
        if admin is None or not admin.has_view_permission(request):
            continue
        rows, _duplicates = admin.get_search_results(request, admin.get_queryset(request), term)
        for row in rows[:FOUND]:
            link = reverse(f"admin:{page.model.lower().replace('.', '_')}_change", args=(row.pk,))
            about = getattr(row, "customer", page.title)  # a reference alone says nothing to a clerk
            results.append(SearchResult(title=str(row), description=str(about), link=link, icon=page.icon))
    return results
