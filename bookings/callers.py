"""Where a request comes from, and how often one network may call."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module's users
    from rest_framework.views import APIView


def address_of(request: HttpRequest | Request) -> IPv4Address | IPv6Address | None:
    """As the API knows it (a proxy is believed with TRUST_PROXY only); None where there is none, as on a socket."""
    named = BaseThrottle().get_ident(cast("Request", request)) or ""
    try:
        address = ip_address(named.strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(request: HttpRequest | Request) -> str:
    """An IPv4 address, or the /64 of an IPv6 one, which is what one customer of a provider has."""
    address = address_of(request)
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


class NetworkThrottle(SimpleRateThrottle):
    """By the caller's network. A subclass names its `scope` and its `rate`."""

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        return self.cache_format % {"scope": self.scope, "ident": network_of(request)}
