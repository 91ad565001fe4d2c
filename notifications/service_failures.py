"""What an e-mail service's refusal means."""

from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailSerializationError, AnymailUnsupportedFeature

from notifications import numbers
from notifications.fates import OURS, Failure, Fate, our_account

TRANSIENT_HTTP = frozenset({408, 425, 429})
CONFIGURATION_HTTP = frozenset({401, 403})
LONGEST_RETRY_AFTER = 24 * 3600


def classify_service(error: AnymailError) -> Failure:
    service = error.esp_name or "The e-mail service"
    if isinstance(error, AnymailUnsupportedFeature | AnymailSerializationError):
        reason = f"{service} can't send what our mails are made of ({type(error).__name__}). {OURS}"
        return Failure(Fate.CONFIGURATION, reason)
    if not isinstance(error, AnymailAPIError):
        return Failure(Fate.PERMANENT, f"{service} can't take this mail ({type(error).__name__}).")
    if error.status_code is None:
        sure_it_did_not = isinstance(error, requests.ConnectTimeout)
        return Failure(Fate.TRANSIENT, f"{service} could not be reached.", may_have_arrived=not sure_it_did_not)
    return _classify_http(error.status_code, service, error.response)


def _classify_http(status: int, service: str, response: Any) -> Failure:
    if status < 300:  # it took the mail and answered something unreadable
        return Failure(Fate.PERMANENT, f"{service} took the mail, but its answer can't be read.", may_have_arrived=True)
    if status in CONFIGURATION_HTTP:
        return our_account(f"{service} refuses our key (HTTP {status}). Check EMAIL_URL.")
    if status in TRANSIENT_HTTP or status >= 500:
        return Failure(Fate.TRANSIENT, f"{service} answered HTTP {status}.", retry_after=_retry_after(response))
    return Failure(Fate.PERMANENT, f"{service} refused this mail (HTTP {status}).")


def _retry_after(response: Any) -> int:
    """Only the seconds form; the date form is rare and a retry in the usual time does no harm."""
    value = response.headers.get("Retry-After", "") if response is not None else ""
    return min(numbers.whole(value) or 0, LONGEST_RETRY_AFTER)
