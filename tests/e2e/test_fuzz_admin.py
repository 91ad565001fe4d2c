"""Every address of the admin, every parameter of its lists and every field of its forms, as every role: no 5xx."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django_celery_results.models import TaskResult

from bookings.models import ApiKey
from tests.e2e.fuzz import KEYS, VALUES, Form, Hand, forms_of

pytestmark = pytest.mark.e2e
PEOPLE = ("admin", "agent", "finance", "manager", "ops", "viewer")
OF_LISTS = ("p", "o", "q", "all", "e", "_facets", "_popup", "_to_field", "_changelist_filters", "action")
LOOKUPS = ("", "__regex", "__range", "__year", "__in", "__isnull", "__id__exact", "__nothing")
OF_PAGES = ("first", "last", "format", "looks", "page", "s", "extended", "term", "next", "ids", "departure", "customer")


@pytest.fixture
def people(transactional_db: None) -> dict[str, User]:
    call_command("setup", verbosity=0)
    call_command("demo_data", verbosity=0)
    ApiKey.objects.create_key(name="website", scopes=["bookings:read"])
    TaskResult.objects.create(
        task_id="a", task_name="bookings.expire_holds", status="FAILURE", result='{"exc_type": 1}'
    )
    User.objects.update(first_name="ሣ" * 150, last_name="W" * 150)
    return {user.username: user for user in User.objects.all()}


@pytest.mark.parametrize("name", PEOPLE)
def test_nothing_that_is_sent_to_the_admin_is_a_server_error(name: str, people: dict[str, User]) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(people[name])
    hand = Hand(name, client, random.Random(7))
    whole = name == "admin"
    for address in pages_of_the_site():
        try_page(hand, address, whole=whole)
    for model, model_admin in admin.site._registry.items():  # noqa: SLF001 (Django has no other list of them)
        try_list(hand, model, model_admin, whole=whole)
        for address in pages_of(model, model_admin):
            try_page(hand, address, whole=whole)
    assert hand.broken == []
    assert hand.get("/admin/").status_code == 200
    print(name, hand.sent, hand.statuses)
    assert hand.sent > 300


def pages_of_the_site() -> Iterator[str]:
    yield from ("/admin/", "/admin/search/?s=a", "/admin/search/?s=a&extended=1", "/admin/login/", "/admin/jsi18n/")
    yield from ("/admin/password_change/", "/admin/logout/", "/admin/nothing/", "/admin/bookings/", "/admin/r/1/1/")
    yield from (f"/admin/r/{key}/{key}/" for key in ("abc", "9" * 30))
    for model in apps.get_models():
        for column in model._meta.get_fields():  # noqa: SLF001 (Django's documented API)
            query = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={column.name}"  # noqa: SLF001
            if column.is_relation:
                yield from (f"/admin/{place}?{query}" for place in ("autocomplete/", "bookings/departure/pick/"))


def rows_of(model: type[Model], model_admin: Any) -> list[str]:
    """Keys as addresses name them: one row of each status."""
    rows: dict[str, str] = {}
    for row in model._default_manager.order_by("pk")[:500]:  # noqa: SLF001 (Django's documented API)
        rows.setdefault(getattr(row, "status", ""), row.prefix if isinstance(row, ApiKey) else str(row.pk))
    return list(rows.values())


def pages_of(model: type[Model], model_admin: Any) -> Iterator[str]:
    """Every pattern of the model's admin, with keys of real rows."""
    keys = rows_of(model, model_admin)
    for pattern in model_admin.get_urls():
        route = f"{root_of(model)}{pattern.pattern}".replace("^", "")
        if "<slug:act>" in route:
            for act in model_admin.acts:
                yield from (route.replace("<slug:act>", act.name) + f"?ids={key}" for key in [*keys, ",".join(keys)])
        elif "<" in route:
            head, _, rest = route.partition("<")
            yield from (f"{head}{key}{rest.partition('>')[2]}" for key in keys)
        else:
            yield route


def root_of(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"  # noqa: SLF001 (Django's documented API)


def try_list(hand: Hand, model: type[Model], model_admin: Any, *, whole: bool) -> None:
    """Its parameters, and what it does with ticked rows."""
    address = root_of(model)
    answer: Any = hand.get(address)
    if answer.status_code != 200:
        return
    names = {name for spec in answer.context["cl"].filter_specs for name in spec.expected_parameters()}
    names |= {f"{column.name}{lookup}" for column in model._meta.get_fields() for lookup in LOOKUPS}  # noqa: SLF001
    names |= model_admin.linked_lookups | set(OF_LISTS)
    for name in sorted(names):
        values = VALUES if name in answer.context["cl"].params or name in OF_LISTS else hand.some(VALUES, 4)
        for value in values if whole else hand.some(values, 1):
            hand.get(address, [(name, value)] * hand.chance.choice((1, 1, 2)))
    for value in KEYS if whole else hand.some(KEYS, 2):
        for action in model_admin.get_actions(answer.wsgi_request):
            hand.post(address, [("action", action), ("_selected_action", value), ("index", hand.chance.choice(VALUES))])
            hand.post(address, [("action", action), ("_selected_action", value), ("select_across", "1")])
    for key in KEYS:
        hand.get(f"{address}{key.encode('utf-8', 'replace').decode()}/change/")
        hand.post(f"{address}999999999/change/", [("_saveasnew", key)])


def try_page(hand: Hand, address: str, *, whole: bool) -> None:
    answer = hand.get(address)
    for name in hand.some(OF_PAGES, len(OF_PAGES) if whole and "autocomplete" not in address else 1):
        hand.get(address, [(name, hand.chance.choice(VALUES))])
    hand.post(address, [("_form_submitted", "on")])
    hand.post(address, [(name, hand.chance.choice(VALUES)) for name in ("ids", "next", "_saveasnew", "_popup")])
    if "?ids=" in address:
        hand.post(address.partition("?")[0], [("ids", address.partition("=")[2])])
    for form in forms_of(address, answer):
        try_form(hand, form, whole=whole)


def try_form(hand: Hand, form: Form, *, whole: bool) -> None:
    hand.post(form.action, form.pairs())
    for value in hand.some(VALUES, 12 if whole else 2):
        hand.post(form.action, form.pairs(**{name: value for name in form.fields if name != "ids"}))
    for name in form.fields:
        for value in hand.some(VALUES, 4 if whole else 1):
            hand.post(form.action, form.pairs(**{name: value}))
            hand.post(form.action, [*form.pairs(), (name, value)])
