"""Who pays and gets the mails. See bookings.models."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_countries.fields import CountryField

from bookings.models.text import Composed
from bookings.names import validate_name


class Customer(models.Model):
    """Who pays and gets the mails. An integration knows its customers by its own `user_id`."""

    name = Composed("name", max_length=150, validators=[validate_name])
    email = models.EmailField("e-mail", blank=True, help_text="Without it no mail can be sent.")
    phone = models.CharField("phone", max_length=30, blank=True, help_text="Such as +251 91 123 4567.")
    country = CountryField("country", blank=True)
    language = models.CharField(
        "language",
        max_length=10,
        default="en",
        choices=settings.LANGUAGES,
        help_text="English is sent until a mail text in this language is in use.",
    )
    integration = models.CharField("integration", max_length=50, blank=True, editable=False)
    user_id = models.CharField(
        "user id", max_length=64, blank=True, editable=False, help_text="The integration's own id."
    )
    notes = models.TextField("notes", blank=True)
    created_at = models.DateTimeField("created", auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = "customer"
        verbose_name_plural = "customers"
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
