"""Actions by model: in which order their buttons stand, and what they get as answers."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

from bookings.desk import actions
from bookings.desk.actions import Action, actions_of, register
from bookings.forms.actions import RescheduleForm
from bookings.models import Booking, Departure, Trip
from config.roles import ROLES
from payments.models import ClosedDecision, Payment, ProviderEvent, Refund
from tests.desk import booked, departure_in
from tests.factories import make_user

BUTTONS: dict[type[Model], str] = {
    Booking: "confirm payment-link record-payment await-payment promote bring-back reschedule party due-date"
    " adjust-price no-show was-there resend cancel",
    Departure: "open close cancel",
    Payment: "verify received failed apply-review reject-review close-unanswered add-proof refund void",
    Refund: "approve paid-out check went-through did-not turn-down",
    ProviderEvent: "replay seen-to",
    ClosedDecision: "reopen",
}


@pytest.fixture
def trips_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry in which trips may get actions, and which is gone afterwards."""
    monkeypatch.setattr(actions, "_registered", {Trip: []})


def named(name: str, order: int = 100) -> type[Action]:
    return type("Made", (Action,), {"name": name, "order": order})


@pytest.mark.parametrize("model", BUTTONS)
def test_the_buttons_stand_in_their_order(model: type[Model]) -> None:
    assert [action.name for action in actions_of(model)] == BUTTONS[model].split()


def test_each_action_s_permission_is_one_that_a_role_has() -> None:
    known = frozenset().union(*ROLES.values())
    assert {action.permission for model in BUTTONS for action in actions_of(model)} <= known


@pytest.mark.parametrize("model", BUTTONS)
def test_a_change_is_one_that_the_model_knows(model: type[Model]) -> None:
    changes = {action.change for action in actions_of(model) if action.change}
    assert changes <= set(getattr(model, "CHANGES", {}))


def test_an_action_stands_by_its_order_and_then_as_registered(trips_only: None) -> None:
    for action in (named("a"), named("b"), named("first", 1), named("c"), named("second", 1)):
        register(Trip)(action)
    assert [action.name for action in actions_of(Trip)] == ["first", "second", "a", "b", "c"]


def test_two_actions_of_a_model_have_two_names(trips_only: None) -> None:
    register(Trip)(named("archive"))
    with pytest.raises(ImproperlyConfigured, match="Trip has an action “archive” already"):
        register(Trip)(named("archive"))


@pytest.mark.django_db
def test_an_action_gets_the_key_of_a_row_that_was_chosen() -> None:
    booking, departure = booked(), departure_in(12)
    form = RescheduleForm({"departure": departure.pk}, user=make_user(), rows=[booking])
    assert form.is_valid()
    assert form.answers == {"departure": departure.pk, "price": ""}
