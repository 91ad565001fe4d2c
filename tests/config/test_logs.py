"""The address of a customer's page is its key, so no log line and no error report has it."""

import logging

from sentry_sdk.types import Event

from config.logs import WithoutKeys, before_send


def line(text: str, *args: object, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, text, args, None)
    record.__dict__.update(extra)
    assert WithoutKeys().filter(record)
    return record


def test_the_keys_of_customers_pages_are_cut_from_log_lines() -> None:
    assert line("Forbidden (%s): %s", "no cookie", "/pay/TD-7K3M9QX2.s3cret/").getMessage() == (
        "Forbidden (no cookie): /pay/…/"
    )
    assert line("Not Found: /sandbox/checkout/s3cret/?a=1").getMessage() == "Not Found: /sandbox/checkout/…/?a=1"
    assert line("Gone: /pay/return/CHAPA-ABC/").getMessage() == "Gone: /pay/return/…/"


def test_other_lines_stay_as_they_are_and_carry_no_request() -> None:
    record = line("Took %d%% of /api/payment/webhook/", 5, request="/pay/TD-7K3M9QX2.s3cret/")
    assert record.getMessage() == "Took 5% of /api/payment/webhook/"
    assert not hasattr(record, "request")


def test_an_error_report_has_neither_key_nor_cookies() -> None:
    event: Event = {
        "request": {"url": "https://desk.example.com/pay/TD-7K3M9QX2.s3cret/", "cookies": {"sessionid": "x"}}
    }
    assert before_send(event, {}) == {"request": {"url": "https://desk.example.com/pay/…/"}}
