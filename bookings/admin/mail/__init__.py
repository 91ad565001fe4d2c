"""The outbox, staff's own texts and the reminder rules in the admin."""

from bookings.admin.mail.messages import MessageAdmin
from bookings.admin.mail.texts import MessageTemplateAdmin, ReminderRuleAdmin

__all__ = ["MessageAdmin", "MessageTemplateAdmin", "ReminderRuleAdmin"]
