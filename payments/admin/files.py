"""What can be downloaded of a payment: its proof, as it was sent in, and its receipt."""

from pathlib import PurePath
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from notifications.rendering import text_language
from payments.emails import receipt_facts, receipt_name
from payments.models import Payment
from payments.proofs import type_of
from payments.receipts import receipt_pdf

if TYPE_CHECKING:
    from bookings.desk.admin import DeskAdmin

# A stranger made the file: it is saved, never shown, and could do nothing here if it were.
HEADERS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}


def proof(model_admin: "DeskAdmin", request: HttpRequest, object_id: str) -> FileResponse:
    """The file, as the type that it was checked to be."""
    payment = find(model_admin, request, object_id)
    try:
        file = payment.proof.open() if payment.proof else None
    except FileNotFoundError:
        file = None
    media_type = type_of(file) if file else None
    if file is None or media_type is None:
        raise Http404("There is no proof of this payment.")
    name = f"{payment.tx_ref}-proof{PurePath(file.name or '').suffix}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=media_type, headers=HEADERS)


def receipt(model_admin: "DeskAdmin", request: HttpRequest, object_id: str) -> HttpResponse:
    """The receipt as the customer got it: the same facts, the same words."""
    payment = find(model_admin, request, object_id)
    name = receipt_name(payment)
    if not name:
        raise Http404("This payment has no receipt.")
    headers = HEADERS | {"Content-Disposition": content_disposition_header(True, f"{name}.pdf") or "attachment"}
    language = text_language("payment_confirmation", payment.booking.customer.language)
    pdf = receipt_pdf(receipt_facts(payment, now=timezone.now()), language)
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def find(model_admin: "DeskAdmin", request: HttpRequest, object_id: str) -> Payment:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    payment: Payment | None = model_admin.get_object(request, object_id)
    if payment is None:
        raise Http404
    return payment
