"""Two people close one decision: one does, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from bookings.actors import Actor
from payments.models import ClosedDecision
from payments.services.decisions import Kind
from tests.factories import make_user
from tests.payments.open_decisions import EVERY_KIND, close, on_the_list

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite in memory belongs to one thread")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [Kind.MONEY_LEFT, Kind.PROVIDER, Kind.EVENT])
def test_of_two_clerks_at_once_one_closes_and_the_other_is_told(kind: Kind) -> None:
    EVERY_KIND[kind]()
    entries, people = on_the_list(), [Actor(name, make_user()) for name in ("Sara", "Yonas")]

    def press(actor: Actor) -> list[str]:
        try:
            return close(*entries, actor=actor)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(len(refused) for refused in pool.map(press, people)) == [0, 1]
    assert ClosedDecision.objects.count() == 1


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite in memory belongs to one thread")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [Kind.PROVIDER, Kind.EVENT])
def test_who_looked_before_another_closed_it_is_told(kind: Kind) -> None:
    """Nothing is locked there, as no booking is concerned."""
    EVERY_KIND[kind]()
    entries, (sara, yonas) = on_the_list(), [Actor(name, make_user()) for name in ("Sara", "Yonas")]
    answers: list[list[str]] = []

    def yonas_closes() -> list[str]:
        try:
            return close(*entries, actor=yonas)
        finally:
            connections.close_all()

    def meanwhile(execute: Any, sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if sql.startswith('SELECT "payments_closeddecision"."id"') and not answers:
            answers.append(pool.submit(yonas_closes).result())
        return result

    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(meanwhile):
        answers.append(close(*entries, actor=sara))
    assert [len(refused) for refused in answers] == [0, 1]
    assert ClosedDecision.objects.get(reopened_at=None).closed_by_label == "Yonas"
