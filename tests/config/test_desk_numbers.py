"""Every number that staff type is read in the one spelling, on each page that has one."""

from typing import Any

import pytest
from django import forms
from django.contrib.admin.sites import site
from django.db import models
from django.test import RequestFactory

from bookings.forms import actions, taking
from bookings.models import Departure, Trip
from notifications.models import ReminderRule
from notifications.number_fields import AmountField, WholeField
from payments.forms import link, manual, refunds
from tests.factories import make_user

pytestmark = pytest.mark.django_db
FORMS: list[Any] = [
    actions.PartySizeForm,
    taking.TakeBookingForm,
    link.LinkForm,
    manual.ExpectedMoneyForm,
    manual.ReceivedMoneyForm,
    refunds.RefundForm,
]


def numbers_of(fields: dict[str, Any]) -> dict[str, type]:
    return {name: type(field) for name, field in fields.items() if isinstance(field, forms.IntegerField)}


@pytest.mark.parametrize("form", FORMS)
def test_the_questions_of_the_actions(form: Any) -> None:
    found = numbers_of(form.base_fields)
    assert found
    assert set(found.values()) <= {WholeField, AmountField}


@pytest.mark.parametrize("model", [Trip, Departure, ReminderRule])
def test_the_pages_of_what_is_sold_and_reminded(model: type[models.Model]) -> None:
    request = RequestFactory().get("/")
    request.user = make_user(is_superuser=True)
    found = numbers_of(site.get_model_admin(model).get_form(request).base_fields)
    assert found
    assert set(found.values()) <= {WholeField, AmountField}
