"""System checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from config.roles import ROLES, SUPERUSER


@register(Tags.security)
def two_factor_roles(**_kwargs: Any) -> list[CheckMessage]:
    known = [*ROLES, SUPERUSER]
    return [
        Error(f"TWO_FACTOR_ROLES names {role}, which is no role; the roles are {', '.join(known)}.", id="config.E001")
        for role in settings.TWO_FACTOR_ROLES
        if role not in known
    ]
