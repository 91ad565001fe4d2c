"""A payment's receipt as a PDF. What draws it takes half a second to load: the first receipt of a process loads it."""

from collections.abc import Mapping
from typing import Any

from django.utils.module_loading import import_string

from notifications.kinds import Attachment


def attached(facts: Mapping[str, Any], language: str) -> Attachment | None:
    """The receipt of a payment that has one, for its mail."""
    made: Attachment | None = import_string("payments.receipts.receipt.attached")(facts, language)
    return made


def receipt_pdf(facts: dict[str, Any], language: str) -> bytes:
    made: bytes = import_string("payments.receipts.receipt.receipt_pdf")(facts, language)
    return made
