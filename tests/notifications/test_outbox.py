from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from notifications import outbox, resending
from notifications.models import Message
from notifications.refusals import Refused
from tests.factories import NOW, make_mail, make_message, make_user

from .conftest import Published

pytestmark = pytest.mark.django_db
Status = Message.Status
Capture = DjangoCaptureOnCommitCallbacks


def test_enqueue_twice_keeps_one_row() -> None:
    assert outbox.enqueue([make_mail()], now=NOW) == 1
    assert outbox.enqueue([make_mail(), make_mail("other")], now=NOW) == 1
    assert list(Message.objects.order_by("pk").values_list("dedupe_key", "status", "due_at", "published_at")) == [
        (make_mail().dedupe_key, "queued", NOW, None),
        ("other", "queued", NOW, None),
    ]


def test_the_same_key_twice_in_one_call_keeps_one_row() -> None:
    assert outbox.enqueue([make_mail(), make_mail()], now=NOW) == 1


def test_enqueue_leaves_out_customers_without_an_address() -> None:
    assert outbox.enqueue([make_mail(recipient="  ")], now=NOW) == 0
    assert Message.objects.count() == 0


def test_enqueue_publishes_ids_after_commit(django_capture_on_commit_callbacks: Capture, published: Published) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        outbox.enqueue([make_mail(), make_mail("failure", kind="payment_failure")], now=NOW)
        assert published(0) == []
    assert len(callbacks) == 1
    first, second = Message.objects.order_by("pk").values_list("pk", flat=True)
    assert published(2) == [
        ("notifications.send_booking_confirmation_email", [first]),
        ("notifications.send_payment_failure_email", [second]),
    ]


def test_a_mail_for_later_waits_for_the_sweeper(
    django_capture_on_commit_callbacks: Capture, published: Published
) -> None:
    later = NOW + timedelta(hours=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert outbox.enqueue([make_mail(due_at=later)], now=NOW) == 1
    assert published(0) == []
    assert list(Message.objects.values_list("due_at", "published_at")) == [(later, None)]


def test_many_mails_are_one_wake_up_for_a_worker(
    django_capture_on_commit_callbacks: Capture, published: Published
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert outbox.enqueue([make_mail(f"key-{n}") for n in range(21)], now=NOW) == 21
    assert published(1) == [("notifications.send_due_messages", [])]
    assert Message.objects.filter(published_at=None).count() == 21


def test_enqueue_takes_two_statements_for_any_number(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        outbox.enqueue([make_mail("one")], now=NOW)
    with django_assert_num_queries(2):
        outbox.enqueue([make_mail(f"many-{n}") for n in range(40)], now=NOW)


def test_a_rolled_back_change_sends_nothing(django_capture_on_commit_callbacks: Capture, published: Published) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        outbox.enqueue([make_mail()], now=NOW)
        transaction.set_rollback(True)
    assert Message.objects.count() == 0
    assert published(0) == []


def test_withdraw_takes_unsent_mails_of_the_topic_and_marks_the_sent() -> None:
    queued, draft = make_message(), make_message(status=Status.DRAFT)
    sent = make_message(status=Status.SENT)
    other = make_message(topic="booking:TD-BBBB3333")
    assert outbox.withdraw(topics=[queued.topic], reason="Cancelled.") == 2
    assert outbox.withdraw(topics=[queued.topic], reason="Again.") == 0
    assert list(Message.objects.order_by("pk").values_list("pk", "status", "withdrawn_reason")) == [
        (queued.pk, "withdrawn", "Cancelled."),
        (draft.pk, "withdrawn", "Cancelled."),
        (sent.pk, "sent", "Cancelled."),
        (other.pk, "queued", ""),
    ]


def test_withdraw_of_some_kinds_leaves_the_others() -> None:
    make_message()
    make_message(kind="payment_confirmation")
    assert outbox.withdraw(topics=["booking:TD-AAAA2222"], reason="Moved.", kinds=["booking_confirmation"]) == 1
    assert list(Message.objects.order_by("pk").values_list("kind", "status")) == [
        ("booking_confirmation", "withdrawn"),
        ("payment_confirmation", "queued"),
    ]


def test_a_receipt_that_went_out_can_be_sent_again_after_a_cancellation() -> None:
    receipt = make_message(kind="payment_confirmation", status=Status.SENT)
    outbox.withdraw(topics=[receipt.topic], reason="Cancelled.")
    assert resending.resend(message_id=receipt.pk, user=None, now=NOW).status == Status.QUEUED


def test_resend_is_a_new_row_that_says_who_asked(
    django_capture_on_commit_callbacks: Capture, published: Published
) -> None:
    clerk, sent = make_user(), make_message(status=Status.SENT, text="old words")
    with django_capture_on_commit_callbacks(execute=True):
        again = resending.resend(message_id=sent.pk, user=clerk, now=NOW, recipient=" new@example.com ")
    assert (again.resend_of, again.requested_by, again.recipient) == (sent, clerk, "new@example.com")
    assert (again.kind, again.topic, again.context, again.status, again.text) == (
        sent.kind,
        sent.topic,
        sent.context,
        "queued",
        "",
    )
    assert again.dedupe_key.startswith(f"{sent.dedupe_key}:resend:")
    assert published(1) == [("notifications.send_booking_confirmation_email", [again.pk])]


def test_resend_pressed_twice_sends_once() -> None:
    sent = make_message(status=Status.SENT)
    resending.resend(message_id=sent.pk, user=None, now=NOW)
    with pytest.raises(Refused, match="already being sent again"):
        resending.resend(message_id=sent.pk, user=None, now=NOW)
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"status": Status.QUEUED}, "not_over"),
        ({"status": Status.SENDING}, "not_over"),
        ({"status": Status.WITHDRAWN, "withdrawn_reason": "Cancelled."}, "no_longer_true"),
        ({"status": Status.SENT, "withdrawn_reason": "Cancelled."}, "no_longer_true"),
    ],
)
def test_resend_refuses_what_is_not_over_or_not_true(state: dict[str, str], code: str) -> None:
    row = make_message(**state)
    with pytest.raises(Refused) as refused:
        resending.resend(message_id=row.pk, user=None, now=NOW)
    assert refused.value.code == code
    assert Message.objects.count() == 1


def test_resend_of_a_row_that_is_gone_is_refused() -> None:
    with pytest.raises(Refused, match="not here any more"):
        resending.resend(message_id=0, user=None, now=NOW)


def test_retry_queues_failed_rows_and_leaves_the_rest() -> None:
    failed = make_message(status=Status.FAILED, attempts=12, last_error="550")
    untrue = make_message(status=Status.FAILED, withdrawn_reason="Cancelled.")
    sent = make_message(status=Status.SENT)
    later = NOW + timedelta(days=1)
    assert resending.retry(message_ids=[failed.pk, untrue.pk, sent.pk], now=later) == 1
    assert list(Message.objects.order_by("pk").values_list("status", "attempts", "due_at")) == [
        ("queued", 0, later),
        ("failed", 0, NOW),
        ("sent", 0, NOW),
    ]


def test_retry_sends_now_what_waits_after_an_error_and_leaves_what_is_not_due() -> None:
    later = NOW + timedelta(hours=2)
    waiting = make_message(due_at=later, attempts=3, last_error="535")
    reminder = make_message(due_at=later)
    assert resending.retry(message_ids=[waiting.pk, reminder.pk], now=NOW) == 1
    assert list(Message.objects.order_by("pk").values_list("status", "attempts", "due_at")) == [
        ("queued", 3, NOW),
        ("queued", 0, later),
    ]


def test_staff_withdraw_only_what_is_unsent() -> None:
    rows = [make_message(), make_message(status=Status.SENT)]
    assert outbox.withdraw_messages(message_ids=[row.pk for row in rows], reason="By phone.") == 1
    assert list(Message.objects.order_by("pk").values_list("status", "withdrawn_reason")) == [
        ("withdrawn", "By phone."),
        ("sent", ""),
    ]
