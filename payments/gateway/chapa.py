"""Chapa's API, version 1 (docs/decisions/0007-money.md says what is known of it, and from where)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

from payments.gateway import Answer, Order, State, Transaction, Verdict, chapa_fields, chapa_list, chapa_words
from payments.gateway import chapa_answers as means
from payments.gateway.chapa_http import ChapaApi, Reply

TEST_KEY = re.compile(r"[A-Z]+_TEST[-_]", re.IGNORECASE)


@dataclass(frozen=True)
class Chapa:
    """As gateway.Gateway says. `refund_by`: "reference" (Chapa's) or "tx_ref" (ours), as its documents disagree."""

    key: str = field(repr=False)
    base_url: str
    checkout_hosts: tuple[str, ...]
    refund_by: str

    method = "chapa"
    label = "Chapa"
    CONNECT_SECONDS: ClassVar[float] = 3
    READ_SECONDS: ClassVar[float] = 10

    @property
    def mode(self) -> str:
        return "test" if TEST_KEY.match(self.key) else "live"

    def initialise(self, order: Order) -> Answer:
        reply = self._api.ask("POST", "transaction/initialize", json_body=chapa_fields.body(order))
        if answer := means.no_answer(reply):
            return answer
        body, data = chapa_words.parts(reply)
        if reply.fine and chapa_words.words(body.get("status")) == "success":
            url = data.get("checkout_url")
            if wrong := means.wrong_link(url, hosts=self.checkout_hosts, base_url=self.base_url):
                return Answer(Verdict.UNKNOWN, wrong, raw=chapa_words.kept(reply))
            return Answer(
                Verdict.DONE, "Not paid yet.", State.PENDING, checkout_url=str(url), raw=chapa_words.kept(reply)
            )
        if means.USED_BEFORE in chapa_words.words(body.get("message")):
            # Perhaps by a try of our own whose answer was lost: verify tells.
            return Answer(Verdict.UNKNOWN, "Chapa knows this transaction already.", raw=chapa_words.kept(reply))
        return means.refused(reply) if means.is_refusal(reply) else means.odd(reply)

    def verify(self, *, tx_ref: str) -> Answer:
        reply = self._api.ask("GET", f"transaction/verify/{quote(tx_ref, safe='')}")
        if answer := means.no_answer(reply):
            return answer
        body, data = chapa_words.parts(reply)
        message = chapa_words.words(body.get("message"))
        if not data and means.NOT_PAID in message:
            return Answer(Verdict.DONE, "Not paid yet.", State.PENDING, raw=chapa_words.kept(reply))
        if not reply.fine and any(part in message for part in means.NOT_FOUND):
            return Answer(
                Verdict.DONE, "Chapa knows no such transaction.", State.NOT_FOUND, raw=chapa_words.kept(reply)
            )
        if not reply.fine or not chapa_words.words(data.get("status")):
            return means.odd(reply)
        return _payment(reply, body, data)

    def cancel(self, *, tx_ref: str) -> Answer:
        reply = self._api.ask("PUT", f"transaction/cancel/{quote(tx_ref, safe='')}")
        if answer := means.no_answer(reply):
            return answer
        body, _data = chapa_words.parts(reply)
        message = chapa_words.words(body.get("message"))
        if "already" in message or any(part in message for part in means.NOT_FOUND):
            return Answer(Verdict.REFUSED, "The link was over before.", raw=chapa_words.kept(reply))
        if reply.fine and chapa_words.words(body.get("status")) == "success":
            return Answer(Verdict.DONE, "The link is over.", raw=chapa_words.kept(reply))
        return means.odd(reply)

    def refund(self, *, tx_ref: str, reference: str, amount: Decimal, reason: str, refund_ref: str = "") -> Answer:
        name = tx_ref if self.refund_by == "tx_ref" else reference
        if not name:
            return Answer(Verdict.REFUSED, "We have no reference of Chapa's for this payment, so it can't be named.")
        form = {"reason": " ".join(reason.split())[:100] or "Refund", "amount": f"{amount:.2f}"}
        if refund_ref:
            form["reference"] = refund_ref
        return _refund_asked(self._api.ask("POST", f"refund/{quote(name, safe='')}", form=form))

    def refund_status(self, *, reference: str) -> Answer:
        reply = self._api.ask("GET", f"refund/{quote(reference, safe='')}/verify")
        if answer := means.no_answer(reply):
            return answer
        body, data = chapa_words.parts(reply)
        if not reply.fine and means.NO_SUCH_REFUND.search(chapa_words.words(body.get("message"))):
            return Answer(Verdict.DONE, "Chapa knows no such refund.", State.NOT_FOUND, raw=chapa_words.kept(reply))
        if not reply.fine or not chapa_words.words(data.get("status")):
            return means.odd(reply)
        return _refund(reply, data)

    def transactions(self, *, since: datetime) -> Iterator[Transaction]:
        return chapa_list.read(self._api, since)

    @property
    def _api(self) -> ChapaApi:
        return ChapaApi(self.key, self.base_url, self.CONNECT_SECONDS, self.READ_SECONDS)


def _payment(reply: Reply, body: dict[str, Any], data: dict[str, Any]) -> Answer:
    word = chapa_words.words(data.get("status"))
    state, detail = means.PAYMENT_STATES.get(word, State.ODD), f"Chapa says: {chapa_words.safe(word, 60)}."
    if state is State.ODD:
        detail = (
            f"Chapa says “{chapa_words.safe(word, 60)}”, which we don't know. Please look at it in Chapa's dashboard."
        )
    if chapa_words.words(body.get("status")) in ("failed", "error") and state is not State.FAILED:
        state, detail = (
            State.ODD,
            f"Chapa contradicts itself: {chapa_words.safe(word, 60)}, but its answer says failed.",
        )
    return Answer(
        Verdict.DONE,
        detail,
        state,
        reference=chapa_words.name_of(data.get("reference")),
        tx_ref=chapa_words.name_of(data.get("tx_ref")),
        amount=chapa_words.money(data.get("amount")),
        charge=chapa_words.fee(data.get("charge")),
        currency=chapa_words.name_of(data.get("currency")).upper(),
        mode=chapa_words.name_of(data.get("mode")).lower(),
        raw=chapa_words.kept(reply),
    )


def _refund_asked(reply: Reply) -> Answer:
    """A refund that may be on its way is never called refused: a second one would pay twice."""
    body, data = chapa_words.parts(reply)
    message = chapa_words.words(body.get("message"))
    if reply.code in (200, 400, 403, 422) and means.LIVE_ONLY in message:
        return Answer(
            Verdict.REFUSED, "Chapa refunds in live mode only; this is a test key.", raw=chapa_words.kept(reply)
        )
    if answer := means.no_answer(reply):
        return answer
    if (
        reply.fine
        and chapa_words.words(body.get("status")) not in ("failed", "error")
        and (data or "refund" in message)
    ):
        return _refund(reply, data)
    before = any(part in message for part in ("already", "before", "process", "initiated", "duplicate"))
    return means.refused(reply) if means.is_refusal(reply) and not before else means.odd(reply)


def _refund(reply: Reply, data: dict[str, Any]) -> Answer:
    word = chapa_words.words(data.get("status"))
    state = means.REFUND_STATES.get(word, State.ODD if word else State.PENDING)
    return Answer(
        Verdict.DONE,
        f"Chapa says of the refund: {chapa_words.safe(word, 60) or 'accepted'}.",
        state,
        reference=chapa_words.name_of(data.get("ref") or data.get("ref_id")),
        refund_ref=chapa_words.name_of(data.get("merchant_reference") or data.get("reference")),
        amount=chapa_words.money(data.get("amount")),
        currency=chapa_words.name_of(data.get("currency")).upper(),
        raw=chapa_words.kept(reply),
    )
