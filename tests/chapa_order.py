"""An order as start_payment would give it to the gateway."""

from decimal import Decimal
from typing import Any

from payments.gateway import Answer, Order
from payments.gateway.chapa import Chapa
from payments.gateway.chapa_provider import ChapaProvider

ORDER = Order(
    tx_ref="CHAPA-AAAA222233",
    amount=Decimal("1500.5"),
    currency="ETB",
    return_url="https://desk.tourdesk.et/pay/back/",
    callback_url="https://desk.tourdesk.et/api/payment/callback/",
    title="Tourdesk",
    description="Booking TD-7K3M9QX2",
    name="Abebe Bikila Demissie",
    email="abebe@mail.et",
    phone="+251 912 345 678",
)
REF = ORDER.tx_ref


def chapa() -> Chapa:
    """With the settings of now."""
    return ChapaProvider().gateway()


def begin(**changes: Any) -> Answer:
    return chapa().initialise(Order(**{**vars(ORDER), **changes}))
