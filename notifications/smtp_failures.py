"""What an SMTP server's refusal means."""

import smtplib
import traceback

from notifications.fates import SAID, Failure, Fate, our_account

CONFIGURATION_SMTP = frozenset({530, 534, 535})  # also said to MAIL FROM
LOGIN_ERRORS = (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError)
TOO_LARGE = 552  # the one thing about this mail that a server may say to MAIL FROM
TIMED_OUT = "The mail server did not answer in time."


def code_of(error: Exception) -> str:
    """What a log may say of it: the answer's number, or the kind of error. Words may hold an address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return str(next(iter(error.recipients.values()))[0])
    code = getattr(error, "smtp_code", None) or getattr(error, "status_code", None)
    return str(code or type(error).__name__)


def classify_smtp(error: smtplib.SMTPException) -> Failure:
    if isinstance(error, smtplib.SMTPServerDisconnected):
        reason = TIMED_OUT if isinstance(error.__context__, TimeoutError) else "The mail server hung up."
        return Failure(Fate.TRANSIENT, reason, may_have_arrived=while_in_data(error))
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
    return our_account(f"The mail account can't be used: {error} Check EMAIL_URL.")


def _classify_answer(code: int, words: bytes | str, *, about_us: bool = False) -> Failure:
    """A hard refusal of our log-in or sender is no fault of the mail: every mail waits and none is given up."""
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    reason = f"{SAID} {code} {said[:500]}"
    if code < 500:
        return Failure(Fate.TRANSIENT, reason)
    if about_us or code in CONFIGURATION_SMTP:
        return our_account(f"{reason.rstrip('. ')}. Check DEFAULT_FROM_EMAIL and EMAIL_URL.")
    return Failure(Fate.PERMANENT, reason)


def while_in_data(error: Exception) -> bool:
    """Was the mail itself being handed over? smtplib's exceptions don't say, its stack does."""
    return any(
        frame.f_code.co_filename == smtplib.__file__ and frame.f_code.co_name == "data"
        for frame, _line in traceback.walk_tb(error.__traceback__)
    )
