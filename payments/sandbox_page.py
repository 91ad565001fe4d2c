"""The sandbox's hosted checkout page: pay, fail or walk away, and no money moves. 404 where it is off."""

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from notifications import dispatch
from payments.gateway.sandbox import RETRIABLE, is_on
from payments.models import SandboxCheckout
from payments.page_headers import SeeOther, private
from payments.services.times import link_life

BUTTONS: Final = {"pay": "success", "fail": "failed", "leave": "failed/cancelled"}


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, token: str) -> HttpResponse:
    if not is_on():
        raise Http404
    row = get_object_or_404(SandboxCheckout, token=token)
    pressed = BUTTONS.get(request.POST.get("button", ""))
    if request.method == "POST" and pressed and _move(row, pressed):
        dispatch.wake("payments.send_sandbox_webhook", row.pk)
        return private(SeeOther(_way_back(row, pressed)), may_lead_to=[row.return_url])
    return _page(request, row)


def _move(row: SandboxCheckout, status: str) -> bool:
    """Success is final, and so is a link that was walked away from or closed."""
    return bool(_live().filter(pk=row.pk).update(status=status))


def _live() -> QuerySet[SandboxCheckout]:
    return SandboxCheckout.objects.filter(status__in=RETRIABLE, created_at__gt=timezone.now() - link_life())


def _page(request: HttpRequest, row: SandboxCheckout) -> HttpResponse:
    row.refresh_from_db()
    live = _live().filter(pk=row.pk).exists()
    page = render(request, "pay/sandbox.html", {"checkout": row, "is_live": live, "company": settings.COMPANY_NAME})
    return private(page, may_lead_to=[row.return_url])


def _way_back(row: SandboxCheckout, status: str) -> str:
    """As integrators see it at Chapa; what it says is proof of nothing."""
    parts = urlsplit(row.return_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("trx_ref", row.tx_ref), ("status", status)]
    return urlunsplit(parts._replace(query=urlencode(query)))
