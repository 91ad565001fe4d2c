"""One key can neither hold a departure without money nor fill a stranger's mailbox."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from bookings.actors import SYSTEM, integration
from bookings.models import ApiMailCount, Booking, Customer, Departure
from bookings.refusals.shared import TryLater
from bookings.services.api_limits import mailbox, prune
from bookings.services.create import create_booking
from bookings.services.transitions import cancel_bookings
from notifications.models import Message
from tests.factories import make_booking, make_customer
from tests.rest import caller, leaving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few_seats(settings: Settings) -> None:
    settings.API_MAX_UNPAID_SEATS = 12


def book(
    client: Client, departure: Departure, seats: int, email: str = "almaz@mail.example.org", **headers: str
) -> Any:
    body = {"departure": departure.code, "party_size": seats, "customer": {"name": "Almaz", "email": email}}
    return client.post("/api/booking/", body, content_type="application/json", headers=headers)


def cancel(client: Client, reference: str, reason: str = "Ill") -> Any:
    return client.post(f"/api/booking/{reference}/cancel/", {"reason": reason}, content_type="application/json")


def test_one_call_cannot_hold_a_departure() -> None:
    departure = leaving(capacity=40)
    answer = book(caller(), departure, 18)
    assert (answer.status_code, answer.json()["code"]) == (429, "unpaid_seats")
    assert answer.json()["detail"] == (
        f"website may hold 12 unpaid seats on {departure.code} and holds 0. Let its customers pay, or cancel "
        "what isn't wanted; seats come free when their holds end."
    )
    # The hold that ends first is this booking's own.
    assert 600 <= int(answer["Retry-After"]) <= departure.trip.hold_hours * 3600
    departure.refresh_from_db()
    assert (departure.seats_taken, Customer.objects.count(), Message.objects.count()) == (0, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("capacity", "allowed"), [(40, 12), (20, 10), (8, 4), (5, 4), (4, 4), (2, 2)])
def test_a_share_of_a_small_departure_is_left_to_others(capacity: int, allowed: int) -> None:
    departure, client = leaving(capacity=capacity), caller()
    answers = [book(client, departure, 1, f"a{number}@mail.example.org") for number in range(allowed + 1)]
    assert [answer.status_code for answer in answers[:-1]] == [201] * allowed
    assert answers[-1].json()["code"] == ("unpaid_seats" if capacity > allowed else "sold_out")
    if capacity > allowed:
        assert book(caller("agency"), departure, 1).status_code == 201  # each integration has its own
    departure.refresh_from_db()
    assert departure.seats_taken == min(capacity, allowed + 1)


def test_what_is_sold_out_is_told_as_sold_out() -> None:
    assert book(caller(), leaving(capacity=10), 11).json() == {
        "code": "sold_out",
        "detail": "Only 10 seats left on this departure.",
        "seats_left": 10,
    }


def test_what_is_paid_cancelled_or_taken_by_staff_counts_no_more() -> None:
    departure, client = leaving(capacity=100), caller()
    paid, gone = book(client, departure, 6).json()["id"], book(client, departure, 6).json()["id"]
    assert book(client, departure, 1).status_code == 429
    Booking.objects.filter(reference=paid).update(paid=10)
    assert cancel(client, gone).status_code == 200
    make_booking(departure=departure, party_size=30, now=timezone.now())
    assert [book(client, departure, seats).status_code for seats in (12, 1)] == [201, 429]


def test_seats_for_which_nothing_is_due_in_advance_count_too() -> None:
    departure = leaving(capacity=100)
    departure.trip.deposit_type = "none"
    departure.trip.save()
    assert book(caller(), departure, 12).json()["status"] == "confirmed"
    assert book(caller(), departure, 1).json()["code"] == "unpaid_seats"


def test_staff_and_imports_have_no_such_limit() -> None:
    departure = leaving(capacity=100)
    assert make_booking(departure=departure, party_size=60, now=timezone.now()).status == "pending"


def test_the_same_key_asks_again_after_a_while() -> None:
    departure, client = leaving(capacity=100), caller()
    first = book(client, departure, 12).json()["id"]
    key = {"Idempotency-Key": "k-1"}
    assert book(client, departure, 2, **key).status_code == 429
    cancel(client, first)
    assert book(client, departure, 2, **key).status_code == 201


def test_a_strangers_mailbox_gets_so_many_mails_a_day_over_all_integrations(settings: Settings) -> None:
    settings.API_MAX_MAILS_A_DAY = 4
    departure, clients = leaving(capacity=100), [caller("website"), caller("agency")]
    spellings = ["stranger@mail.example.org", "Stranger@Mail.example.org", "stran.ger+1@mail.example.org"]
    answers = [book(clients[n % 2], departure, 1, spelling) for n, spelling in enumerate(spellings)]
    first, _second, third = [answer.json()["id"] for answer in answers]
    assert cancel(clients[0], first).status_code == 200
    for answer in (book(clients[1], departure, 1, "s.t.ranger@mail.example.org"), cancel(clients[0], third)):
        assert (answer.status_code, answer.json()) == (
            429,
            {
                "code": "too_many_mails",
                "detail": "This address has had 4 mails today through the API. Go on tomorrow.",
            },
        )
        assert 0 < int(answer["Retry-After"]) <= 24 * 3600
    # A confirmation that was not sent yet is withdrawn by the cancellation.
    assert Message.objects.filter(status="queued").count() == 3
    assert book(clients[0], departure, 1, "somebody.else@mail.example.org").status_code == 201
    assert [row.mails for row in ApiMailCount.objects.order_by("pk")] == [4, 1]
    assert prune(now=timezone.now()) == 0
    assert prune(now=timezone.now() + timedelta(days=1)) == 2
    assert book(clients[0], departure, 1, "stranger@mail.example.org").status_code == 201


def test_a_refused_booking_causes_no_mail() -> None:
    departure = leaving(capacity=1)
    for _ in range(3):
        assert book(caller(), departure, 2).status_code == 409
    assert ApiMailCount.objects.count() == 0


def test_new_payment_links_count_and_one_that_is_given_again_does_not(settings: Settings) -> None:
    client = caller()
    reference = book(client, leaving(), 1).json()["id"]
    settings.API_MAX_MAILS_A_DAY = 2
    body = {"booking": reference}
    for _ in range(3):
        assert client.post("/api/payment/initiate/", body, content_type="application/json").status_code == 201
    assert [row.mails for row in ApiMailCount.objects.all()] == [2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Almaz.T@Mail.Example.org", "almazt@mail.example.org"),
        ("almaz+a@gmail.com", "al.maz@GoogleMail.com"),
        ('"almaz"@mail.example.org', "almaz@mail.example.org"),
        ("ａlmaz@mail.example.org", "almaz@mail.example.org"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_spellings_of_one_mailbox_are_one(one: str, other: str) -> None:
    assert mailbox(one) == mailbox(other)


def test_other_mailboxes_are_others() -> None:
    addresses = ["a@mail.example.org", "b@mail.example.org", "a@example.org", "+a@example.org"]
    assert len({mailbox(address) for address in addresses}) == 4


def test_a_reason_is_quoted_as_the_words_of_the_integration() -> None:
    client = caller("website")
    reference = book(client, leaving(), 1).json()["id"]
    reason = "You won! “Claim” at https://evil.example/x <b>now</b>"
    assert cancel(client, reference, reason).status_code == 200
    mail = Message.objects.get(kind="booking_cancelled")
    assert mail.context["reason"] == (
        "“You won! 'Claim' at https[:]//evil[.]example/x <b>now</b>” (the words of website)"
    )
    assert Booking.objects.get().cancel_reason == reason


def test_a_clerks_reason_is_the_houses_own() -> None:
    booking = make_booking()
    cancel_bookings(booking_ids=[booking.pk], reason="The road is closed.", actor=SYSTEM, now=booking.created_at)
    assert Message.objects.get(kind="booking_cancelled").context["reason"] == "The road is closed."


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite in memory belongs to one thread")
def test_two_calls_at_once_hold_no_more_than_one_may() -> None:
    departure, customer = leaving(capacity=40), make_customer()
    together, done = threading.Barrier(4), []

    def take() -> None:
        together.wait()
        try:
            create_booking(
                departure_id=departure.pk,
                customer=customer,
                party_size=6,
                source=Booking.Source.API,
                integration="website",
                actor=integration("website"),
                now=timezone.now(),
            )
            done.append("taken")
        except TryLater as refused:
            done.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    departure.refresh_from_db()
    assert (sorted(done), departure.seats_taken) == (["taken"] * 2 + ["unpaid_seats"] * 2, 12)
