"""POST /api/payment/webhook/…: check the signature over the raw bytes, store the event, answer 200, wake a worker.

Nothing is acted on here. Not a REST view: no parser, no key, no throttle stands between a provider and its row.
"""

import logging

from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from notifications import dispatch
from payments import providers
from payments.services.provider_events import inbox

logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024  # bytes


@csrf_exempt
def webhook(request: HttpRequest, method: str) -> HttpResponse:
    """`method` names the provider."""
    provider = providers.by_method().get(method)
    if provider is None or not provider.takes_events():
        raise Http404
    if refusal := _unfit(request):
        return refusal
    if not provider.secret():
        return _answer(503, "not_set_up", f"{provider.secret_name} isn't set here, so no event can be trusted.")
    try:
        raw = request.read(MAX_BODY + 1)
    except UnreadablePostError:
        return _answer(400, "parse_error", "The body did not arrive.")
    if len(raw) > MAX_BODY:
        return _too_large()
    if not provider.is_signed(raw, request.headers):
        return _answer(401, "signature", "The signature doesn't fit the body.")
    return _store(method, raw, request)


def _unfit(request: HttpRequest) -> HttpResponse | None:
    """What is refused before a byte of the body is read."""
    if request.method != "POST":
        response = _answer(405, "method_not_allowed", "Events are sent with POST.")
        response["Allow"] = "POST"
        return response
    if request.headers.get("Transfer-Encoding"):  # WSGI makes it an empty body
        return _answer(411, "length_required", "Send the body with a Content-Length, not in chunks.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    return _too_large() if length.isdecimal() and int(length[:20]) > MAX_BODY else None


def _store(provider: str, raw: bytes, request: HttpRequest) -> HttpResponse:
    try:
        event_id, is_due = inbox.store_event(provider=provider, raw=raw, headers=request.headers, now=timezone.now())
    except Error as error:
        logger.error("An event could not be stored: %s", type(error).__name__)
        return _answer(503, "not_stored", "The event could not be stored; send it again.")
    if is_due:
        dispatch.wake("payments.process_provider_event", event_id)  # committed by now; returns at once
    return JsonResponse({"status": "stored"})


def _too_large() -> HttpResponse:
    return _answer(413, "too_large", f"An event has at most {MAX_BODY // 1024} KiB.")


def _answer(status: int, code: str, detail: str) -> HttpResponse:
    return JsonResponse({"code": code, "detail": detail}, status=status)
