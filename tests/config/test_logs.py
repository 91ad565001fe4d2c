"""The address of a customer's page is its key, so no log line has it, nor an address or a number of somebody."""

import json
import logging
import sys

import pytest
from django.db import IntegrityError

from config.logs import JSONFormatter, TextFormatter

ROW = (
    'duplicate key value violates unique constraint "one_customer"\n'
    "DETAIL:  Key (email, name)=(a@mail.example.org, Almaz) already exists."
)


def line(text: str, *args: object, **extra: object) -> str:
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, text, args, None)
    record.__dict__.update(extra)
    return TextFormatter("%(message)s").format(record)


def failure(error: Exception, formatter: logging.Formatter, text: str = "It failed: %r") -> str:
    try:
        raise error
    except type(error):
        record = logging.LogRecord("celery", logging.ERROR, __file__, 1, text, (error,), sys.exc_info())
    return formatter.format(record)


def test_the_keys_of_customers_pages_are_cut_from_log_lines() -> None:
    assert line("Forbidden (%s): %s", "no cookie", "/pay/TD-7K3M9QX2.s3cret/") == "Forbidden (no cookie): /pay/…/"
    assert line("Not Found: /sandbox/checkout/s3cret/?a=1") == "Not Found: /sandbox/checkout/…/?…"
    assert line("Gone: /pay/return/CHAPA-ABC/") == "Gone: /pay/return/…/"
    assert line("Not Found: /pay/TD-7K3M9QX2.s3cret/more/") == "Not Found: /pay/…/"
    assert line("Error handling request /admin/search?s=Almaz&page=2") == "Error handling request /admin/search?…"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Refused: almaz.t+x@mail.example.org, told", "Refused: …@…, told"),
        ("Refused: <መልስ@mail.example.org>", "Refused: <…@…>"),
        ("No answer from +251 91 122 3344.", "No answer from …."),
        ("No answer from 0911223344", "No answer from …"),
        ("Took 3 of 10 at 2026-07-01 07:30:12, id 4f0c-0911223344", None),
        ("Mail #12 is queued: transient failure, 451", None),
    ],
)
def test_addresses_and_numbers_of_people_are_cut(text: str, written: str | None) -> None:
    assert line(text) == (written or text)


def test_other_lines_stay_as_they_are_and_carry_no_request() -> None:
    record = logging.LogRecord("django", logging.WARNING, __file__, 1, "Took %d%% of /api/payment/webhook/", (5,), None)
    record.request, record.data = "/pay/TD-7K3M9QX2.s3cret/", {"args": "Almaz"}
    assert TextFormatter("%(message)s").format(record) == "Took 5% of /api/payment/webhook/"
    assert json.loads(JSONFormatter("%(message)s").format(record)) == {"message": "Took 5% of /api/payment/webhook/"}
    assert (record.msg, record.args) == ("Took %d%% of /api/payment/webhook/", (5,))


@pytest.mark.parametrize("formatter", [TextFormatter("%(message)s"), JSONFormatter("%(message)s")])
@pytest.mark.parametrize(
    "error", [IntegrityError(ROW), ValueError("no seat for 'Almaz', a@mail.example.org"), KeyError("Almaz")]
)
def test_what_an_exception_quotes_is_cut_and_its_frames_stay(error: Exception, formatter: logging.Formatter) -> None:
    text = failure(error, formatter)
    assert [needle for needle in ("Almaz", "a@mail.example.org") if needle in text] == []
    assert type(error).__name__ in text
    assert "raise error" in text
