"""Bodies of the API: JSON of bounded size and depth."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NoReturn

from rest_framework import status
from rest_framework.exceptions import (
    APIException,
    ParseError,
)
from rest_framework.parsers import BaseParser

MAX_BODY = 64 * 1024  # bytes
MAX_DEPTH = 20
SURROGATES = re.compile("[\ud800-\udfff]")


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = f"The body is larger than {MAX_BODY // 1024} KiB; send less."


class BoundedJSONParser(BaseParser):
    """JSON in UTF-8, at most MAX_BODY bytes and MAX_DEPTH levels, of text that a database can keep."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise TooLarge
        try:
            data = json.loads(body.decode("utf-8"), parse_float=_as_written, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON in UTF-8: {str(error)[:100]}") from error
        _check_text(data)
        return data


def _as_written(number: str) -> Decimal | float:
    """So that 600.10 stays what it is; 6e2 is a float, which is no amount."""
    return float(number) if "e" in number.lower() else Decimal(number)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _check_text(data: Any) -> None:
    """Refuse NUL and lone surrogates wherever they hide, and what is nested too deeply to look."""
    level = [data]
    for _ in range(MAX_DEPTH):
        for value in level:
            if isinstance(value, str) and ("\0" in value or SURROGATES.search(value)):
                raise ParseError("Text can't hold NUL characters or lone surrogates; remove them.")
        level = [inner for value in level for inner in _parts(value)]
        if not level:
            return
    raise ParseError(f"The body is nested more than {MAX_DEPTH} levels deep.")


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else ()
