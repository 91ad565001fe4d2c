"""What the tests of money share: bookings to be paid online, and requests to the web process."""

import http.client
import json
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.actors import SYSTEM
from bookings.models import ApiKey, Booking
from config.management.commands.check_books import all_breaches
from notifications.models import Message
from payments.models import Payment
from payments.services.checkout.start import start_payment
from payments.services.checkout.verify import verify_payment
from tests.factories import make_booking, make_customer, make_departure, make_trip, make_user
from tests.provider import Provider
from tests.rest import ALL

CSRF = "t" * 32  # cookie and form agree; nothing more is asked
WEBHOOK, CALLBACK = "api-payment-webhook", "api-payment-callback"


def to_be_paid(number: int, *, price: int = 1000, **customer: Any) -> list[Booking]:
    """Pending bookings of one traveller each, all on one departure; the mails about taking them have long been sent."""
    now = timezone.now()
    trip = make_trip(price=Decimal(price))
    departure = make_departure(trip=trip, capacity=number, starts_at=now + timedelta(days=30))
    bookings = [
        make_booking(departure=departure, party_size=1, now=now, customer=make_customer(**customer))
        for _ in range(number)
    ]
    Message.objects.update(status=Message.Status.SENT, sent_at=now, text="Dear guest")
    return bookings


def started(bookings: Sequence[Booking]) -> list[Payment]:
    """Each with an open link at the provider for all that it costs."""
    return [
        start_payment(booking_id=booking.pk, amount=booking.total, actor=SYSTEM, now=timezone.now())
        for booking in bookings
    ]


def paid(provider: Provider, *, price: int = 1000) -> Payment:
    """Of a booking that it confirmed."""
    [payment] = started(to_be_paid(1, price=price))
    provider.pay(payment.tx_ref)
    return verify_payment(payment_id=payment.pk, source="poll", actor=SYSTEM, now=timezone.now()).payment


class Connection:
    """To the web process, with a new line for each request: on a busy machine the server hangs up on an idle one."""

    def __init__(self, url: str, **headers: str) -> None:
        self.http = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
        self.headers = headers

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
        """(HTTP code, body) of the answer."""
        self.http.close()
        self.http.request(method, path, body, self.headers | (headers or {}))
        response = self.http.getresponse()
        return response.status, response.read()

    def post_json(self, path: str, body: dict[str, Any], **headers: str) -> tuple[int, Any]:
        code, answer = self.send(
            "POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"} | headers
        )
        return code, json.loads(answer)

    def press(self, action: str, row: Any, **answers: str) -> tuple[int, bytes]:
        """Answer the question of this action's page, as a clerk does."""
        path = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_act", args=[action])  # noqa: SLF001
        form = {"ids": str(row.pk), "csrfmiddlewaretoken": CSRF} | answers
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        code, body = self.send("POST", path, urlencode(form).encode(), headers)
        return code, body


def integration(url: str, name: str = "website") -> Connection:
    """Another system, with a key for everything."""
    _row, key = ApiKey.objects.create_key(name=name, scopes=ALL)
    return Connection(url, Authorization=f"Api-Key {key}")


def clerk_at(url: str, *permissions: str, **fields: Any) -> Connection:
    """Somebody of the staff who is logged in."""
    client = Client()
    client.force_login(make_user(*permissions, **fields))
    return Connection(url, Cookie=f"sessionid={client.cookies['sessionid'].value}; csrftoken={CSRF}")


def together(*acts: Callable[[], object]) -> list[Any]:
    """What threads that begin at one moment returned, or raised, in the order of `acts`."""
    results: list[Any] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = acts[number]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


def books() -> list[str]:
    return list(all_breaches())


def mails_of(booking: Booking) -> list[tuple[str, str]]:
    """(kind, status) of what was queued, the first first."""
    return list(Message.objects.filter(topic=booking.topic).order_by("pk").values_list("kind", "status"))
