"""Network calls wait, and a transaction around one would hold its locks as long."""

from django.db import transaction


def need_no_transaction() -> None:
    """Raises RuntimeError inside a transaction, also in tests (of theirs it knows)."""
    with transaction.atomic(durable=True):
        pass
