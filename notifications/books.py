"""What is always true of the outbox, as far as notifications alone can tell."""

from collections.abc import Iterator

from django.db.models import Count, Q

from notifications.kinds import all_kinds
from notifications.models import Message

Status = Message.Status


def breaches() -> Iterator[str]:
    """One sentence for each broken rule; nothing when the books are clean."""
    twice = Message.objects.filter(status=Status.SENT).values("dedupe_key").annotate(times=Count("pk"))
    for row in twice.filter(times__gt=1).order_by("dedupe_key"):
        yield f"{row['times']} sent messages share the key {row['dedupe_key']}."
    rules = (
        ("is sent but has no time", Q(status=Status.SENT, sent_at__isnull=True)),
        ("is sent but its text was not kept", Q(status=Status.SENT, text="")),
        ("is being sent without a lease", Q(status=Status.SENDING, lease_expires_at__isnull=True)),
        ("is withdrawn without a reason", Q(status=Status.WITHDRAWN, withdrawn_reason="")),
        ("waits to be sent though it is withdrawn", Q(status__in=Message.UNSENT) & ~Q(withdrawn_reason="")),
        ("is of an unknown kind", ~Q(kind__in=list(all_kinds()))),
    )
    for wrong, condition in rules:
        for message in Message.objects.filter(condition).order_by("pk"):
            yield f"Message {message} {wrong}."
