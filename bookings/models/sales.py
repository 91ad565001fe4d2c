"""Who books what: customers, bookings, travellers and the timeline. See bookings.models."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from bookings.models.states import Change, HasStates
from bookings.models.text import Composed
from bookings.models.trips import CURRENCIES, Departure, Money
from bookings.names import validate_name


class Customer(models.Model):
    """Who pays and gets the mails. An integration knows its customers by its own `user_id`."""

    name = Composed(_("name"), max_length=150, validators=[validate_name])
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


class Booking(HasStates, models.Model):
    """Seats for a party on one departure.

    `paid` is net of refunds; of it `going_back` is asked back or on its way. Both are kept by payments under this
    row's lock. Only what stays counts.
    """

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
        "cancel": Change(LIVE, "cancelled", Status.CANCELLED),
        "expire": Change((Status.PENDING,), "expired", Status.EXPIRED),
        "reinstate": Change(GONE, "brought back", Status.PENDING),
        "complete": Change((Status.CONFIRMED,), "completed", Status.COMPLETED),
        "mark_no_show": Change((Status.CONFIRMED, Status.COMPLETED), "a no-show", Status.NO_SHOW),
        "unmark_no_show": Change((Status.NO_SHOW,), "unmarked"),
        "close_waiting": Change((Status.WAITLISTED,), "closed", Status.CANCELLED),
    }

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
    going_back = Money(
        _("on its way back"), default=Decimal(0), db_default=Decimal(0), editable=False, help_text="Kept by payments."
    )
    balance_due_on = models.DateField(
        _("all to be paid by"), null=True, blank=True, help_text=_("The last day, in the trip's time zone.")
    )
    hold_expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    payment_open = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Kept by payments: money may be on its way, so the hold doesn't end.",
    )
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.STAFF)
    integration = models.CharField(_("integration"), max_length=50, blank=True, editable=False)
    external_reference = Composed(
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


class Traveller(models.Model):
    """A person on the manifest; a party may have unnamed ones until the day."""

    class Category(models.TextChoices):
        ADULT = "adult", _("Adult")
        CHILD = "child", _("Child")
        INFANT = "infant", _("Infant")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="travellers")
    name = Composed(_("name"), max_length=150, validators=[validate_name])
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
    facts = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), help_text="See bookings.timeline."
    )
    text = models.CharField(_("text"), max_length=500, blank=True)  # of rows from before facts
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
