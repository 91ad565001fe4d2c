"""Headers that Django itself trips over, before any middleware."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from config.wsgi import application


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=hex", "text/plain; charset=undefined", "application/json; charset*=nonsense''%41"],
)
def test_a_content_type_that_cannot_be_decoded_is_no_server_error(content_type: str) -> None:
    answers: list[str] = []

    def start(status: str, _headers: Any, _exc_info: Any = None, /) -> Callable[[bytes], object]:
        answers.append(status)
        return BytesIO().write

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/healthz",
        "QUERY_STRING": "a=%41",
        "CONTENT_TYPE": content_type,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
    }
    application(environ, start)
    assert answers == ["200 OK"]
