"""What follows from one MailKind, without another line anywhere."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured

from config.celery import app
from notifications import delivery, kinds, outbox
from notifications.kinds import Attachment, MailKind, all_kinds, kind_choices, register, reminder_choices
from notifications.models import Message, MessageTemplate, ReminderRule
from tests.factories import NOW, make_message
from tests.mail_kinds import KINDS

# Ops and running brokers know them by these names.
NAMES = """
    booking_cancelled booking_changed booking_confirmation booking_confirmed booking_expired booking_promoted
    booking_rescheduled booking_waitlisted departure_reminder payment_confirmation payment_failure payment_refunded
    payment_reminder payment_request payment_voided provider_alarm
"""


def map_of(facts: Mapping[str, Any], language: str) -> Attachment | None:
    if not facts["place"]:
        return None
    return Attachment(f"map-{language}.txt", facts["place"].encode(), "text/plain", note="Look at the map.")


@pytest.fixture
def route(monkeypatch: pytest.MonkeyPatch) -> MailKind:
    """A kind that only this test declares, with words of staff."""
    kind = MailKind("route", "The way there", {"place": "Lalibela"}, attachment=map_of, has_rules=True)
    monkeypatch.setattr(kinds, "_registered", dict(all_kinds()))
    register(kind)
    return kind


def test_a_worker_knows_the_task_of_each_kind_by_the_name_that_it_always_had() -> None:
    app.loader.import_default_modules()  # as a worker does when it starts
    assert {f"notifications.send_{name}_email" for name in (*NAMES.split(), *KINDS)} <= set(app.tasks)


def test_every_name_fits_the_columns_and_a_task() -> None:
    longest = min(model._meta.get_field("kind").max_length or 0 for model in (Message, MessageTemplate, ReminderRule))  # noqa: SLF001
    assert [name for name in KINDS if not name.isidentifier() or len(name) > longest] == []


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="“booking_confirmed” already"):
        register(all_kinds()["booking_confirmed"])


def test_nobody_reads_the_kinds_before_all_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "ready", False)
    with pytest.raises(AppRegistryNotReady):
        all_kinds()


def test_a_new_kind_is_a_choice_and_needs_no_migration(route: MailKind) -> None:
    assert Message(kind=route.name).get_kind_display() == "The way there"
    for model, choices in ((Message, kind_choices), (MessageTemplate, kind_choices), (ReminderRule, reminder_choices)):
        field = model._meta.get_field("kind")  # noqa: SLF001
        assert field.deconstruct()[3]["choices"] is choices  # what a migration holds
        assert (route.name, route.label) in list(field.choices or ())


@pytest.mark.django_db
def test_a_new_kind_is_sent_with_its_own_attachment_whose_note_staff_see(route: MailKind) -> None:
    MessageTemplate.objects.create(kind=route.name, subject="To {{ place }}", body="The way to {{ place }}")
    message = make_message(kind=route.name)
    assert delivery.deliver(message_id=message.pk, task_id="t", now=NOW) == "sent"
    [sent] = mail.outbox
    assert (sent.subject, sent.body) == ("To Lalibela", "The way to Lalibela\n")
    assert [tuple(part) for part in sent.attachments] == [("map-en.txt", "Lalibela", "text/plain")]
    message.refresh_from_db()
    assert message.last_error == "Look at the map."


@pytest.mark.django_db
@pytest.mark.parametrize(("for_good", "reason"), [(True, ""), (False, "Cancelled.")])
def test_only_what_is_true_for_good_stays_when_all_is_withdrawn(
    monkeypatch: pytest.MonkeyPatch, for_good: bool, reason: str
) -> None:
    monkeypatch.setattr(kinds, "_registered", dict(all_kinds()))
    register(MailKind("told", "Told", {"place": "Lalibela"}, for_good=for_good))
    message = make_message(kind="told", status="sent", sent_at=NOW, text="x")
    outbox.withdraw(topics=[message.topic], reason="Cancelled.")
    message.refresh_from_db()
    assert (message.status, message.withdrawn_reason) == ("sent", reason)
