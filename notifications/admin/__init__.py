"""The outbox, staff's own texts and the reminder rules in the admin."""

from notifications.admin.messages import MessageAdmin
from notifications.admin.texts import MessageTemplateAdmin, ReminderRuleAdmin

__all__ = ["MessageAdmin", "MessageTemplateAdmin", "ReminderRuleAdmin"]
