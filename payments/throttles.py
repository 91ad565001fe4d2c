"""How often one network may call what needs no key."""

from bookings.callers import NetworkThrottle


class CallbackThrottle(NetworkThrottle):
    """A hint costs a question to the provider."""

    scope = "payment_callback"
    rate = "120/min"


class PayThrottle(NetworkThrottle):
    """The button of the pay page: it may cost three calls. Many customers can share an address."""

    scope = "pay"
    rate = "60/min"
