"""A broken constraint is known by its name on PostgreSQL, by its columns on SQLite, and never by the text's words."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bookings.constraints import doubled_in, violates
from bookings.models import Departure
from payments.models import Payment, Refund
from tests.factories import NOW, make_departure
from tests.payments.refunds import paid_by_hand

pytestmark = pytest.mark.django_db
UNIQUE = {
    "one_payment_per_external_reference": {"external_reference": "TR-7"},
    "one_payment_per_creation_key": {"creation_key": "seven"},
    "one_payment_per_provider_reference": {"provider_reference": "AP7"},
}


def broken(**changes: Any) -> IntegrityError:
    """By a second payment in cash that has the same as the first."""
    first = paid_by_hand()
    Payment.objects.filter(pk=first.pk).update(**{name: changes[name] for name in changes if name != "amount"})
    values = {"tx_ref": "CASH-2", "booking": first.booking, "method": "cash", "amount": 1, "currency": "ETB"}
    more = {"status": "pending", "recorded_by_label": "Sara", "created_at": NOW}
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Payment.objects.create(**values | more | changes)
    return error.value


@pytest.mark.parametrize("name", UNIQUE)
def test_each_unique_constraint_is_known_from_the_others(name: str) -> None:
    error = broken(**UNIQUE[name])
    assert [other for other in UNIQUE if violates(error, Payment, other)] == [name]
    assert not violates(error, Refund, "one_refund_per_creation_key")


def test_a_check_is_known_by_its_name_too() -> None:
    error = broken(amount=0)
    assert violates(error, Payment, "payment_amount_positive")
    assert not violates(error, Payment, "payment_has_a_recorder")


def test_a_column_that_is_unique_by_itself_is_none_of_them() -> None:
    error = broken(tx_ref="CASH-7")
    assert [name for name in UNIQUE if violates(error, Payment, name)] == []


@pytest.mark.parametrize("reference", ["creation_key", "payments_payment.creation_key, external_reference"])
def test_what_people_wrote_into_a_field_proves_nothing(reference: str) -> None:
    error = broken(external_reference=reference)
    assert not violates(error, Payment, "one_payment_per_creation_key")
    assert violates(error, Payment, "one_payment_per_external_reference")


def test_what_is_there_twice_names_its_table_on_both_databases() -> None:
    departure = make_departure()
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make_departure(trip=departure.trip, starts_at=departure.starts_at + timedelta(days=1), code=departure.code)
    assert doubled_in(error.value) == "bookings_departure"
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Departure.objects.update(seats_taken=9999)
    assert doubled_in(error.value) == ""
