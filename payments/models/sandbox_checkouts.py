"""The provider that stands in for the others in tests and demonstrations."""

from decimal import Decimal

from django.db import models

from bookings.models import Money


class SandboxCheckout(models.Model):
    """What the sandbox, which stands in for a provider, knows of a transaction. Never used where a real key is set."""

    tx_ref = models.CharField(max_length=50, unique=True)
    token = models.CharField(max_length=40, unique=True)
    amount = Money()
    currency = models.CharField(max_length=3)
    return_url = models.URLField(max_length=500)
    status = models.CharField(max_length=20, default="pending", help_text="As Chapa's verify words it.")
    refunded = Money(default=Decimal(0))
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.tx_ref
