"""The customer's own pages: /pay/<token>/ to pay, /pay/return/<tx_ref>/ to see what came of it. No log-in, no script.

Who has the link sees what the booking costs and may pay; no name, address or phone number is on it.
"""

from datetime import datetime
from decimal import Decimal
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from rest_framework.request import Request
from rest_framework.views import APIView

from bookings.links import can_pay_online, pay_url, read_token
from bookings.models import Booking
from notifications import numbers
from notifications.refusals import Refused
from payments import providers
from payments.emails import receipt_name
from payments.models import Payment
from payments.page_headers import SeeOther, checkout_pages, private
from payments.pay_page_parts import CUSTOMER, about, house, looks_left, page_not_found, render_page, state_of
from payments.refusals.checkout import BeingPrepared
from payments.refusals.shared import TooMuch, WrongAmount
from payments.services.checkout import hints
from payments.services.checkout.payable import find_booking, is_being_made, link_given, offers, why_closed
from payments.services.checkout.start import start_payment
from payments.throttles import PayThrottle

MOST = Decimal("9999999999.99")
LOOKS = 12  # times that the return page looks again by itself, each after LOOK_AGAIN seconds
LOOK_AGAIN = 5
LINK_SOON = 2  # seconds: the second of two clicks looks again for the link that the first one gets


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """What is to be paid; POST leads to the provider's checkout page."""
    link = read_token(token)
    booking = find_booking(link[0]) if link else None
    if link is None or booking is None:
        return page_not_found(request)
    if request.method == "POST":
        if not PayThrottle().allow_request(cast("Request", request), cast("APIView", None)):
            return private(render_page(request, "pay/too_many.html", booking, {}, status=429))
        return _begin(request, booking, link[1])
    if looks_left(request) and (answer := _wait(request, booking)):
        return answer
    return _pay_page(request, booking, link[1], closed=why_closed(booking, now=timezone.now()))


def _begin(request: HttpRequest, booking: Booking, asked: Decimal | None) -> HttpResponse:
    on_offer = {f"{amount:.2f}": amount for amount in offers(booking, now=timezone.now(), asked=asked)}
    amount = on_offer.get(request.POST.get("amount", ""))
    if amount is None:
        closed = why_closed(booking, now=timezone.now())
        return _pay_page(request, booking, asked, closed=closed, changed=True)
    try:
        payment = start_payment(booking_id=booking.pk, amount=amount, actor=CUSTOMER, now=timezone.now())
    except Refused as refusal:
        if isinstance(refusal, BeingPrepared):
            return _wait_page(request, booking, amount, looks=1)
        booking = find_booking(booking.reference) or booking
        stale = isinstance(refusal, TooMuch | WrongAmount)
        code = why_closed(booking, now=timezone.now()) or ("" if stale else refusal.code)
        return _pay_page(request, booking, asked, closed=code, changed=stale)
    paid_already = reverse("pay-return", args=[payment.tx_ref])
    return private(SeeOther(payment.checkout_url or paid_already), may_lead_to=checkout_pages())


def _wait(request: HttpRequest, booking: Booking) -> HttpResponse | None:
    """On to the link that is made meanwhile, or look once more for it; None when there is none to wait for."""
    now, text, looks = timezone.now(), request.GET.get("amount", ""), looks_left(request)
    given = link_given(booking, now)
    if given and text == f"{given.amount:.2f}" and given.amount <= booking.balance:
        return private(SeeOther(given.checkout_url), may_lead_to=checkout_pages())
    amount = numbers.amount(text)
    if looks < LOOKS and amount is not None and amount <= MOST and is_being_made(booking, now):
        return _wait_page(request, booking, amount, looks=looks + 1)
    return None


def _wait_page(request: HttpRequest, booking: Booking, amount: Decimal, *, looks: int) -> HttpResponse:
    again = f"?looks={looks}&amount={amount:.2f}"
    context = {**about(booking, timezone.now()), "again": again, "seconds": LINK_SOON}
    return private(render_page(request, "pay/wait.html", booking, context))


def _pay_page(
    request: HttpRequest,
    booking: Booking,
    asked: Decimal | None,
    *,
    closed: str,
    changed: bool = False,
) -> HttpResponse:
    now, provider = timezone.now(), providers.current()
    context = {
        **about(booking, now),
        "closed": closed,
        "changed": changed,
        "offers": [] if closed else offers(booking, now=now, asked=asked),
        "due": booking.due_at(now),
        "provider": provider.label if provider else "",
        "sandbox": provider is not None and provider.is_sandbox,
    }
    page = render_page(request, "pay/pay.html", booking, context)
    return private(page, may_lead_to=checkout_pages())


@require_http_methods(["GET", "HEAD"])
def pay_return(request: HttpRequest, tx_ref: str) -> HttpResponse:
    """What came of a payment. The provider is asked; what the address says besides the transaction counts nothing."""
    payments = Payment.objects.select_related("booking__departure__trip").online()
    payment = payments.filter(tx_ref=tx_ref).first() if "\0" not in tx_ref else None
    if payment is None:
        return page_not_found(request)
    now = timezone.now()
    payment, latest = hints.look(payment=payment, now=now)
    booking = find_booking(payment.booking.reference) or payment.booking
    looks, state = looks_left(request), state_of(payment, latest=latest)
    context = {
        **about(booking, now),
        "payment": payment,
        "state": state,
        "receipt": receipt_name(payment),
        "look_again": LOOK_AGAIN if state == "open" and looks < LOOKS else 0,
        "looks": looks + 1,
        "pay_url": pay_url(booking) if can_pay_online(booking) else "",
        "back_to": _back_to(payment, booking, now),
    }
    return private(render_page(request, "pay/return.html", booking, context))


def _back_to(payment: Payment, booking: Booking, now: datetime) -> str:
    """Where to finish this payment: its own link while that is good, else the page that gives another; or nowhere."""
    if payment.status != Payment.Status.PENDING or not can_pay_online(booking):
        return ""
    good = payment.amount <= booking.balance and link_given(booking, now) == payment
    return payment.checkout_url if good else pay_url(booking)


def form_refused(request: HttpRequest) -> HttpResponse:
    """The check against forgery failed: mostly a browser that keeps no cookies."""
    return private(render(request, "pay/refused.html", house(), status=403))
