"""The payment providers that this release knows. Each registers itself once; a row's `method` is its name.

What a provider answers is behind payments.gateway.Gateway; this is what else differs from one to the other. It stands
below the models, as the choices of Payment.method come from here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from django.core.exceptions import ImproperlyConfigured

from notifications import words

if TYPE_CHECKING:
    from payments.gateway import Gateway


class Provider:
    """`label` is for staff, `words` are its names for customers, by language. `prefix` begins its transactions' names.

    `events` are the names that it documents, for the inbox's filter. `secret_name` is the variable that holds the
    secret of its webhook.
    """

    method: ClassVar[str]
    label: ClassVar[str]
    words: ClassVar[Mapping[str, str]]
    prefix: ClassVar[str]
    currencies: ClassVar[frozenset[str]]
    events: ClassVar[tuple[str, ...]] = ()
    secret_name: ClassVar[str] = ""
    is_sandbox: ClassVar[bool] = False

    def is_set_up(self) -> bool:
        """Whether payments may be begun with it."""
        raise NotImplementedError

    def gateway(self) -> "Gateway":
        """Only where it is set up."""
        raise NotImplementedError

    def takes_events(self) -> bool:
        """Whether there is a webhook at all."""
        return True

    def secret(self) -> str:
        """Of its webhook; empty where none is set, and no event can be trusted."""
        raise NotImplementedError

    def is_signed(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Whether exactly these bytes are its own. Compared in constant time; never without a secret."""
        raise NotImplementedError

    def checkout_pages(self) -> list[str]:
        """Where its hosted page may be, as sources of a Content-Security-Policy."""
        return []


_registered: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """In an app's ready(). Of several that are set up the first one registered takes new payments."""
    if provider.method in _registered:
        raise ImproperlyConfigured(f"There is a provider “{provider.method}” already.")
    _registered[provider.method] = provider
    words.METHODS[provider.method] = dict(provider.words)


def by_method() -> Mapping[str, Provider]:
    return _registered


def current() -> Provider | None:
    """Whose payments are begun today; None where nothing can be paid online. Never two."""
    return next((provider for provider in _registered.values() if provider.is_set_up()), None)


def known_currencies() -> frozenset[str]:
    return frozenset().union(*(provider.currencies for provider in _registered.values()))


def currencies_taken() -> frozenset[str]:
    """Today; empty where nothing can be paid online. settings.ONLINE_CURRENCIES names this."""
    provider = current()
    return provider.currencies if provider else frozenset()
