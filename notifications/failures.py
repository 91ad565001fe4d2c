"""What a failed attempt means: try again, give up, or wait for whoever runs the mail account.

By the answer's code, never by the exception's class alone: every smtplib error and every HTTP error of an e-mail
service is an OSError too, a refused address as much as a broken line.
"""

import smtplib
import ssl

from anymail.exceptions import AnymailError
from django.core.exceptions import ImproperlyConfigured

from notifications.fates import (
    OUR_ACCOUNT,
    OURS,
    SAID,
    SERVER_AWAY,
    Failure,
    Fate,
    FaultOfOurs,
    WrongAddress,
    our_account,
)
from notifications.service_failures import classify_service
from notifications.smtp_failures import TIMED_OUT, classify_smtp, while_in_data


def classify(error: Exception) -> Failure:
    if isinstance(error, WrongAddress | FaultOfOurs):
        return _before_sending(error)
    if isinstance(error, AnymailError):
        return classify_service(error)
    if isinstance(error, smtplib.SMTPException):
        return classify_smtp(error)
    if isinstance(error, ssl.SSLCertVerificationError | ImproperlyConfigured | ImportError):
        return our_account(f"The mail account can't be used: {error} Check EMAIL_URL.")
    if isinstance(error, OSError):
        reason = f"The mail server could not be reached ({error.strerror or type(error).__name__})."
        if isinstance(error, TimeoutError):
            reason = TIMED_OUT
        return Failure(Fate.TRANSIENT, reason, may_have_arrived=while_in_data(error))
    return Failure(Fate.CONFIGURATION, f"The mail could not be handed over ({type(error).__name__}). {OURS}")


def _before_sending(error: WrongAddress | FaultOfOurs) -> Failure:
    if isinstance(error, WrongAddress):
        return Failure(Fate.PERMANENT, str(error))
    return Failure(Fate.CONFIGURATION, str(error), alone=not error.everywhere)


def about_the_server(reason: str) -> bool:
    """Is this reason of classify's about the mail server or our account there, and not about one mail?"""
    return reason.endswith(OUR_ACCOUNT) or (
        not reason.startswith(SAID) and any(words in reason for words in SERVER_AWAY)
    )
