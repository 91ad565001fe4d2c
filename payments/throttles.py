"""How often one address may call what needs no key."""

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class CallbackThrottle(SimpleRateThrottle):
    """By address: a hint costs a question to the provider."""

    scope = "payment_callback"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class PayThrottle(CallbackThrottle):
    """The button of the pay page: it may cost three calls. Many customers can share an address."""

    scope = "pay"
    rate = "60/min"
