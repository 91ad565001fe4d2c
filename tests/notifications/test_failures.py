"""The table of what a failure means."""

import smtplib
import socket
import ssl
from typing import Any

import pytest
import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.core.mail import BadHeaderError

from notifications.failures import about_the_server, classify
from notifications.fates import Fate, FaultOfOurs, WrongAddress
from notifications.smtp_failures import code_of


def refused(code: int) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"a@example.com": (code, b"no")})


def http(status: int, **headers: str) -> AnymailRequestsAPIError:
    response = requests.Response()
    response.status_code = status
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return AnymailRequestsAPIError("answer", response=response)


def unreachable(kind: type[requests.RequestException]) -> Exception:
    mixed: Any = type("AnymailRequestsAPIError", (AnymailRequestsAPIError, kind), {})
    error: Exception = mixed("Error posting")
    return error


TRANSIENT = [
    *[smtplib.SMTPDataError(code, b"later") for code in (421, 422, 431, 432, 442, 447, 450, 451, 452, 454)],
    refused(450),
    smtplib.SMTPSenderRefused(451, b"later", "desk@tourdesk.example"),
    smtplib.SMTPConnectError(421, b"busy"),
    smtplib.SMTPHeloError(421, b"busy"),
    smtplib.SMTPAuthenticationError(454, b"try later"),
    smtplib.SMTPServerDisconnected("gone"),
    TimeoutError(),
    ConnectionRefusedError(),
    ConnectionResetError(),
    socket.gaierror(-3, "Temporary failure in name resolution"),
    ssl.SSLError("handshake"),
    http(408),
    http(425),
    http(429),
    http(500),
    http(503),
    unreachable(requests.ConnectionError),
    unreachable(requests.ReadTimeout),
]
PERMANENT = [
    *[smtplib.SMTPDataError(code, b"no") for code in (500, 550, 552, 554)],
    refused(550),
    smtplib.SMTPSenderRefused(552, b"too large", "desk@tourdesk.example"),
    smtplib.SMTPNotSupportedError("One or more addresses require internationalized email support"),
    WrongAddress("no"),
    http(400),
    http(404),
    http(422),
    AnymailRecipientsRefused(),
    AnymailInvalidAddress("bad"),
]
CONFIGURATION = [
    smtplib.SMTPAuthenticationError(535, b"wrong password"),
    smtplib.SMTPAuthenticationError(534, b"too weak"),
    smtplib.SMTPSenderRefused(530, b"log in first", "desk@tourdesk.example"),
    smtplib.SMTPSenderRefused(550, b"account suspended", "desk@tourdesk.example"),
    smtplib.SMTPSenderRefused(553, b"not your address", "desk@tourdesk.example"),
    smtplib.SMTPConnectError(554, b"go away"),
    smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."),
    smtplib.SMTPException("No suitable authentication method found."),
    ssl.SSLCertVerificationError("self-signed certificate"),
    http(401),
    http(403),
    AnymailConfigurationError("no key"),
    ImportError("No module named 'anymail.backends.postmrk'."),
]
OF_OURS = [  # in what we made or set: never the customer's
    BadHeaderError("newline"),
    UnicodeEncodeError("ascii", "é", 0, 1, "no"),
    AnymailUnsupportedFeature("no"),
    AnymailSerializationError("no"),
    KeyError("a fault of ours"),
    FaultOfOurs("no"),
]


@pytest.mark.parametrize(
    ("fate", "errors"),
    [(Fate.TRANSIENT, TRANSIENT), (Fate.PERMANENT, PERMANENT), (Fate.CONFIGURATION, CONFIGURATION + OF_OURS)],
    ids=["transient", "permanent", "configuration"],
)
def test_each_failure_has_its_fate(fate: Fate, errors: list[Exception]) -> None:
    assert [error for error in errors if classify(error).fate is not fate] == []


def test_a_fault_in_one_mail_of_ours_holds_no_other_back() -> None:
    assert [error for error in OF_OURS if not classify(error).alone] == []
    assert [error for error in CONFIGURATION if classify(error).alone] == []
    assert classify(FaultOfOurs("no", everywhere=True)).alone is False


def test_configuration_failures_name_the_cure() -> None:
    assert all(classify(error).reason.endswith("EMAIL_URL.") for error in CONFIGURATION)


def test_a_service_that_answers_nothing_may_have_sent_the_mail() -> None:
    assert classify(unreachable(requests.ReadTimeout)).may_have_arrived is True
    assert classify(unreachable(requests.ConnectTimeout)).may_have_arrived is False
    assert classify(http(503)).may_have_arrived is False


def test_an_answer_that_cannot_be_read_after_acceptance_is_not_sent_again() -> None:
    failure = classify(http(200))
    assert (failure.fate, failure.may_have_arrived) == (Fate.PERMANENT, True)


def test_retry_after_is_honoured_within_a_day() -> None:
    assert classify(http(429, Retry_After="120")).retry_after == 120
    assert classify(http(503, Retry_After="9999999")).retry_after == 24 * 3600
    assert classify(http(503, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT")).retry_after == 0


def test_no_address_and_no_payload_gets_into_the_reason() -> None:
    assert classify(refused(550)).reason == "The mail server said: 550 no"
    error = AnymailAPIError("to a@example.com", status_code=None, payload={"key": "s3cret"})
    assert classify(error).reason == "The e-mail service could not be reached."


def test_the_log_gets_a_number_or_the_kind_of_error() -> None:
    errors = (refused(550), smtplib.SMTPDataError(451, b"later"), http(503), ConnectionRefusedError())
    assert [code_of(error) for error in errors] == ["550", "451", "503", "ConnectionRefusedError"]


@pytest.mark.parametrize(
    ("error", "about"),
    [
        (TimeoutError(), True),
        (ConnectionRefusedError(111, "Connection refused"), True),
        (smtplib.SMTPServerDisconnected("gone"), True),
        (smtplib.SMTPAuthenticationError(535, b"no"), True),
        (ssl.SSLCertVerificationError("self-signed"), True),
        (http(401), True),
        (unreachable(requests.ConnectionError), True),
        (refused(550), False),
        (smtplib.SMTPDataError(452, b"the mailbox could not be reached"), False),
        (AnymailInvalidAddress("x"), False),
    ],
)
def test_a_reason_tells_whether_it_is_about_the_server(error: Exception, about: bool) -> None:
    assert about_the_server(classify(error).reason) is about
