"""The whole road once, with everything that logs at its most live_house; then a search for what must never show."""

import email.message
import io
import re
import urllib.request
from base64 import b64encode
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F, Model
from django.urls import reverse
from django_celery_results.models import TaskResult
from pypdf import PdfReader

from bookings.links import pay_url
from bookings.models import ApiRequest, Booking, BookingEvent, Departure
from notifications.models import Message
from payments.models import Payment, ProviderEvent, Refund
from tests.e2e.conftest import Stack, every_second, responds, wait_until
from tests.e2e.money import Connection, clerk_at, integration, to_be_paid
from tests.e2e.rabbit import free_port
from tests.e2e.smtp import Inbox
from tests.provider import Provider

pytestmark = [pytest.mark.services, pytest.mark.e2e]
PHONE = "+251911234567"
NUMBER = re.compile(r"[\s().-]*".join("911234567"))  # however it is written: +251…, 251…, 0…, with blanks
TYPED_BY_STRANGERS = {
    "mobile": "251911234567",
    "phone_number": "0911234567",
    "payment_method": "telebirr 0911 234 567",
    "meta": {"note": "call +251 911-23-45-67", "deep": [{"msisdn": 251911234567}]},
}
ASKED = (Payment, Refund, ProviderEvent, Message)  # each with its list and a page of its own


def test_key_secret_and_phone_number_show_nowhere(live_house: Stack, provider: Provider, inbox: Inbox) -> None:
    live_house.environment["LOG_LEVEL"] = "DEBUG"
    every_second("payments.settle_open_payments", "notifications.send_due_messages")
    flower = start_all(live_house)
    [booking] = to_be_paid(1, phone=PHONE, name="Almaz Tesfaye")
    everything = walk(live_house.url, booking, provider)
    wait_until(lambda: Refund.objects.filter(status__in=("processing", "succeeded")).exists(), "the refund")
    wait_until(lambda: not Message.objects.filter(status__in=("queued", "sending")).exists(), "the mails")
    everything |= pages(live_house.url, booking) | flower_pages(flower) | logs(live_house) | rows()
    everything |= {f"mail {number}": text_of(mail) for number, mail in enumerate(inbox.mails)}
    assert len(inbox.mails) >= 2
    found = list(finds(everything, (provider.live_key, provider.webhook_secret)))
    assert found == []


def start_all(stack: Stack) -> str:
    """Flower's address."""
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    port = free_port()
    stack.start("flower", "celery", "-A", "config", "flower", f"--port={port}")
    wait_until(lambda: responds(f"http://127.0.0.1:{port}/healthcheck"), "Flower")
    return f"http://127.0.0.1:{port}"


def walk(url: str, booking: Booking, provider: Provider) -> dict[str, str]:
    """Everything that a payment can meet; what was answered on the way."""
    website, visitor = integration(url), Connection(url)
    take_booking(website, booking)
    answers = {"pay page": said(visitor, pay_url(booking).removeprefix(url))}
    body = {"booking": booking.reference, "amount": f"{booking.total:.2f}"}
    code, payment = website.post_json(reverse("api-payment-initiate"), body, **{"Idempotency-Key": "one"})
    assert code == 201, payment
    tx_ref = payment["tx_ref"]
    gossip = {"message": f"The customer {PHONE} has no such transaction", "status": "failed", "data": None}
    provider.tell("verify", "answer", times=1, code=400, body=gossip)
    answers["verify 1"] = str(website.post_json(reverse("api-payment-verify"), {"tx_ref": tx_ref}))
    provider.tell("verify", "answer", times=1, code=500, body=f"Traceback: key {provider.live_key} of {PHONE}")
    answers["verify 2"] = str(website.post_json(reverse("api-payment-verify"), {"tx_ref": tx_ref}))
    provider.pay(tx_ref, mobile=PHONE, email="almaz@mail.et", meta=TYPED_BY_STRANGERS)
    webhook = f"{url}{reverse('api-payment-webhook')}"
    assert provider.post_webhook(webhook, "charge.success", tx_ref, **TYPED_BY_STRANGERS) == 200
    other = provider.add("OTHER", "10").tx_ref
    assert provider.post_webhook(webhook, "charge.success", other, **TYPED_BY_STRANGERS) == 200
    wait_until(lambda: not ProviderEvent.objects.filter(status="received").exists(), "the events")
    wait_until(lambda: Payment.objects.filter(status="succeeded").exists(), "the payment")
    answers["status"] = said(website, reverse("api-payment-status", args=[tx_ref]))
    answers["return page"] = said(visitor, reverse("pay-return", args=[tx_ref]))
    refund(url, Payment.objects.get())
    return answers


def take_booking(website: Connection, like: Booking) -> None:
    """The same request twice: its answer is stored, and the second time it comes from there."""
    Departure.objects.update(capacity=F("capacity") + 1)
    customer = {"name": "Almaz Tesfaye", "email": "almaz@mail.example.org", "phone": PHONE, "user_id": "7"}
    body = {"departure": like.departure.code, "party_size": 1, "customer": customer}
    answers = [website.post_json(reverse("api-bookings"), body, **{"Idempotency-Key": "zero"}) for _ in range(2)]
    assert [(code, answer["customer"]["phone"]) for code, answer in answers] == [(201, PHONE)] * 2
    assert ApiRequest.objects.filter(key="zero").count() == 1


def refund(url: str, payment: Payment) -> None:
    clerk = clerk_at(url, "payments.view_payment", "payments.refund_payment", "bookings.view_booking")
    answers = {"amount": "100.00", "reason": "One guest less", "way": "provider", "seen": "0", "creation_key": "one"}
    code, page = clerk.press("refund", payment, **answers)
    assert code == 302, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))[-1500:]


def said(who: Connection, path: str) -> str:
    code, body = who.send("GET", path)
    assert code == 200, (path, code)
    return bytes(body).decode()


def pages(url: str, booking: Booking) -> dict[str, str]:
    """What the desk shows; pages of bookings and customers alone may say the phone, because staff call people."""
    boss = clerk_at(url, is_superuser=True)
    assert NUMBER.search(said(boss, reverse("admin:bookings_booking_change", args=[booking.pk])))  # the search finds
    paths = ["/admin/", "/admin/payments/payment/decisions/", "/admin/payments/payment/takings/"]
    for model in (*ASKED, TaskResult):
        name = model._meta.label_lower.replace(".", "_")  # noqa: SLF001
        paths.append(reverse(f"admin:{name}_changelist"))
        paths += [reverse(f"admin:{name}_change", args=[pk]) for pk in model.objects.values_list("pk", flat=True)[:20]]
    return {path: said(boss, path) for path in paths}


def flower_pages(flower: str) -> dict[str, str]:
    found = {}
    for path in ("/workers", "/tasks", "/broker", "/api/tasks", "/api/workers"):
        request = urllib.request.Request(flower + path)
        request.add_header("Authorization", "Basic " + b64encode(b"ops:only-for-tests").decode())
        with urllib.request.urlopen(request, timeout=60) as response:
            found[f"Flower {path}"] = response.read().decode()
    return found


def logs(stack: Stack) -> dict[str, str]:
    found = {f"log of {name}": stack.log(name).decode(errors="replace") for name in stack.running}
    assert {"log of web", "log of worker", "log of beat", "log of flower"} == set(found)
    return found


def rows() -> dict[str, str]:
    """Every row of money, mails, results and logs, as the database says it."""
    models: list[type[Model]] = [BookingEvent, TaskResult, LogEntry, ApiRequest]
    models += [*apps.get_app_config("payments").get_models(), *apps.get_app_config("notifications").get_models()]
    found = {"sessions": str([session.get_decoded() for session in Session.objects.all()])}
    with connection.cursor() as cursor:
        for table in [model._meta.db_table for model in models]:  # noqa: SLF001
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            found[f"table {table}"] = "\n".join(row[0] for row in cursor.fetchall())
    return found


def text_of(mail: email.message.Message) -> str:
    """Headers, texts and the words of a PDF."""
    parts = [str(mail.items())]
    for part in mail.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and part.get_content_type() == "application/pdf":
            parts += [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
        elif isinstance(content, bytes):
            parts.append(content.decode())
    return "\n".join(parts)


def finds(everything: dict[str, str], secrets: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(where, what stands around it)"""
    patterns = [NUMBER, *(re.compile(re.escape(secret)) for secret in secrets)]
    for where, text in everything.items():
        for pattern in patterns:
            if match := pattern.search(text):
                yield where, text[max(0, match.start() - 150) : match.end() + 50]
