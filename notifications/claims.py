"""How workers share out rows without a lock: one conditional UPDATE, committed before the work starts."""

from typing import Any, Self, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class ClaimQuerySet(models.QuerySet[Row]):
    """What a claim changes must take the row out of the query, so that of two workers one gets it.

    Who dies with a row holds it until the time that the claim wrote into it (a lease, the next check) is over.
    """

    def claim(self, pk: int, **changes: Any) -> Row | None:
        """The row with these changes written; None when it isn't among these rows (any more)."""
        return self.model._default_manager.get(pk=pk) if self.filter(pk=pk).update(**changes) else None  # noqa: SLF001

    def as_seen(self, row: models.Model, *fields: str) -> Self:
        """This row, as long as nobody has changed these fields since it was read."""
        return self.filter(pk=row.pk, **{field: getattr(row, field) for field in fields})
