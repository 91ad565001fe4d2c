"""What waits in the outbox follows its booking until it is sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import books
from bookings.mail_kinds import wanted_somewhere
from bookings.models import Booking, Customer, Departure
from bookings.services.customers import CustomerData, find_or_create_customer
from bookings.services.importing import changes
from bookings.timeline.changes import Imported
from bookings.unsent import present
from notifications import delivery, outbox, owners, resending
from notifications.models import Message, MessageTemplate
from notifications.refusals import NoAddress
from tests.factories import NOW, clerk, make_booking, make_message, make_user
from tests.mail_kinds import KINDS, sample

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CONFIRMATION = "booking_confirmation"
ABOUT_MONEY_THAT_MOVED = {"payment_confirmation", "payment_failure", "payment_refunded", "payment_voided"}
TO_OPS = {"provider_alarm"}

WANTED_IN = {kind.name: kind.wanted_in or () for kind in wanted_somewhere()}


def waiting(kind: str = CONFIRMATION, booking: Booking | None = None, **changes: Any) -> tuple[Message, Booking]:
    """A message of the kind about a booking, which has no other."""
    booking = booking or make_booking()
    Message.objects.filter(topic=booking.topic).delete()
    facts = sample(kind) | {"starts": plain_start(booking), "balance_due": f"{booking.balance_due_on}"}
    changes = {"recipient": booking.customer.email, "context": facts} | changes
    return make_message(kind=kind, topic=booking.topic, **changes), booking


def plain_start(booking: Booking) -> str:
    zone = booking.departure.trip.zone
    return booking.departure.starts_at.astimezone(zone).isoformat(sep=" ", timespec="minutes")


def deliver(message: Message, now: Any = NOW) -> str:
    outcome = delivery.deliver(message_id=message.pk, task_id="t", now=now)
    message.refresh_from_db()
    return outcome


def sent() -> list[tuple[list[str], str]]:
    return [(m.to, str(m.body)) for m in mail.outbox]


def test_every_kind_is_wanted_in_some_state_or_whatever_becomes_of_the_booking() -> None:
    assert set(KINDS) == set(WANTED_IN) | ABOUT_MONEY_THAT_MOVED | TO_OPS
    assert not set(WANTED_IN) & ABOUT_MONEY_THAT_MOVED


@pytest.mark.parametrize("status", Booking.Status.values)
@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_sent_only_in_the_states_that_want_it(kind: str, status: str) -> None:
    message, booking = waiting(kind)
    Booking.objects.filter(pk=booking.pk).update(status=status, cancel_reason="Ill")
    wanted = kind not in WANTED_IN or status in WANTED_IN[kind]
    if kind == "payment_confirmation":
        message.context.pop("receipt")
        message.save()
    found = [line for line in books.breaches() if f"message {message.pk}" in line]
    assert (deliver(message), len(mail.outbox)) == (("sent", 1) if wanted else ("withdrawn", 0))
    assert bool(message.withdrawn_reason) is bool(found) is not wanted
    assert message.attempts == int(wanted)


def test_a_withdrawn_intent_is_free_again_and_the_row_says_why() -> None:
    message, _booking = waiting("departure_reminder")  # the booking is pending: nobody reminds it
    key = message.dedupe_key
    assert deliver(message) == "withdrawn"
    assert (message.withdrawn_reason, message.lease_expires_at) == ("The booking is pending.", None)
    assert not Message.objects.filter(dedupe_key=key).exists()


def make_confirmed() -> Booking:
    booking = make_booking()
    Booking.objects.filter(pk=booking.pk).update(status="confirmed")
    return Booking.objects.select_related("departure__trip", "customer").get(pk=booking.pk)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"starts_at": NOW + timedelta(days=20)}, "The departure was moved."),
        ({"status": "cancelled"}, "The departure was cancelled."),
        ({}, ""),
    ],
)
def test_a_reminder_speaks_of_the_start_that_it_was_planned_for(change: dict[str, Any], reason: str) -> None:
    message, booking = waiting("departure_reminder", make_confirmed())
    if change.get("starts_at"):
        change = change | {"ends_at": NOW + timedelta(days=23)}
    Departure.objects.filter(pk=booking.departure_id).update(**change)
    assert deliver(message) == ("withdrawn" if reason else "sent")
    assert message.withdrawn_reason == reason


def test_a_reminder_that_comes_too_late_is_not_sent() -> None:
    message, booking = waiting("departure_reminder", make_confirmed())
    assert deliver(message, booking.departure.starts_at) == "withdrawn"
    assert message.withdrawn_reason == "The departure has left."


def test_a_reminder_of_before_plain_values_is_known_by_its_words() -> None:
    booking = make_confirmed()
    words = f"{booking.departure.starts_at.astimezone(booking.departure.trip.zone):%a %-d %B %Y, %H:%M}"
    message, _ = waiting("departure_reminder", booking, context=sample("departure_reminder") | {"starts": words})
    assert deliver(message) == "sent"


@pytest.mark.parametrize("kind", ["payment_request", "payment_reminder"])
def test_who_owes_nothing_any_more_is_not_asked(kind: str) -> None:
    message, booking = waiting(kind)
    Booking.objects.filter(pk=booking.pk).update(paid=booking.total)
    assert [line for line in books.breaches() if "owes nothing" in line] == [
        f"Booking {booking.reference}: it owes nothing, but message {message.pk} ({kind}) is still to be sent."
    ]
    assert deliver(message) == "withdrawn"
    assert message.withdrawn_reason == "Nothing is owed any more."


def test_a_payment_reminder_speaks_of_the_day_that_it_was_planned_for() -> None:
    message, booking = waiting("payment_reminder")
    Booking.objects.filter(pk=booking.pk).update(balance_due_on=NOW.date() + timedelta(days=3))
    assert (deliver(message), message.withdrawn_reason) == ("withdrawn", "The day to pay by was changed.")


def test_the_corrected_address_name_and_language_are_used() -> None:
    MessageTemplate.objects.create(kind=CONFIRMATION, language="am", subject="ቦታ", body="ውድ {{ customer_name }}")
    message, booking = waiting()
    Customer.objects.filter(pk=booking.customer_id).update(email="right@example.com", name="አልማዝ", language="am")
    assert deliver(message) == "sent"
    assert sent() == [(["right@example.com"], "ውድ አልማዝ\n")]
    assert (message.recipient, message.language) == ("right@example.com", "am")


def test_another_language_makes_the_words_anew_also_after_a_first_attempt() -> None:
    MessageTemplate.objects.create(kind=CONFIRMATION, language="am", subject="ቦታ", body="ውድ {{ customer_name }}")
    message, booking = waiting()
    message.context |= present([message], NOW)[message.pk].facts
    message.attempts, message.subject, message.text, message.html = 1, "Old", "Dear", "Dear"
    message.save()
    customer = booking.customer
    client = Client()
    client.force_login(make_user("bookings.view_customer", "bookings.change_customer"))
    data = {"name": customer.name, "email": customer.email, "phone": "", "country": "", "language": "am", "notes": ""}
    assert client.post(reverse("admin:bookings_customer_change", args=[customer.pk]), data).status_code == 302
    assert (deliver(message), sent()[0][1]) == ("sent", f"ውድ {customer.name}\n")


def save_in_the_admin(customer: Customer) -> None:
    client = Client()
    client.force_login(make_user("bookings.view_customer", "bookings.change_customer"))
    data = {"name": customer.name, "email": "Right@Example.com", "phone": "", "country": "", "language": "en"}
    url = reverse("admin:bookings_customer_change", args=[customer.pk])
    assert client.post(url, data | {"notes": ""}).status_code == 302


def state_in_the_api(customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(integration="website", user_id="7")
    data = CustomerData(name=customer.name, email="right@example.com", integration="website", user_id="7")
    find_or_create_customer(data=data)


def import_again(customer: Customer) -> None:
    """As a file's row about a booking that is here."""
    [booking] = Booking.objects.select_related("customer")
    booking.customer.email = "right@example.com"
    changes._write([booking], {booking.pk: Imported("OLD-1", ["email"])}, clerk(), NOW)  # noqa: SLF001


@pytest.mark.parametrize("correct", [save_in_the_admin, state_in_the_api, import_again])
@pytest.mark.parametrize("status", ["queued", "failed"])
def test_whoever_corrects_the_address_what_waits_and_what_is_tried_again_goes_there(correct: Any, status: str) -> None:
    message, booking = waiting(status=status, last_error="550 No such user" if status == "failed" else "")
    correct(booking.customer)
    message.refresh_from_db()
    assert message.recipient == "right@example.com"  # where staff look for it
    resending.retry(message_ids=[message.pk], now=NOW)
    assert deliver(message) == "sent"
    assert [to for to, _ in sent()] == [["right@example.com"]]


def test_an_address_that_was_taken_away_withdraws_the_mail_and_says_so() -> None:
    message, booking = waiting()
    Customer.objects.filter(pk=booking.customer_id).update(email="")
    assert deliver(message) == "withdrawn"
    assert (message.withdrawn_reason, sent()) == (NoAddress.sentence, [])


def test_an_address_typed_for_this_very_message_stays() -> None:
    message, booking = waiting(status="sent", sent_at=NOW, text="Dear Almaz")
    Customer.objects.filter(pk=booking.customer_id).update(email="right@example.com")
    follows = resending.resend(message_id=message.pk, user=None, now=NOW, recipient="right@example.com")
    assert (follows.recipient, follows.recipient_chosen) == ("right@example.com", False)
    assert outbox.withdraw_messages(message_ids=[follows.pk], reason="Not that one") == 1
    typed = resending.resend(message_id=message.pk, user=None, now=NOW, recipient="embassy@example.com")
    assert (deliver(typed), [to for to, _ in sent()]) == ("sent", [["embassy@example.com"]])
    assert (message.recipient, message.status) == (booking.customer.email, "sent")  # history


def test_a_moved_departure_and_a_renamed_trip_are_told_as_they_are() -> None:
    message, booking = waiting()
    departure = booking.departure
    departure.trip.name, departure.trip.destination = "Simien mountains", "Debark"
    departure.trip.save()
    Departure.objects.filter(pk=departure.pk).update(
        starts_at=NOW + timedelta(days=12, hours=1), ends_at=NOW + timedelta(days=15)
    )
    assert deliver(message) == "sent"
    assert "Sat 5 December 2026, 13:00" in message.text
    assert "Trip: Simien mountains\nDestination: Debark\n" in message.text


def test_a_receipt_keeps_the_sums_of_its_moment() -> None:
    message, booking = waiting("payment_confirmation")
    before = {name: message.context[name] for name in ("total", "paid", "balance", "as_of", "received")}
    Customer.objects.filter(pk=booking.customer_id).update(name="Almaz T.")
    assert deliver(message) == "sent"
    assert {name: message.context[name] for name in before} == before
    assert message.context["customer_name"] == "Almaz T."


def test_words_are_made_anew_only_when_facts_have_changed() -> None:
    message, _booking = waiting(attempts=1)
    message.context |= present([message], NOW)[message.pk].facts
    message.subject, message.text, message.html = "Old words", "Old words", "Old words"
    message.save()
    assert (deliver(message), sent()[0][1]) == ("sent", "Old words")
    second, _booking = waiting(attempts=1, subject="Old words", text="Old words", html="Old words")
    assert (deliver(second), "Old words" in second.text) == ("sent", False)


def test_what_may_have_arrived_says_the_same_again_but_where_the_customer_is() -> None:
    message, booking = waiting(possible_duplicate=True, subject="S", text="Said before", html="<p>Said before</p>")
    Customer.objects.filter(pk=booking.customer_id).update(email="right@example.com", name="Other")
    assert (deliver(message), sent()) == ("sent", [(["right@example.com"], "Said before")])


def test_a_message_about_a_booking_that_is_not_here_is_sent_as_it_is() -> None:
    message = make_message(topic="booking:TD-NONE2222")
    assert (deliver(message), [to for to, _ in sent()]) == ("sent", [["almaz@example.com"]])


def test_many_messages_are_asked_about_in_a_few_statements() -> None:
    messages = [waiting()[0] for _ in range(5)]
    with CaptureQueriesContext(connection) as five:
        assert len(owners.present(messages, now=NOW)) == 5
    assert len(five) == 2  # bookings with all that is theirs, and their travellers


def test_what_is_no_longer_true_can_t_be_sent_again() -> None:
    message, booking = waiting("booking_confirmed", make_confirmed(), status="sent", sent_at=NOW, text="x")
    Booking.objects.filter(pk=booking.pk).update(status="expired")
    rows, refused = resending.resend_all(recipients={message.pk: ""}, user=None, now=NOW)
    assert (rows, refused[message.pk].code) == ({}, "no_longer_true")
    assert "The booking is expired." in refused[message.pk].detail
