"""The kinds of mail, for tests; they are known as soon as Django is set up."""

from typing import Any

from notifications.kinds import all_kinds

KINDS = list(all_kinds())


def sample(kind: str) -> dict[str, Any]:
    """Believable facts."""
    return dict(all_kinds()[kind].sample)
