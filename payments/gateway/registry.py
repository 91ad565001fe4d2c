"""Which gateway is used: Chapa where a key is set, else the sandbox; never both."""

from django.conf import settings

from payments.gateway import Gateway
from payments.gateway.chapa import Chapa
from payments.gateway.sandbox import Sandbox


def current() -> Gateway:
    """The gateway of new payments."""
    return chapa() if settings.CHAPA_SECRET_KEY else Sandbox()


def of_method(method: str) -> Gateway | None:
    """The gateway that a payment was begun with; None when it isn't set up (any more)."""
    gateway = current()
    return gateway if gateway.method == method else None


def chapa() -> Chapa:
    return Chapa(
        key=settings.CHAPA_SECRET_KEY,
        base_url=settings.CHAPA_BASE_URL,
        checkout_hosts=tuple(settings.CHAPA_CHECKOUT_HOSTS),
        refund_by=settings.CHAPA_REFUND_BY,
    )
