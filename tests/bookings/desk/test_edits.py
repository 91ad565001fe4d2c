"""Two people with one page open: nobody's change is lost."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from bookings.models import Customer
from tests.desk import said
from tests.edits import boss, rows, url_of
from tests.factories import make_customer, make_user
from tests.pages import fields_of, opened

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
KINDS = ["customer", "trip", "departure", "booking", "mail text", "rule", "user", "group", "task", "key", "interval"]


def value(row: Any, name: str) -> str:
    row = type(row).objects.get(pk=row.pk)
    if name == "expiry_date_0":
        return str(row.expiry_date.date())
    held = getattr(row, name)
    return str(held) if not isinstance(held, bool) else "on" if held else ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_was_opened_before_another_save_changes_nothing_but_asks(kind: str) -> None:
    row, field, first, second, _other, _new = rows()[kind]
    sara, abel = boss(), boss("abel", "Abel")
    hers, his = opened(sara, url_of(row)), opened(abel, url_of(row))
    extra = {"expiry_date_1": "10:00"} if kind == "key" else {}
    response = sara.post(url_of(row), hers | {field: first} | extra)
    assert response.status_code == 302, (response.context["errors"], response.context.get("conflicts"))
    response = abel.post(url_of(row), his | {field: second} | extra)
    assert response.status_code == 200
    held = value(row, field)
    assert held in {first, f"{first}.00"}
    [conflict] = response.context["conflicts"]
    assert conflict.said.startswith("Sara changed it")
    again = fields_of(response)
    assert again[field] == [second]
    unanswered = abel.post(url_of(row), again)
    assert (unanswered.status_code, value(row, field)) == (200, held)
    mine = fields_of(unanswered) | {conflict.answer: "mine"}
    assert abel.post(url_of(row), mine).status_code == 302
    assert value(row, field) in {second, f"{second}.00"}


@pytest.mark.parametrize("kind", KINDS)
def test_taking_theirs_keeps_it(kind: str) -> None:
    row, field, first, second, _other, _new = rows()[kind]
    sara, abel = boss(), boss("abel", "Abel")
    hers, his = opened(sara, url_of(row)), opened(abel, url_of(row))
    extra = {"expiry_date_1": "10:00"} if kind == "key" else {}
    sara.post(url_of(row), hers | {field: first} | extra)
    response = abel.post(url_of(row), his | {field: second} | extra)
    [conflict] = response.context["conflicts"]
    assert abel.post(url_of(row), fields_of(response) | {conflict.answer: "theirs"}).status_code == 302
    assert value(row, field) in {first, f"{first}.00"}


@pytest.mark.parametrize("kind", ["customer", "trip", "departure", "mail text", "rule", "user", "task"])
def test_changes_of_different_fields_are_both_kept(kind: str) -> None:
    row, field, first, _second, other, new = rows()[kind]
    sara, abel = boss(), boss("abel", "Abel")
    hers, his = opened(sara, url_of(row)), opened(abel, url_of(row))
    sara.post(url_of(row), hers | {field: first})
    his |= {other: new}
    if not new:
        del his[other]
    response = abel.post(url_of(row), his)
    assert response.status_code == 302
    assert value(row, field) in {first, f"{first}.00"}
    assert value(row, other) in {new, f"{new}.00"}
    assert any(text.startswith("Somebody else's change stays, too") for text in said(response))


@pytest.mark.parametrize("kind", KINDS)
def test_an_untouched_page_saves_and_changes_nothing(kind: str) -> None:
    row = rows()[kind][0]
    client = boss()
    before = type(row).objects.filter(pk=row.pk).values().get()
    assert client.post(url_of(row), opened(client, url_of(row))).status_code == 302
    after = type(row).objects.filter(pk=row.pk).values().get()
    moving = {"updated_at", "date_changed"}
    assert {k: v for k, v in after.items() if k not in moving} == {k: v for k, v in before.items() if k not in moving}


def test_what_a_service_changed_meanwhile_stays() -> None:
    customer, client = make_customer(name="Abel", email="a@mail.example.org"), boss()
    form = opened(client, url_of(customer))
    Customer.objects.update(email="new@mail.example.org")
    client.post(url_of(customer), form | {"notes": "VIP"})
    assert list(Customer.objects.values_list("email", "notes")) == [("new@mail.example.org", "VIP")]
    response = client.post(url_of(customer), form | {"email": "c@mail.example.org"})
    said_of = [conflict.said for conflict in response.context["conflicts"]]
    assert said_of == ["Somebody else changed it from “a@mail.example.org” to “new@mail.example.org” meanwhile."]


def test_the_same_change_by_two_is_no_question() -> None:
    customer, client = make_customer(name="Abel", email="a@mail.example.org"), boss()
    form = opened(client, url_of(customer)) | {"email": "c@mail.example.org"}
    assert [client.post(url_of(customer), form).status_code for _ in range(2)] == [302, 302]


def test_an_answer_about_what_changed_once_more_asks_once_more() -> None:
    customer, client = make_customer(name="Abel", email="a@mail.example.org"), boss()
    form = opened(client, url_of(customer)) | {"email": "c@mail.example.org"}
    Customer.objects.update(email="b@mail.example.org")
    form = fields_of(client.post(url_of(customer), form)) | {"_keep-email": "mine"}
    Customer.objects.update(email="d@mail.example.org")
    assert client.post(url_of(customer), form).status_code == 200
    assert Customer.objects.get().email == "d@mail.example.org"


def test_an_answer_that_nobody_asked_for_is_none() -> None:
    customer, client = make_customer(name="Abel", email="a@mail.example.org"), boss()
    form = opened(client, url_of(customer)) | {"email": "c@mail.example.org", "_keep-email": "mine"}
    Customer.objects.update(email="b@mail.example.org")
    assert client.post(url_of(customer), form).status_code == 200
    assert Customer.objects.get().email == "b@mail.example.org"


@pytest.mark.parametrize("text", ["", "x", "eyJ4Ijox:1:2", "\ud7ff", "A" * 5000])
def test_a_page_that_can_t_be_read_is_not_saved(text: str) -> None:
    customer, client = make_customer(name="Abel", email="a@mail.example.org"), boss()
    form = opened(client, url_of(customer)) | {"email": "c@mail.example.org", "_opened": text}
    assert client.post(url_of(customer), form).status_code == 200
    assert Customer.objects.get().email == "a@mail.example.org"


def test_a_page_of_another_row_or_person_is_not_taken() -> None:
    customer, other, client = make_customer(name="Abel"), make_customer(name="Bruk"), boss()
    for form in (opened(client, url_of(other)), opened(boss("abel"), url_of(customer))):
        response = client.post(url_of(customer), form | {"name": ["Chaltu"]})
        assert response.status_code == 200
    assert Customer.objects.get(pk=customer.pk).name == "Abel"


def test_no_page_carries_a_password_s_hash() -> None:
    user, client = make_user(username="dawit"), boss()
    [text] = opened(client, url_of(user))["_opened"]
    from django.core import signing

    held = signing.loads(text, salt=f"Opened:auth.User:{user.pk}:{User.objects.get(username='sara').pk}")
    assert "password" not in held["form"]
