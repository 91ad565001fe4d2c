"""A believable tour operator in Ethiopia, made through the services: what `make demo` shows."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User

from bookings.actors import SYSTEM, Actor, staff
from bookings.models import Booking, Customer, Departure, Trip
from bookings.services import departed, departures, transitions
from bookings.services.create import TravellerData, create_booking
from bookings.services.customers import CustomerData, find_or_create_customer
from config.demo_names import COUNTRIES, FIRST_NAMES, LAST_NAMES, NOTES, REASONS, TRIPS
from notifications.models import MessageTemplate
from notifications.refusals import Refused
from payments.services.manual.awaited import await_payment, fail_payments
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments

BOOKINGS = 320


@dataclass
class World:
    """What the makers below share. Times before `now` are past: services are told the hour that it was then."""

    now: datetime
    clerk: Actor
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - the same world each time

    def person(self) -> str:
        return f"{self.dice.choice(FIRST_NAMES)} {self.dice.choice(LAST_NAMES)}"


def make_world(*, clerk: User, now: datetime) -> World:
    """Trips, departures around `now`, and a few hundred bookings in every state; the far departures stay empty."""
    world = World(now, staff(clerk))
    _mail_text()
    runs = [run for number, row in enumerate(TRIPS) for run in _departures(world, _trip(row), number, row[6])[:-1]]
    for number in range(BOOKINGS):
        _booking(world, world.dice.choice(runs), number)
    _sold_out_with_a_queue(world, next(run for run in runs if run.starts_at > now))
    transitions.expire_holds(now=now)
    departed.complete_departures(now=now)
    _no_shows(world)
    draft = runs[-1]
    Departure.objects.filter(pk=draft.pk, seats_taken=0).update(status=Departure.Status.DRAFT)
    return world


def _mail_text() -> None:
    """One text of the office's own, so that staff see how that is done."""
    MessageTemplate.objects.update_or_create(
        kind="departure_reminder",
        language="en",
        defaults={
            "is_active": True,
            "subject": "See you soon: {{ trip }}, {{ starts }}",
            "body": "Dear {{ customer_name }},\n\nwe are looking forward to {{ trip }}. We start {{ starts }} "
            "({{ time_zone }}). Please bring your reference {{ reference }} and water.\n",
        },
    )


def _trip(row: tuple[str, str, str, int, int, int, int]) -> Trip:
    code, name, destination, price, capacity, hours, _hour = row
    return Trip.objects.create(
        code=code,
        name=name,
        destination=f"{destination}, Ethiopia" if destination != "Addis Ababa" else destination,
        price=Decimal(price),
        capacity=capacity,
        duration_hours=hours,
        deposit_type=Trip.Deposit.NONE if hours < 8 else Trip.Deposit.PERCENT,
        deposit_value=Decimal(0 if hours < 8 else 30),
    )


def _departures(world: World, trip: Trip, number: int, hour: int) -> list[Departure]:
    """Two behind us, one within the next days, two later on, and one that is far away."""
    today = world.now.astimezone(trip.zone).replace(hour=hour, minute=0, second=0, microsecond=0)
    days = [-21 + number, -7 + number % 3, 1 + number % 4, 9 + number, 30 + 2 * number, 58 + 3 * number]
    return [
        Departure.objects.create(
            trip=trip,
            code=departures.departure_code(trip, today + timedelta(days=day)),
            starts_at=today + timedelta(days=day),
            ends_at=today + timedelta(days=day, hours=trip.duration_hours),
            capacity=trip.capacity,
            min_travellers=4,
            price=trip.price,
            currency=trip.currency,
        )
        for day in days
    ]


def make_customer(world: World, number: int) -> Customer:
    name = world.person()
    return find_or_create_customer(
        data=CustomerData(
            name=name,
            email=f"guest{number}@mail.example.org" if number % 12 else "",
            phone=f"09{world.dice.randrange(10**7, 10**8)}",
            country=world.dice.choice(COUNTRIES),
        )
    )


def _booking(world: World, departure: Departure, number: int) -> None:
    """Taken some days before the start or now, then lived through as bookings are."""
    booked_at = min(world.now, departure.starts_at) - timedelta(hours=world.dice.randrange(1, 40))
    party_size = world.dice.choice((1, 2, 2, 2, 3, 4))
    customer = make_customer(world, number)
    named = [TravellerData(customer.name)] + [TravellerData(world.person()) for _ in range(party_size - 1)]
    try:
        booking = create_booking(
            departure_id=departure.pk,
            customer=customer,
            party_size=party_size,
            travellers=named[: world.dice.randrange(party_size + 1)],
            notes=world.dice.choice(NOTES),
            actor=world.clerk,
            now=booked_at,
        )
    except Refused:
        return
    _live(world, booking, number, booked_at + timedelta(minutes=40))


def _live(world: World, booking: Booking, number: int, then: datetime) -> None:
    method = ("cash", "bank_transfer", "card")[number % 3]
    if number % 10 < 5:  # paid in full, or the deposit
        amount = None if number % 10 < 3 or not booking.deposit_due else booking.deposit_due
        paid = ManualPayment(method=method, amount=amount, received_at=then)
        record_payments(booking_ids=[booking.pk], money=paid, actor=world.clerk, now=then)
    elif number % 10 == 5:
        transitions.confirm_bookings(
            booking_ids=[booking.pk], actor=world.clerk, now=then, unpaid_reason="A regular guest"
        )
    elif number % 10 == 6:
        reason = world.dice.choice(REASONS)
        transitions.cancel_bookings(booking_ids=[booking.pk], reason=reason, actor=world.clerk, now=then)
    elif number % 10 == 7:
        awaited = ManualPayment(method="bank_transfer", amount=booking.deposit_due or None)
        payment = await_payment(booking_id=booking.pk, money=awaited, actor=world.clerk, now=then)
        if number % 20 == 7:
            reason = "The bank sent the transfer back"
            fail_payments(payment_ids=[payment.pk], reason=reason, actor=world.clerk, now=then)


def _sold_out_with_a_queue(world: World, departure: Departure) -> None:
    departure.refresh_from_db()
    for party_size, waitlist in ((departure.seats_left, False), (2, True), (3, True)):
        if party_size:
            create_booking(
                departure_id=departure.pk,
                customer=make_customer(world, 1000 + party_size),
                party_size=party_size,
                actor=world.clerk,
                now=world.now,
                waitlist=waitlist,
            )


def _no_shows(world: World) -> None:
    ids = Booking.objects.filter(status=Booking.Status.COMPLETED).order_by("pk").values_list("pk", flat=True)
    departed.mark_no_shows(booking_ids=list(ids)[::15], actor=SYSTEM, now=world.now)
