"""Which gateway is used: that of the provider that is set up (payments.providers); never two."""

from payments import providers
from payments.gateway import Gateway


def current() -> Gateway | None:
    """The gateway of new payments; None where nothing can be paid online."""
    provider = providers.current()
    return provider.gateway() if provider else None


def of_method(method: str) -> Gateway | None:
    """The gateway that a payment was begun with; None when it isn't set up (any more)."""
    gateway = current()
    return gateway if gateway and gateway.method == method else None
