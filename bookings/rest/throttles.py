"""How often a key may call the API, and how often an address may fail."""

import hashlib
from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from bookings.callers import NetworkThrottle, network_of
from bookings.models import ApiKey

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module
    from rest_framework.views import APIView


class ApiKeyThrottle(SimpleRateThrottle):
    """So many calls an integration, whichever of its keys it uses; pages without a key (the schema) by network."""

    scope = "api"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        if isinstance(request.auth, ApiKey):
            ident = hashlib.sha256(request.auth.name.encode()).hexdigest()  # a name is no cache key: it may hold blanks
        else:
            ident = network_of(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


class FailureThrottle(NetworkThrottle):
    """Calls without a valid key. A good key passes: a stranger behind its proxy locks nobody out."""

    scope = "api_failure"
    rate = "60/min"
