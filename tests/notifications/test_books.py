import pytest

from notifications.books import breaches
from notifications.models import Message
from tests.factories import make_message

pytestmark = pytest.mark.django_db


def test_a_clean_outbox_has_no_breaches() -> None:
    make_message()
    make_message(status="sent")
    make_message(status="withdrawn", withdrawn_reason="Cancelled.")
    assert list(breaches()) == []


def test_each_broken_rule_is_told_with_its_message() -> None:
    rows = [
        make_message(status="sent", text=""),
        make_message(status="sending"),
        make_message(status="withdrawn"),
        make_message(withdrawn_reason="Cancelled."),
        make_message(),
    ]
    Message.objects.filter(pk=rows[4].pk).update(kind="carrier_pigeon")
    rows[4].refresh_from_db()
    assert list(breaches()) == [
        f"Message {rows[0]} is sent but its text was not kept.",
        f"Message {rows[1]} is being sent without a lease.",
        f"Message {rows[2]} is withdrawn without a reason.",
        f"Message {rows[3]} waits to be sent though it is withdrawn.",
        f"Message {rows[4]} is of an unknown kind.",
    ]
