"""Reports of errors to Sentry: where in the code it happened, and nothing of what somebody has sent or stored.

A report is built anew from a list of what may be told, so that what a later version of the SDK adds stays here.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, cast

import sentry_sdk

if TYPE_CHECKING:
    from logging import LogRecord

    from sentry_sdk.types import Event

TOLD: Final = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk", "modules")
FRAME: Final = ("filename", "function", "module", "lineno", "in_app")
MECHANISM: Final = ("type", "handled", "exception_id", "parent_id")
OURS: Final = ("config", "payments", "bookings", "notifications")
LEFT_OUT: Final = "(left out: it may hold people's data)"
DEEPEST: Final = 10


def start(dsn: str) -> None:
    """Raises ValueError for a DSN that isn't one."""
    sentry_sdk.init(
        dsn=dsn,
        before_send=without_people,
        before_breadcrumb=lambda _crumb, _hint: None,
        max_breadcrumbs=0,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        send_default_pii=False,
        auto_session_tracking=False,  # a session tells an address and a browser
        trace_propagation_targets=[],  # the provider is told nothing of us
    )


def without_people(event: "Event", hint: dict[str, Any]) -> "Event":
    told: dict[str, Any] = {name: event[name] for name in TOLD if name in event}
    if "exception" in event:
        told["exception"] = {"values": [_exception(value) for value in event["exception"].get("values") or ()]}
        told["tags"] = _about_database(hint.get("exc_info"))
    if record := hint.get("log_record"):
        told["logentry"] = {"message": _template(record)}
    # The route (/pay/{token}/) or the task's name; an address that no route fits is what a stranger typed.
    if event.get("transaction_info", {}).get("source") in ("route", "task"):
        told["transaction"] = event["transaction"]
    contexts = event.get("contexts", {})
    told["contexts"] = {
        "runtime": contexts.get("runtime", {}),
        "trace": _some(contexts.get("trace", {}), ("trace_id", "span_id")),
    }
    return cast("Event", told)


def _exception(value: dict[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or ()
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": LEFT_OUT,
        "mechanism": _some(value.get("mechanism") or {}, MECHANISM),
        "stacktrace": {"frames": [_some(frame, FRAME) for frame in frames]},
    }


def _some(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _about_database(exc_info: Any) -> dict[str, str]:
    """PostgreSQL's code and the constraint's name, which no row can write."""
    for error in _chain(exc_info[1] if exc_info else None):
        if diagnosis := getattr(error, "diag", None):
            told = {"sqlstate": getattr(error, "sqlstate", None), "constraint": diagnosis.constraint_name}
            return {name: str(value) for name, value in told.items() if value}
    return {}


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(DEEPEST):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _template(record: "LogRecord") -> str:
    """A line of the log before its facts are put in. A library's line without places for them may hold them already."""
    ours = record.name.partition(".")[0] in OURS
    return str(record.msg) if record.args or ours else LEFT_OUT
