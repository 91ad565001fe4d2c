"""Why a provider couldn't be asked, or what it refused."""

from http import HTTPStatus

from bookings.refusals.shared import WrongStatus
from notifications.refusals import Refused
from payments.refusals.shared import WrongMethod

# -- What the provider says, or doesn't


class ProviderRefused(Refused):
    code = "provider_refused"
    sentence = "{provider} refused this payment: {why}"
    provider: str
    why: str


class ProviderMisconfigured(Refused):
    code = "provider_misconfigured"
    sentence = "The provider can't be asked from here at the moment."
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after = 300
    transient = True


class CannotPayOnline(ProviderMisconfigured):
    sentence = "Paying online isn't possible at the moment. Please pay another way."


class ProviderUnreachable(Refused):
    code = "provider_unreachable"
    sentence = "The provider gives no answer at the moment; nothing has changed. Ask again shortly."
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after = 30
    transient = True


class NobodyToAsk(WrongMethod):
    sentence = "{name} was taken by hand; there is no provider to ask."
    name: str


# -- Ending an attempt, deciding one in review


class CanBeAsked(WrongStatus):
    sentence = "{name} is {state}. The provider can still be asked about it, or it is closed already."
    name: str
    state: str


class NoAnswer(Refused):
    """`why` is what the provider's gateway says of it."""

    code = "no_answer"
    sentence = "{name} stays in review: {why}"
    name: str
    why: str


class CannotApply(Refused):
    code = "cannot_apply"
    sentence = "{name}: {why} Pay it back in the provider's own pages, then reject it here."
    name: str
    why: str
