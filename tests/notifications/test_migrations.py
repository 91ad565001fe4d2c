from importlib import import_module

import pytest
from django.apps import apps

from notifications import resending
from notifications.models import Message, ReminderRule
from tests.factories import NOW, make_message

pytestmark = pytest.mark.django_db
follow = import_module("notifications.migrations.0004_follow_the_customer")


def test_rules_that_were_there_keep_the_name_under_which_they_have_sent() -> None:
    for hours in (48, 24):
        ReminderRule.objects.create(kind="departure_reminder", hours_before=hours)
    follow.name_the_rules(apps, None)
    later = ReminderRule.objects.create(kind="departure_reminder", hours_before=12)
    ReminderRule.objects.filter(hours_before=48).update(hours_before=50)
    assert {rule.hours_before: rule.intent for rule in ReminderRule.objects.all()} == {
        50: "48",
        24: "24",
        12: f"rule{later.pk}",
    }


def test_an_address_that_was_typed_before_stays() -> None:
    """What waits to be sent again to another address than the first one's got it from a person."""
    sent = [make_message(status="sent") for _ in range(2)]
    typed = resending.resend(message_id=sent[0].pk, user=None, now=NOW, recipient="embassy@example.com")
    same = resending.resend(message_id=sent[1].pk, user=None, now=NOW)
    Message.objects.update(recipient_chosen=False)
    follow.keep_typed_addresses(apps, None)
    assert list(Message.objects.filter(recipient_chosen=True)) == [typed]
    assert same.recipient == sent[1].recipient
