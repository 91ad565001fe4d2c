"""How the test provider misbehaves when it is told to."""

import json
from dataclasses import dataclass
from typing import Any

CALLS = ("initialize", "verify", "cancel", "refund", "refund_status", "transactions")
HTML = b"<!DOCTYPE html><html><body><h1>Whoops, looks like something went wrong.</h1></body></html>"
# kind: (HTTP code, content type, body)
ANSWERS: dict[str, tuple[int, str, bytes]] = {
    "error500": (500, "application/json", b'{"message":"Server Error","status":"failed","data":null}'),
    "bad_gateway": (502, "text/html", HTML),
    "html": (200, "text/html", HTML),
    "broken_json": (200, "application/json", b'{"message":"Payment details","status":"succ'),
    "wrong_type": (200, "application/json", b'["success"]'),
    "unauthorized": (401, "application/json", b'{"message":"Invalid API Key","status":"failed","data":null}'),
    "too_many": (429, "application/json", b'{"message":"Too many requests","status":"failed","data":null}'),
    "redirect": (302, "text/html", b""),
    "huge": (200, "application/json", b'{"message":"' + b"x" * 3_000_000 + b'"}'),
}
KINDS = (*ANSWERS, "answer", "slow", "drop", "drip")


@dataclass
class Fault:
    """`kind` is one of KINDS. "slow" waits and answers well; "drop" hangs up; "drip" sends a byte now and
    then, for ever; "answer" says `code` and `body`.

    The answer comes after `seconds`. `stored` says that the call takes effect first: the provider did it, but we
    don't hear of it. It happens `times` times, None for always.
    """

    kind: str
    times: int | None = None
    seconds: float = 0
    stored: bool = False
    code: int = 200
    body: Any = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is none of {', '.join(KINDS)}")

    @property
    def takes_effect(self) -> bool:
        return self.stored or self.kind == "slow"

    def answer(self) -> tuple[int, str, bytes]:
        if self.kind != "answer":
            return ANSWERS[self.kind]
        body = self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()
        return self.code, "application/json", body
