"""The buttons of payments, refunds and provider events, and those that payments adds to bookings."""

from payments.admin.actions import (
    bookings,
    corrections,
    decisions,
    handled,
    inbox,
    payments,
    refund_request,
    refunds,
    review,
    unclear_refunds,
    verify,
)

__all__ = [
    "bookings",
    "corrections",
    "decisions",
    "handled",
    "inbox",
    "payments",
    "refund_request",
    "refunds",
    "review",
    "unclear_refunds",
    "verify",
]
