"""Payments through the sandbox for the demo's world: one of each that staff meet, and what needs a decision."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User

from bookings.actors import SYSTEM, Actor, staff
from bookings.models import Booking, Departure
from bookings.services import transitions
from bookings.services.create import create_booking
from config.demo_world import World, make_customer
from payments.gateway import sandbox
from payments.models import Payment, Refund, SandboxCheckout
from payments.services.checkout.link import send_link
from payments.services.checkout.start import start_payment
from payments.services.checkout.verify import close_attempt, verify_payment
from payments.services.provider_events import inbox
from payments.services.provider_refunds.send import send_refund
from payments.services.refunds.request import request_refund

FAR = timedelta(days=50)
PAID = 6  # bookings that were simply paid
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Till:
    """Who takes the money, and the numbers of the customers who pay it."""

    world: World
    finance: Actor
    number: int = 2000

    def book(self, *, ago: timedelta, party_size: int = 2) -> Booking:
        """A booking taken so long ago on one of the far departures, each in turn, the dearest first."""
        far = Departure.objects.filter(starts_at__gt=self.world.now + FAR).order_by("-price")
        departure = far[self.number % len(far)]
        self.number += 1
        return create_booking(
            departure_id=departure.pk,
            customer=make_customer(self.world, self.number),
            party_size=party_size,
            actor=self.world.clerk,
            now=self.world.now - ago,
        )

    def begin(self, booking: Booking, *, ago: timedelta, in_full: bool = False) -> Payment:
        """The customer opened the link so long ago."""
        then = self.world.now - ago
        amount = booking.total if in_full else None
        payment = start_payment(booking_id=booking.pk, actor=SYSTEM, now=then, amount=amount)
        SandboxCheckout.objects.filter(tx_ref=payment.tx_ref).update(created_at=then)
        return payment

    def end(self, payment: Payment, status: str, *, ago: timedelta) -> Payment:
        """What the customer did on the sandbox's page, as the provider tells it."""
        SandboxCheckout.objects.filter(tx_ref=payment.tx_ref).update(status=status)
        then = self.world.now - ago
        return verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=then).payment

    def paid(self, *, ago: timedelta, in_full: bool = False, party_size: int = 2) -> Payment:
        booking = self.book(ago=ago + 20 * MINUTE, party_size=party_size)
        return self.end(self.begin(booking, ago=ago, in_full=in_full), "success", ago=ago - 4 * MINUTE)


def make_provider_payments(world: World, *, finance: User) -> None:
    """Only through the sandbox: a real provider hears nothing of a demo."""
    if not sandbox.is_on():
        return
    till = Till(world, staff(finance))
    for number in range(PAID):
        till.paid(ago=(5 + 17 * number) * HOUR, in_full=number % 2 == 0)
    _links(till)
    _not_paid(till)
    _other_amount(till)
    _too_late(till)
    _refunds(till)
    _event_of_nobody(world.now)


def _links(till: Till) -> None:
    """One sent by mail, and one whose page the customer has open."""
    asked = till.book(ago=3 * HOUR)
    send_link(booking_id=asked.pk, actor=till.world.clerk, now=till.world.now - 2 * HOUR)
    till.begin(till.book(ago=30 * MINUTE), ago=5 * MINUTE)


def _not_paid(till: Till) -> None:
    """One that the bank refused, and one from which the customer walked away."""
    till.end(till.begin(till.book(ago=26 * HOUR), ago=25 * HOUR), "failed", ago=24 * HOUR)
    left = till.begin(till.book(ago=9 * HOUR), ago=8 * HOUR)
    close_attempt(payment_id=left.pk, why="expired", actor=SYSTEM, now=till.world.now - 7 * HOUR)


def _other_amount(till: Till) -> None:
    """The provider took another sum than we asked for: in review."""
    payment = till.begin(till.book(ago=4 * HOUR), ago=3 * HOUR)
    SandboxCheckout.objects.filter(tx_ref=payment.tx_ref).update(amount=payment.amount - 100)
    till.end(payment, "success", ago=2 * HOUR)


def _too_late(till: Till) -> None:
    """The money came after the hold was over."""
    booking = till.book(ago=3 * DAY)
    payment = till.begin(booking, ago=3 * DAY - HOUR)
    close_attempt(payment_id=payment.pk, why="expired", actor=SYSTEM, now=till.world.now - 2 * DAY)
    transitions.expire_holds(now=till.world.now - 20 * HOUR)
    till.end(payment, "success", ago=10 * HOUR)


def _refunds(till: Till) -> None:
    """A large one that waits for a second person, and a part of a payment that went back."""
    till.number, now = 3000, till.world.now  # the dearest again
    large = till.paid(ago=30 * HOUR, in_full=True, party_size=3)
    ids = [large.booking_id]
    transitions.cancel_bookings(booking_ids=ids, reason="Visa not granted", actor=till.world.clerk, now=now - 6 * HOUR)
    _refund(till, large, large.amount, "Your visa was not granted", ago=5 * HOUR)
    small = _refund(till, till.paid(ago=50 * HOUR), Decimal(500), "A discount for students", ago=40 * HOUR)
    send_refund(refund_id=small.pk, now=now - 40 * HOUR + MINUTE)


def _refund(till: Till, payment: Payment, amount: Decimal, reason: str, *, ago: timedelta) -> Refund:
    return request_refund(
        payment_id=payment.pk,
        amount=amount,
        reason=reason,
        way=Refund.Way.PROVIDER,
        actor=till.finance,
        now=till.world.now - ago,
    )


def _event_of_nobody(now: datetime) -> None:
    """The provider tells of a transaction that nobody here began."""
    body = {"event": "charge.success", "tx_ref": "SANDBOX-ELSEWHERE", "status": "success", "amount": "1500.00"}
    raw = json.dumps(body | {"currency": "ETB", "mode": "test", "reference": "SB99999999"}).encode()
    event_id, _new = inbox.store_event(provider="sandbox", raw=raw, headers={}, now=now - HOUR)
    inbox.process_event(event_id=event_id, now=now - HOUR)
