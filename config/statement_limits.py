"""How long a statement of the web may run, and wait for a lock, on PostgreSQL. Workers and commands have no limit."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from django.conf import settings
from django.db import Error, connection, connections
from django.http import HttpRequest, HttpResponse

LONG_WORK: Final = re.compile(r"/admin/\w+/\w+/(import|process_import|export)/")
LONG_SECONDS: Final = 600  # a statement of theirs


def limit_statements() -> None:
    """Every connection that this process opens from now on. Called by config/wsgi.py, so by the web only."""
    seconds = settings.WEB_STATEMENT_SECONDS
    if settings.EMBEDDED or not seconds:
        return
    # The lock's limit is the shorter one, so that whoever waits for somebody else is told so.
    limits = f"-c statement_timeout={seconds * 1000} -c lock_timeout={seconds * 1000 * 2 // 3}"
    options = connections.settings["default"]["OPTIONS"]
    options["options"] = f"{options.get('options', '')} {limits}".strip()


class LongWorkMiddleware:
    """Imports and exports of staff may take longer, until they are jobs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limited = "statement_timeout" in connection.settings_dict["OPTIONS"].get("options", "")
        if not limited or not LONG_WORK.fullmatch(request.path_info) or not request.user.is_authenticated:
            return self.get_response(request)
        with ExitStack() as stack:
            stack.enter_context(patience())
            response = self.get_response(request)
            if response.streaming:  # its statements are still to come; there is no public hook for its end
                response._resource_closers.append(stack.pop_all().close)  # type: ignore[attr-defined]  # noqa: SLF001
            return response


class patience:  # noqa: N801 (called like a function)
    """LONG_SECONDS for each statement; afterwards the connection is as it was, or closed.

    A class: a generator that nobody closed would run its end wherever the garbage is collected, which may be inside
    another statement of this very connection, and wait for itself.
    """

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = %s", [LONG_SECONDS * 1000])

    def __exit__(self, *_error: object) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("RESET statement_timeout")
        except Error:
            connection.close()
