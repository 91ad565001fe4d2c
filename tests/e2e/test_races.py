"""Several processes and threads on PostgreSQL at once."""

import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bookings.actors import Actor
from bookings.models import Booking, Departure
from bookings.services import transitions
from notifications.models import Message
from tests.e2e.conftest import ROOT, database_environment
from tests.factories import clerk, make_booking, make_departure

pytestmark = [pytest.mark.services, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def race(kind: str, departure: Departure) -> Counter[str]:
    """20 threads over 4 processes, 500 attempts in all."""
    command = [sys.executable, "-m", "tests.e2e.race", kind, str(departure.pk), "5", "25"]
    environment = os.environ | database_environment()
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    counts: Counter[str] = Counter()
    for process in processes:
        output, _errors = process.communicate(timeout=120)
        for item in output.split():
            name, _, value = item.partition("=")
            counts[name] += int(value)
    return counts


def test_500_want_100_seats_and_100_are_taken() -> None:
    departure = make_departure(capacity=100, starts_at=timezone.now() + timedelta(days=3))
    assert race("guarded", departure) == {"taken": 100, "refused": 400}
    departure.refresh_from_db()
    assert departure.seats_taken == Booking.objects.filter(departure=departure).count() == 100


def test_without_the_guard_the_check_fails() -> None:
    departure = make_departure(capacity=100, starts_at=timezone.now() + timedelta(days=3))
    counts = race("naive", departure)
    assert counts["check_failed"] > 0
    assert counts["taken"] == 100


def at_once(*acts: "object") -> None:
    barrier = threading.Barrier(len(acts))

    def run(act: "object") -> None:
        barrier.wait()
        try:
            act()  # type: ignore[operator]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_two_clerks_confirm_at_once() -> None:
    booking = make_booking(now=timezone.now(), departure=make_departure(starts_at=timezone.now() + timedelta(days=3)))
    outcomes = []

    def confirm(actor: Actor) -> None:
        outcomes.append(
            transitions.confirm_bookings(
                booking_ids=[booking.pk], actor=actor, now=timezone.now(), unpaid_reason="at once"
            )
        )

    first, second = clerk(), clerk()
    at_once(lambda: confirm(first), lambda: confirm(second))
    assert sorted(len(outcome.done) for outcome in outcomes) == [0, 1]
    assert [r.code for outcome in outcomes for _reference, r in outcome.refused] == ["already_confirmed"]
    assert booking.events.filter(to_status="confirmed").count() == 1
    assert Message.objects.filter(kind="booking_confirmed").count() == 1
