"""Trips, their dated departures, and the bookings on them.

Money is Decimal with two places in the row's own `currency`; times are UTC, shown in the trip's time zone.
Nothing here has side effects: states change in bookings.services only.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from rest_framework_api_key.models import AbstractAPIKey

CURRENCIES = [("ETB", "ETB"), ("USD", "USD"), ("EUR", "EUR")]
EVERY_BOOKING = "bookings:all"
SCOPES = [
    ("bookings:read", "Read departures and bookings"),
    ("bookings:write", "Take and cancel bookings"),
    (EVERY_BOOKING, "Every booking, not only this integration's"),
]
not_negative = MinValueValidator(Decimal(0))


def check_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("Give an IANA time zone such as Africa/Addis_Ababa."))


if TYPE_CHECKING:
    DecimalField = models.DecimalField[Decimal | int | str | Combinable, Decimal]
else:
    DecimalField = models.DecimalField


class Money(DecimalField):
    """Decimal(12,2)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


class Trip(models.Model):
    """What is sold: a journey that departs again and again."""

    class Deposit(models.TextChoices):
        NONE = "none", _("Nothing in advance")
        FIXED = "fixed", _("A fixed amount a person")
        PERCENT = "percent", _("A percentage of the total")

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9-]*$", _("Capital letters, digits and dashes."))],
    )
    name = models.CharField(_("name"), max_length=120)
    destination = models.CharField(_("destination"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=50, default=settings.TIME_ZONE, validators=[check_time_zone]
    )
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES, default="ETB")
    price = Money(_("price a person"), validators=[not_negative])
    capacity = models.PositiveSmallIntegerField(_("usual capacity"), default=20)
    duration_hours = models.PositiveSmallIntegerField(
        _("length in hours"), default=10, validators=[MinValueValidator(1)]
    )
    hold_hours = models.PositiveSmallIntegerField(
        _("hold in hours"),
        default=48,
        validators=[MinValueValidator(1)],
        help_text=_("How long an unpaid booking keeps its seats."),
    )
    deposit_type = models.CharField(_("deposit"), max_length=10, choices=Deposit, default=Deposit.PERCENT)
    deposit_value = Money(_("deposit amount or percent"), default=Decimal(30), validators=[not_negative])
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        ordering = ("code",)
        verbose_name = _("trip")
        verbose_name_plural = _("trips")
        constraints = (
            models.CheckConstraint(condition=Q(price__gte=0), name="trip_price_not_negative"),
            models.CheckConstraint(
                condition=Q(deposit_value__gte=0) & (~Q(deposit_type="percent") | Q(deposit_value__lte=100)),
                name="trip_deposit_in_range",
                violation_error_message=_("A percentage lies between 0 and 100."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Departure(models.Model):
    """One dated run of a trip. `seats_taken` is moved by bookings.services.seats alone.

    `planned_capacity` is set only where another system had sold more seats than it had: then `capacity` is what
    was sold, and it shrinks back to the plan as seats come free, so that nobody sells them again.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")
        COMPLETED = "completed", _("Completed")

    trip = models.ForeignKey(Trip, models.PROTECT, related_name="departures", verbose_name=_("trip"))
    code = models.CharField(_("code"), max_length=40, unique=True, editable=False)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    capacity = models.PositiveIntegerField(_("capacity"))
    planned_capacity = models.PositiveIntegerField(_("planned capacity"), null=True, blank=True, editable=False)
    seats_taken = models.PositiveIntegerField(_("seats taken"), default=0, editable=False)
    min_travellers = models.PositiveSmallIntegerField(
        _("runs from"), default=1, help_text=_("Travellers needed for it to run.")
    )
    price = Money(_("price a person"), validators=[not_negative])
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES, default="ETB")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False)

    class Meta:
        ordering = ("starts_at", "code")
        verbose_name = _("departure")
        verbose_name_plural = _("departures")
        indexes = (
            models.Index(fields=("status", "starts_at"), name="departure_status_start"),
            models.Index(fields=("starts_at",), name="departure_start"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(seats_taken__gte=0, seats_taken__lte=F("capacity")),
                name="seats_within_capacity",
                violation_error_message=_("The capacity can't be smaller than the seats that are taken."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="departure_ends_after_start",
                violation_error_message=_("It must end after it starts."),
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="departure_price_not_negative"),
            models.UniqueConstraint(
                fields=("trip", "starts_at"),
                name="one_departure_per_trip_and_start",
                violation_error_message=_("This trip already departs at that time."),
            ),
        )
        permissions = (
            ("change_departure_status", "Can open, close and cancel departures"),
            ("view_manifest", "Can see and print passenger manifests"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def seats_left(self) -> int:
        return self.capacity - self.seats_taken

    @property
    def oversold_by(self) -> int:
        return max(0, self.seats_taken - self.planned_capacity) if self.planned_capacity is not None else 0


class Customer(models.Model):
    """Who pays and gets the mails. An integration knows its customers by its own `user_id`."""

    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Without it no mail can be sent."))
    phone = models.CharField(_("phone"), max_length=30, blank=True, help_text=_("Such as +251 91 123 4567."))
    country = CountryField(_("country"), blank=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        choices=settings.LANGUAGES,
        help_text=_("English is sent until a mail text in this language is in use."),
    )
    integration = models.CharField(_("integration"), max_length=50, blank=True, editable=False)
    user_id = models.CharField(
        _("user id"), max_length=64, blank=True, editable=False, help_text=_("The integration's own id.")
    )
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = (
            # For the search by its beginning: outside the C collation LIKE 'a%' needs pattern_ops.
            models.Index(fields=("email",), opclasses=("varchar_pattern_ops",), name="customer_email"),
            models.Index(fields=("name",), name="customer_name"),
            models.Index(fields=("phone",), name="customer_phone"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("integration", "user_id"), name="one_customer_per_integration_id", condition=~Q(user_id="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.email else f"{self.name} #{self.pk}"


class Booking(models.Model):
    """Seats for a party on one departure. `paid` is net of refunds and kept by payments under this row's lock."""

    class Status(models.TextChoices):
        WAITLISTED = "waitlisted", _("Waiting list")
        PENDING = "pending", _("Pending")
        CONFIRMED = "confirmed", _("Confirmed")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")
        COMPLETED = "completed", _("Completed")
        NO_SHOW = "no_show", _("No-show")

    class Source(models.TextChoices):
        STAFF = "staff", _("Staff")
        API = "api", _("API")
        IMPORT = "import", _("Import")

    HOLDS_SEATS = (Status.PENDING, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)

    reference = models.CharField(_("reference"), max_length=12, unique=True, editable=False)
    departure = models.ForeignKey(Departure, models.PROTECT, related_name="bookings", verbose_name=_("departure"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="bookings", verbose_name=_("customer"))
    party_size = models.PositiveSmallIntegerField(
        _("party size"), validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, editable=False)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES)
    unit_price = Money(_("price a person"))
    total = Money(_("total"))
    deposit_due = Money(_("deposit"), default=Decimal(0))
    paid = Money(_("paid"), default=Decimal(0))
    hold_expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.STAFF)
    integration = models.CharField(_("integration"), max_length=50, blank=True, editable=False)
    external_reference = models.CharField(
        _("reference elsewhere"), max_length=64, blank=True, help_text=_("In the system it was imported from.")
    )
    creation_key = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Names the intent: a form sent twice makes one booking."
    )
    cancel_reason = models.CharField(_("cancelled because"), max_length=255, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("booked"))
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
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
                fields=("status",),
                name="booking_money_left",
                condition=Q(status__in=("cancelled", "expired"), paid__gt=0),
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
    def balance(self) -> Decimal:
        """Still to pay; negative when too much was paid."""
        return self.total - self.paid


class Traveller(models.Model):
    """A person on the manifest; a party may have unnamed ones until the day."""

    class Category(models.TextChoices):
        ADULT = "adult", _("Adult")
        CHILD = "child", _("Child")
        INFANT = "infant", _("Infant")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="travellers")
    name = models.CharField(_("name"), max_length=150)
    category = models.CharField(_("category"), max_length=10, choices=Category, default=Category.ADULT)
    notes = models.CharField(_("notes"), max_length=255, blank=True, help_text=_("Diet, mobility, room…"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("traveller")
        verbose_name_plural = _("travellers")

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class BookingEvent(models.Model):
    """One line of a booking's timeline; never changed. A status change has exactly one, with an actor."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=30)
    from_status = models.CharField(max_length=10, blank=True, choices=Booking.Status)
    to_status = models.CharField(max_length=10, blank=True, choices=Booking.Status)
    text = models.CharField(_("text"), max_length=500, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    actor_label = models.CharField(_("by"), max_length=150)
    created_at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline")
        constraints = (models.CheckConstraint(condition=~Q(actor_label=""), name="event_has_an_actor"),)

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class ApiKey(AbstractAPIKey):
    """A key for another system, with what it may do. Keys of one name are one integration (key rotation)."""

    scopes = models.JSONField(_("scopes"), default=list)

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "API key"
        verbose_name_plural = "API keys"


class ApiRequest(models.Model):
    """The first answer to an Idempotency-Key, kept 24 h. `status_code` is null while the work runs."""

    api_key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("created_at",), name="api_request_created"),)
        constraints = (models.UniqueConstraint(fields=("api_key", "key"), name="one_answer_per_idempotency_key"),)

    def __str__(self) -> str:
        return f"{self.api_key_id} {self.key}"
