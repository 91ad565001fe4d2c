"""What a failed attempt means: try again, give up, or wait for whoever runs the mail account.

By the answer's code, never by the exception's class alone: every smtplib error and every HTTP error of an e-mail
service is an OSError too, a refused address as much as a broken line.
"""

import smtplib
import ssl
import traceback
from dataclasses import dataclass
from enum import Enum
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailSerializationError, AnymailUnsupportedFeature
from django.core.exceptions import ImproperlyConfigured

from notifications import numbers

TRANSIENT_HTTP = frozenset({408, 425, 429})
CONFIGURATION_HTTP = frozenset({401, 403})
CONFIGURATION_SMTP = frozenset({530, 534, 535})  # also said to MAIL FROM
LOGIN_ERRORS = (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError)
TOO_LARGE = 552  # the one thing about this mail that a server may say to MAIL FROM
TIMED_OUT = "The mail server did not answer in time."
LONGEST_RETRY_AFTER = 24 * 3600
OURS = "It waits until that is put right; the log says more."


class FaultOfOurs(Exception):  # noqa: N818 (the word that staff and code use for it)
    """A mail could not be made: a text of ours, a font, the receipt. Nothing is wrong with the customer's address.

    `everywhere`: no mail at all can be made, as with a wrong sender.
    """

    def __init__(self, reason: str, *, everywhere: bool = False) -> None:
        super().__init__(reason)
        self.everywhere = everywhere


class WrongAddress(Exception):  # noqa: N818 (likewise)
    """No mail can be written to this recipient; str() says why, for a clerk."""


SAID = "The mail server said:"
SERVER_AWAY = ("could not be reached", "did not answer in time", "hung up")
OUR_ACCOUNT = ("EMAIL_URL", "EMAIL_URL.")  # how a reason ends that is about whoever runs the mail account


class Fate(Enum):
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    CONFIGURATION = "configuration"


@dataclass(frozen=True)
class Failure:
    """`may_have_arrived`: the whole mail was handed over and the answer is missing. `retry_after` in seconds.

    `alone`: it concerns this mail; others may well go out.
    """

    fate: Fate
    reason: str
    may_have_arrived: bool = False
    retry_after: int = 0
    alone: bool = True


def classify(error: Exception) -> Failure:
    if isinstance(error, WrongAddress | FaultOfOurs):
        return _before_sending(error)
    if isinstance(error, AnymailError):
        return _classify_service(error)
    if isinstance(error, smtplib.SMTPException):
        return _classify_smtp(error)
    if isinstance(error, ssl.SSLCertVerificationError | ImproperlyConfigured | ImportError):
        return _account(f"The mail account can't be used: {error} Check EMAIL_URL.")
    if isinstance(error, OSError):
        reason = f"The mail server could not be reached ({error.strerror or type(error).__name__})."
        if isinstance(error, TimeoutError):
            reason = TIMED_OUT
        return Failure(Fate.TRANSIENT, reason, may_have_arrived=_while_in_data(error))
    return Failure(Fate.CONFIGURATION, f"The mail could not be handed over ({type(error).__name__}). {OURS}")


def _before_sending(error: WrongAddress | FaultOfOurs) -> Failure:
    if isinstance(error, WrongAddress):
        return Failure(Fate.PERMANENT, str(error))
    return Failure(Fate.CONFIGURATION, str(error), alone=not error.everywhere)


def _account(reason: str) -> Failure:
    """Every other mail would fail alike."""
    return Failure(Fate.CONFIGURATION, reason, alone=False)


def about_the_server(reason: str) -> bool:
    """Is this reason of classify's about the mail server or our account there, and not about one mail?"""
    return reason.endswith(OUR_ACCOUNT) or (
        not reason.startswith(SAID) and any(words in reason for words in SERVER_AWAY)
    )


def code_of(error: Exception) -> str:
    """What a log may say of it: the answer's number, or the kind of error. Words may hold an address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return str(next(iter(error.recipients.values()))[0])
    code = getattr(error, "smtp_code", None) or getattr(error, "status_code", None)
    return str(code or type(error).__name__)


def _classify_smtp(error: smtplib.SMTPException) -> Failure:
    if isinstance(error, smtplib.SMTPServerDisconnected):
        reason = TIMED_OUT if isinstance(error.__context__, TimeoutError) else "The mail server hung up."
        return Failure(Fate.TRANSIENT, reason, may_have_arrived=_while_in_data(error))
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # One recipient a mail. The answer without the address, which has its own column.
        code, words = next(iter(error.recipients.values()))
        return _classify_answer(code, words)
    if isinstance(error, smtplib.SMTPResponseException):
        refused_us = isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code != TOO_LARGE
        about_us = refused_us or isinstance(error, LOGIN_ERRORS)
        return _classify_answer(error.smtp_code, error.smtp_error, about_us=about_us)
    if isinstance(error, smtplib.SMTPNotSupportedError) and "internationalized" in str(error):
        return Failure(Fate.PERMANENT, "The mail server can't take an address with such letters.")
    return _account(f"The mail account can't be used: {error} Check EMAIL_URL.")


def _classify_answer(code: int, words: bytes | str, *, about_us: bool = False) -> Failure:
    """A hard refusal of our log-in or sender is no fault of the mail: every mail waits and none is given up."""
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    reason = f"{SAID} {code} {said[:500]}"
    if code < 500:
        return Failure(Fate.TRANSIENT, reason)
    if about_us or code in CONFIGURATION_SMTP:
        return _account(f"{reason.rstrip('. ')}. Check DEFAULT_FROM_EMAIL and EMAIL_URL.")
    return Failure(Fate.PERMANENT, reason)


def _classify_service(error: AnymailError) -> Failure:
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
        return _account(f"{service} refuses our key (HTTP {status}). Check EMAIL_URL.")
    if status in TRANSIENT_HTTP or status >= 500:
        return Failure(Fate.TRANSIENT, f"{service} answered HTTP {status}.", retry_after=_retry_after(response))
    return Failure(Fate.PERMANENT, f"{service} refused this mail (HTTP {status}).")


def _retry_after(response: Any) -> int:
    """Only the seconds form; the date form is rare and a retry in the usual time does no harm."""
    value = response.headers.get("Retry-After", "") if response is not None else ""
    return min(numbers.whole(value) or 0, LONGEST_RETRY_AFTER)


def _while_in_data(error: Exception) -> bool:
    """Was the mail itself being handed over? smtplib's exceptions don't say, its stack does."""
    return any(
        frame.f_code.co_filename == smtplib.__file__ and frame.f_code.co_name == "data"
        for frame, _line in traceback.walk_tb(error.__traceback__)
    )
