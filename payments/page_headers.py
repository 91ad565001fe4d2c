"""Headers of the customer's pages: in no index, no cache and no frame, without scripts, and with few ways out."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseRedirect

from payments import providers


class SeeOther(HttpResponseRedirect):
    """After a form: go there with GET."""

    status_code = 303


def private(response: HttpResponse, *, may_lead_to: Iterable[str] = ()) -> HttpResponse:
    """`may_lead_to`: addresses that a form of the page ends up at; browsers hold redirects to form-action, too.

    The address is the key to the page, so it is told to no other site: Referrer-Policy is same-origin. (no-referrer
    would make the browser send `Origin: null` with our own form, which the check against forgery refuses.)
    """
    ways_out = " ".join(["'self'", *dict.fromkeys(_origin(url) for url in may_lead_to)])
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {ways_out}"
    )
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def checkout_pages() -> list[str]:
    """Where the provider's checkout may be."""
    provider = providers.current()
    return provider.checkout_pages() if provider else []


def _origin(url: str) -> str:
    """Scheme, host and port in ASCII: a header with other letters would be encoded, and no policy any more."""
    parts = urlsplit(url)
    try:
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].encode('idna').decode('ascii')}"
    except UnicodeError:
        return "'self'"
