"""A transaction of the test's own around services, which provider calls overlook as they do TestCase's."""

from django.db import transaction


def uncommitted() -> transaction.Atomic:
    held = transaction.atomic()
    held._from_testcase = True  # type: ignore[attr-defined]  # noqa: SLF001 (Django has no other way)
    return held
