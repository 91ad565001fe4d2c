"""The log-in form: whoever guesses passwords waits; whoever sits at another address does not.

Counted in the cache, so for each web process unless CACHE_URL names a shared one. No account is ever locked.
"""

import hashlib
import logging
from contextlib import suppress
from typing import Any, Final, cast

from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from unfold.forms import AuthenticationForm

logger = logging.getLogger(__name__)

WINDOW: Final = 5 * 60  # seconds from the first attempt
TRIES_PER_NAME: Final = 10
TRIES_PER_ADDRESS: Final = 50  # an office of clerks may share one


class LoginForm(AuthenticationForm):
    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username", "").casefold()
        address = BaseThrottle().get_ident(cast("Request", self.request))  # as the API knows it: behind TRUST_PROXY too
        limits = {_key(address, name): TRIES_PER_NAME, _key(address): TRIES_PER_ADDRESS}
        # Counted before the password is checked: of many requests at once none slips through. The name comes first:
        # once it is refused, its attempts no longer count against the others at the address.
        if any(_count(key) > limit for key, limit in limits.items()):
            logger.warning("Too many log-ins from %s; they are refused for a while", address)
            raise ValidationError("Too many attempts. Wait five minutes, then try again.", code="throttled")
        cleaned: dict[str, Any] = super().clean()  # raises for a wrong password
        for key in limits:
            with suppress(ValueError):  # it ran out meanwhile
                cache.decr(key)
        return cleaned


def _key(*parts: str) -> str:
    return "login:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _count(key: str) -> int:
    cache.add(key, 0, WINDOW)
    with suppress(ValueError):  # it ran out this very moment
        return int(cache.incr(key))
    return 1


# Not in UNFOLD["LOGIN"]: the site imports that before there are admin pages.
admin.site.login_form = LoginForm
