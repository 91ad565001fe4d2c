"""Bookings. See bookings.models."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Self
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from bookings.models.customers import Customer
from bookings.models.departures import Departure
from bookings.models.money import CURRENCIES, Money
from bookings.models.states import Change, HasStates
from bookings.models.text import Composed
from bookings.models.trips import Trip


class BookingQuerySet(models.QuerySet["Booking"]):
    def live(self) -> Self:
        return self.filter(status__in=self.model.LIVE)

    def holding_seats(self) -> Self:
        return self.filter(status__in=self.model.HOLDS_SEATS)

    def gone(self) -> Self:
        return self.filter(status__in=self.model.GONE)

    def overdue(self, now: datetime) -> Self:
        """Those of which is_overdue is true: their day is over where the trip is. One statement more, for zones."""
        zones: dict[date, list[str]] = defaultdict(list)
        for name in Trip.objects.order_by().values_list("time_zone", flat=True).distinct():
            zones[now.astimezone(ZoneInfo(name)).date()].append(name)
        over = Q(pk__in=[])
        for today, names in zones.items():
            over |= Q(balance_due_on__lt=today, departure__trip__time_zone__in=names)
        return self.filter(over, status__in=self.model.OWING, paid__lt=F("total") + F("going_back"))


class Booking(HasStates, models.Model):
    """Seats for a party on one departure.

    `paid` is net of refunds; of it `going_back` is asked back or on its way. Both are kept by payments under this
    row's lock. Only what stays counts.
    """

    class Status(models.TextChoices):
        WAITLISTED = "waitlisted", "Waiting list"
        PENDING = "pending", "Pending"
        CONFIRMED = "confirmed", "Confirmed"
        EXPIRED = "expired", "Expired"
        CANCELLED = "cancelled", "Cancelled"
        COMPLETED = "completed", "Completed"
        NO_SHOW = "no_show", "No-show"

    class Source(models.TextChoices):
        STAFF = "staff", "Staff"
        API = "api", "API"
        IMPORT = "import", "Import"

    LIVE = (Status.WAITLISTED, Status.PENDING, Status.CONFIRMED)  # still to travel, or wanting to
    OWING = (Status.PENDING, Status.CONFIRMED)  # has seats and is asked for money
    GONE = (Status.EXPIRED, Status.CANCELLED)  # has given its seats back
    HOLDS_SEATS = (Status.PENDING, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)
    CHANGES = {
        "confirm": Change((Status.PENDING,), "confirmed", Status.CONFIRMED),
        "promote": Change((Status.WAITLISTED,), "moved off the waiting list", Status.PENDING),
        "reschedule": Change(LIVE, "moved"),
        "change_party": Change(LIVE, "changed"),
        "change_due_date": Change(OWING, "given another day to pay"),
        "adjust_price": Change((*LIVE, Status.COMPLETED, Status.NO_SHOW), "given another price"),
        "cancel": Change(LIVE, "cancelled", Status.CANCELLED),
        "expire": Change((Status.PENDING,), "expired", Status.EXPIRED),
        "reinstate": Change(GONE, "brought back", Status.PENDING),
        "complete": Change((Status.CONFIRMED,), "completed", Status.COMPLETED),
        "mark_no_show": Change((Status.CONFIRMED, Status.COMPLETED), "a no-show", Status.NO_SHOW),
        "unmark_no_show": Change((Status.NO_SHOW,), "unmarked"),
        "close_waiting": Change((Status.WAITLISTED,), "closed", Status.CANCELLED),
    }

    reference = models.CharField("reference", max_length=12, unique=True, editable=False)
    departure = models.ForeignKey(Departure, models.PROTECT, related_name="bookings", verbose_name="departure")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="bookings", verbose_name="customer")
    party_size = models.PositiveSmallIntegerField(
        "party size", validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    status = models.CharField("status", max_length=10, choices=Status, editable=False)
    currency = models.CharField("currency", max_length=3, choices=CURRENCIES)
    unit_price = Money("price a person")
    total = Money("total")
    deposit_due = Money("deposit", default=Decimal(0))
    paid = Money("paid", default=Decimal(0))
    going_back = Money(
        "on its way back", default=Decimal(0), db_default=Decimal(0), editable=False, help_text="Kept by payments."
    )
    balance_due_on = models.DateField(
        "all to be paid by", null=True, blank=True, help_text="The last day, in the trip's time zone."
    )
    hold_expires_at = models.DateTimeField("held until", null=True, blank=True)
    payment_open = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Kept by payments: money may be on its way, so the hold doesn't end.",
    )
    source = models.CharField("source", max_length=10, choices=Source, default=Source.STAFF)
    integration = models.CharField("integration", max_length=50, blank=True, editable=False)
    external_reference = Composed(
        "reference elsewhere", max_length=64, blank=True, help_text="In the system it was imported from."
    )
    creation_key = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Names the intent: a form sent twice makes one booking."
    )
    cancel_reason = models.CharField("cancelled because", max_length=255, blank=True)
    notes = models.TextField("notes", blank=True)
    created_at = models.DateTimeField("booked")
    updated_at = models.DateTimeField("changed", auto_now=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = "booking"
        verbose_name_plural = "bookings"
        indexes = (
            models.Index(fields=("status", "-id"), name="booking_status"),
            models.Index(fields=("departure", "status"), name="booking_departure_status"),
            models.Index(fields=("hold_expires_at",), name="booking_hold", condition=Q(status="pending")),
            models.Index(fields=("created_at",), name="booking_created"),
            models.Index(
                fields=("external_reference",),
                opclasses=("varchar_pattern_ops",),
                name="booking_external_reference",
                condition=~Q(external_reference=""),
            ),
            models.Index(
                Lower("external_reference"),
                name="booking_external_ref_lower",
                condition=~Q(external_reference=""),
            ),
            models.Index(
                fields=("status",),
                name="booking_money_left",
                condition=Q(status__in=("cancelled", "expired"), paid__gt=0),
            ),
            models.Index(fields=("id",), name="booking_going_back", condition=Q(going_back__gt=0)),
            models.Index(fields=("status",), name="booking_overpaid", condition=Q(paid__gt=F("total"))),
            models.Index(
                fields=("balance_due_on",),
                name="booking_balance_due",
                condition=Q(status__in=("pending", "confirmed"), paid__lt=F("total") + F("going_back")),
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(party_size__gte=1), name="party_of_at_least_one"),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, total__gte=0, deposit_due__gte=0), name="booking_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | ~Q(cancel_reason=""), name="cancelled_has_a_reason"
            ),
            models.UniqueConstraint(
                fields=("external_reference",),
                name="one_booking_per_external_reference",
                condition=~Q(external_reference=""),
            ),
            models.UniqueConstraint(
                fields=("creation_key",), name="one_booking_per_creation_key", condition=~Q(creation_key="")
            ),
        )
        permissions = (
            ("confirm_booking", "Can confirm bookings that are paid enough"),
            ("confirm_unpaid_booking", "Can confirm bookings without the deposit"),
            ("cancel_booking", "Can cancel bookings"),
            ("reinstate_booking", "Can bring cancelled and expired bookings back"),
            ("reschedule_booking", "Can move bookings to another departure and change the party size"),
            ("mark_no_show_booking", "Can mark and unmark no-shows"),
            ("promote_booking", "Can move bookings off the waiting list"),
            ("change_due_date_booking", "Can change the day by which all is to be paid"),
            ("adjust_price_booking", "Can adjust the price within the limit"),
            ("adjust_price_freely_booking", "Can adjust the price beyond the limit"),
            ("import_booking", "Can import bookings and departures"),
            ("export_booking", "Can export bookings and departures"),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def topic(self) -> str:
        """What notifications files this booking's messages under."""
        return f"booking:{self.reference}"

    @property
    def staying(self) -> Decimal:
        """What is paid and doesn't go back: the money that decides."""
        return self.paid - self.going_back

    @property
    def balance(self) -> Decimal:
        """Still to pay; negative when too much was paid."""
        return self.total - self.staying

    def due_at(self, now: datetime) -> Decimal:
        """What is asked next: the rest of the deposit, or all of the balance once that is paid or its day is over."""
        deposit = self.deposit_due - self.staying
        if deposit > 0 and not self.is_overdue(now):
            return min(deposit, self.balance)
        return max(self.balance, Decimal(0))

    def is_overdue(self, now: datetime) -> bool:
        """Something is to be paid and its day is over, in the trip's time zone. The departure's trip must be loaded."""
        if self.balance_due_on is None or self.status not in self.OWING:
            return False
        return self.balance > 0 and self.balance_due_on < now.astimezone(self.departure.trip.zone).date()
