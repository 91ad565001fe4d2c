"""Which gateway is used: Chapa where a key is set, else the sandbox where it is switched on, else none; never two."""

from django.conf import settings

from payments.gateway import Gateway, sandbox
from payments.gateway.chapa import Chapa


def current() -> Gateway | None:
    """The gateway of new payments; None where nothing can be paid online."""
    if settings.CHAPA_SECRET_KEY:
        return chapa()
    return sandbox.Sandbox() if sandbox.is_on() else None


def of_method(method: str) -> Gateway | None:
    """The gateway that a payment was begun with; None when it isn't set up (any more)."""
    gateway = current()
    return gateway if gateway and gateway.method == method else None


def chapa() -> Chapa:
    return Chapa(
        key=settings.CHAPA_SECRET_KEY,
        base_url=settings.CHAPA_BASE_URL,
        checkout_hosts=tuple(settings.CHAPA_CHECKOUT_HOSTS),
        refund_by=settings.CHAPA_REFUND_BY,
    )
