"""The buttons of payments, refunds and provider events, and those that payments adds to bookings."""

from payments.admin.actions import bookings, decisions, inbox, payments, refund_request, refunds, review, verify

__all__ = ["bookings", "decisions", "inbox", "payments", "refund_request", "refunds", "review", "verify"]
