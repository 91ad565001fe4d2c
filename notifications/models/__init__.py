"""The outbox, the texts staff may change, and the rules for reminders."""

from notifications.models.forms import SentForm
from notifications.models.messages import Message, MessageQuerySet
from notifications.models.rules import ReminderRule
from notifications.models.texts import MessageTemplate

__all__ = ["Message", "MessageQuerySet", "MessageTemplate", "ReminderRule", "SentForm"]
