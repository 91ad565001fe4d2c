"""What the test provider knows, and how it answers: Chapa's documented API, version 1."""

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.chapa_rules import REFUND_REFERENCE, refusal

Reply = tuple[int, Any]  # HTTP code, JSON
PER_PAGE = 10
OVER = ("success", "refunded", "reversed")


@dataclass
class Tx:
    """A transaction as Chapa keeps it. `changes` are laid over every answer about it."""

    tx_ref: str
    amount: Decimal
    currency: str
    mode: str
    order: dict[str, Any]
    reference: str
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    status: str = "unpaid"
    link_over: bool = False
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Refund:
    """Money on its way back."""

    ref: str
    tx: Tx
    amount: Decimal
    status: str = "initiated"
    merchant_reference: str | None = None


def envelope(message: Any, status: str | None = "success", data: Any = None) -> dict[str, Any]:
    return {"message": message, "status": status, "data": data}


def failed(code: int, message: Any) -> Reply:
    return code, envelope(message, "failed")


NOT_FOUND = failed(404, "Invalid transaction or Transaction not found")


class Book:
    """Transactions and refunds by their references. Not thread-safe: its server locks."""

    def __init__(self, checkout: str) -> None:
        self.checkout = checkout
        self.txs: dict[str, Tx] = {}
        self.refunds: dict[str, Refund] = {}
        self.refund_by = "reference"
        self.refund_names_itself = True
        self.refund_says_our_name = True
        self.refund_found_by_our_name = True
        self.newest_first = True
        self._numbers = itertools.count(1)

    def initialize(self, order: dict[str, Any], mode: str) -> Reply:
        if why := refusal(order, used=order.get("tx_ref") in self.txs):
            return failed(*why)
        tx = self.add(order["tx_ref"], Decimal(str(order["amount"])), order["currency"], mode, order=order)
        return 200, envelope("Hosted Link", data={"checkout_url": f"{self.checkout}/checkout/payment/{tx.token}"})

    def add(self, tx_ref: str, amount: Decimal, currency: str, mode: str, *, order: dict[str, Any] | None = None) -> Tx:
        tx = Tx(tx_ref, amount, currency, mode, order or {}, reference=f"AP{next(self._numbers):010d}")
        self.txs[tx_ref] = tx
        return tx

    def verify(self, tx_ref: str, mode: str) -> Reply:
        tx = self.txs.get(tx_ref)
        if tx is None:
            return NOT_FOUND
        if tx.mode != mode:
            return failed(401, f"{mode.title()} secret keys can’t be used to verify a {tx.mode} transaction")
        if tx.status == "unpaid":
            return 404, envelope("Payment not paid yet", None)
        return 200, envelope("Payment details", data=details(tx))

    def cancel(self, tx_ref: str) -> Reply:
        tx = self.txs.get(tx_ref)
        if tx is None:
            return NOT_FOUND
        if tx.link_over or tx.status in OVER:
            return failed(400, "Payment link already expired")
        tx.link_over = True
        data = {"tx_ref": tx_ref, "amount": number(tx.amount), "currency": tx.currency, **times(tx)}
        return 200, envelope("Checkout link expired successfully", data=data)

    def refund(self, name: str, form: dict[str, str], mode: str) -> Reply:
        tx = self._named(name)
        if mode == "test":
            return failed(400, "Refunds can only be processed in live mode")
        if tx is None:
            return failed(404, "Transaction not found")
        if not form.get("reason"):
            return failed(400, {"reason": ["validation.required"]})
        ours = form.get("reference")
        if ours is not None and (not REFUND_REFERENCE.match(ours) or self._by_our_name(ours)):
            return failed(400, {"reference": ["validation.reference"]})
        amount = Decimal(form.get("amount") or str(self.left(tx)))
        if tx.status != "success" or amount > self.left(tx):
            return failed(400, "The refund exceeds what is left of the transaction")
        refund = Refund(f"MERC-DIS-REF-s{next(self._numbers):06d}", tx, amount, merchant_reference=ours)
        self.refunds[refund.ref] = refund
        data = {
            "id": len(self.refunds),
            "chapa_reference": tx.reference,
            "bank_reference": None,
            "amount": f"{amount:.2f}",
            "currency": tx.currency,
            "status": "Refund Initiated",
            "reason": None,
            **self._our_name(refund),
        }
        named = {"ref": refund.ref} if self.refund_names_itself else {}
        return 200, envelope("Refund initiated successfully. Processing time: 1-3 business days", data=data | named)

    def _by_our_name(self, name: str) -> Refund | None:
        return next((refund for refund in self.refunds.values() if refund.merchant_reference == name), None)

    def _our_name(self, refund: Refund) -> dict[str, Any]:
        return {"merchant_reference": refund.merchant_reference} if self.refund_says_our_name else {}

    def _named(self, name: str) -> Tx | None:
        if self.refund_by == "tx_ref":
            return self.txs.get(name)
        return next((tx for tx in self.txs.values() if tx.reference == name), None)

    def left(self, tx: Tx) -> Decimal:
        return tx.amount - sum(r.amount for r in self.refunds.values() if r.tx is tx and r.status != "reversed")

    def refund_status(self, name: str) -> Reply:
        of_payment = [refund for refund in self.refunds.values() if refund.tx.reference == name]
        ours = self._by_our_name(name) if self.refund_found_by_our_name else None
        refund = self.refunds.get(name) or ours or (of_payment[-1] if of_payment else None)
        if refund is None:
            return failed(404, "Refund not found")
        data = {
            "amount": number(refund.amount),
            "currency": refund.tx.currency,
            "ref_id": refund.ref,
            "payment_reference": refund.tx.reference,
            "status": refund.status,
            **self._our_name(refund),
        }
        return 200, {"message": "Refund verified successfully", "data": data}

    def transactions(self, page: int) -> Reply:
        rows = sorted(self.txs.values(), key=lambda tx: (tx.created_at, tx.reference), reverse=self.newest_first)
        shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
        more = len(rows) > page * PER_PAGE
        pagination = {
            "per_page": PER_PAGE,
            "current_page": page,
            "first_page_url": f"{self.checkout}/transactions?page=1",
            "next_page_url": f"{self.checkout}/transactions?page={page + 1}" if more else None,
            "prev_page_url": None,
        }
        data = {"transactions": [list_row(tx) for tx in shown], "pagination": pagination}
        return 200, envelope("Transactions retrieved successfully", data=data)


def number(amount: Decimal) -> int | float:
    """As verify says it: 100, 3.5."""
    return int(amount) if amount == int(amount) else float(amount)


def times(tx: Tx) -> dict[str, str]:
    at = tx.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"created_at": at, "updated_at": at}


def details(tx: Tx) -> dict[str, Any]:
    """The `data` of verify."""
    data = {
        "first_name": tx.order.get("first_name", "Abebe"),
        "last_name": tx.order.get("last_name", "Bikila"),
        "email": tx.order.get("email", "abebe@mail.et"),
        "currency": tx.currency,
        "amount": number(tx.amount),
        "charge": number(round(tx.amount * Decimal("0.03"), 2)),
        "mode": tx.mode,
        "method": "telebirr",
        "type": "API",
        "status": tx.status,
        "reference": tx.reference,
        "tx_ref": tx.tx_ref,
        "customization": {"title": None, "description": None, "logo": None},
        "meta": None,
        **times(tx),
    }
    return data | tx.changes


def event_body(event: str, tx: Tx) -> dict[str, Any]:
    """A charge.* event: flat, with the payer in it, amounts as texts."""
    status = {"charge.success": "success", "charge.refunded": "refunded", "charge.reversed": "reversed"}
    return {
        "event": event,
        "first_name": tx.order.get("first_name", "Abebe"),
        "last_name": tx.order.get("last_name", "Bikila"),
        "email": tx.order.get("email", "abebe@mail.et"),
        "mobile": "251900123456",
        "currency": tx.currency,
        "amount": f"{tx.amount:.2f}",
        "charge": f"{tx.amount * Decimal('0.03'):.2f}",
        "status": status.get(event, "failed/cancelled"),
        "mode": tx.mode,
        "reference": tx.reference,
        **times(tx),
        "type": "API",
        "tx_ref": tx.tx_ref,
        "payment_method": "telebirr",
        "customization": {"title": None, "description": None, "logo": None},
        "meta": None,
    }


def list_row(tx: Tx) -> dict[str, Any]:
    """A row of /transactions: without our tx_ref, amounts with three decimals."""
    changed = tx.changes
    return {
        "status": changed.get("status", "pending" if tx.status == "unpaid" else tx.status),
        "ref_id": changed.get("reference", tx.reference),
        "type": "API",
        "created_at": times(tx)["created_at"],
        "currency": changed.get("currency", tx.currency),
        "amount": f"{Decimal(str(changed.get('amount', tx.amount))):.3f}",
        "charge": "0.000",
        "trans_id": None,
        "payment_method": "telebirr",
        "customer": {"id": 1301688, "email": "abebe@mail.et", "first_name": "Abebe", "last_name": "B", "mobile": None},
    }
