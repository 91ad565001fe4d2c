"""The first answer to an Idempotency-Key. A row is claimed and committed before the work, answered along with it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError

from bookings.models import ApiKey, ApiRequest
from bookings.refusals.api import KeyReused, StillRunning
from notifications.claims import ClaimQuerySet

LEASE = timedelta(seconds=60)  # longer than a web worker lives with one request
KEPT = timedelta(hours=24)


def begin(*, api_key: ApiKey, key: str, fingerprint: str, now: datetime) -> ApiRequest:
    """The row of this key: answered before (`status_code` is set), or claimed by us until LEASE is over.

    Call it outside of the work's transaction: the claim has to be visible while the work runs.
    Raises StillRunning, or KeyReused when the key came with another request.
    """
    try:
        row, created = ApiRequest.objects.get_or_create(
            integration=api_key.name,
            key=key,
            defaults={"api_key": api_key, "fingerprint": fingerprint, "created_at": now},
        )
    except IntegrityError as error:  # there a moment ago, forgotten now; or the release before wrote it
        ApiRequest.objects.filter(api_key=api_key, key=key, integration="").update(integration=api_key.name)
        raise StillRunning from error
    if created:
        return row
    if row.fingerprint != fingerprint:
        raise KeyReused
    if row.status_code is None:
        _take_over(row, now)
    return row


def _take_over(row: ApiRequest, now: datetime) -> None:
    """Compare and set: whoever had claimed it died, or loses its claim."""
    if row.created_at > now - LEASE or not _claimed(row).update(created_at=now):
        raise StillRunning
    row.created_at = now


def finish(*, row: ApiRequest, status_code: int, body: Any) -> None:
    """Keep the answer, in the transaction of the work; StillRunning when the claim was lost, so that it rolls back."""
    if not _claimed(row).update(status_code=status_code, body=body):
        raise StillRunning


def forget(*, row: ApiRequest) -> None:
    """There was no answer worth keeping: the next attempt starts afresh."""
    _claimed(row).delete()


def release(*, row: ApiRequest) -> None:
    """The work has ended without an answer worth keeping: the next attempt takes this row over at once."""
    _claimed(row).update(created_at=row.created_at - LEASE)


def _claimed(row: ApiRequest) -> ClaimQuerySet[ApiRequest]:
    return ApiRequest.objects.unanswered().as_seen(row, "created_at")


def prune(*, now: datetime) -> int:
    """Returns how many were too old to keep."""
    return ApiRequest.objects.filter(created_at__lte=now - KEPT).delete()[0]
