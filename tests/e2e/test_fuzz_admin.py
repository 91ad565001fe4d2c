"""Every address of the admin, every parameter of its lists and every field of its forms, as every role: no 5xx."""

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from django_celery_results.models import TaskResult
from pytest_django import Settings

from bookings.models import ApiKey
from config import demo_world
from notifications.models import Message
from tests.e2e.fuzz import KEYS, Form, Hand, forms_of, safe

pytestmark = pytest.mark.e2e
PEOPLE = ("agent", "finance", "manager", "ops", "viewer")
OF_LISTS = ("p", "o", "q", "all", "e", "_facets", "_popup", "_to_field", "_changelist_filters", "action")
LOOKUPS = ("", "__regex", "__range", "__year", "__in", "__isnull", "__id__exact", "__nothing")
OF_PAGES = ("first", "last", "format", "looks", "page", "s", "extended", "term", "next", "ids", "departure", "customer")


@pytest.fixture
def people(transactional_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, User]:
    monkeypatch.setattr(demo_world, "BOOKINGS", 60)  # rows of each status; more would only take longer
    del settings.EMAIL_FILE_PATH  # so that the demo writes no mails, which is most of its time
    call_command("setup", verbosity=0)
    call_command("demo_data", yes=True, verbosity=0)
    for pk, status in zip(Message.objects.values_list("pk", flat=True), Message.Status, strict=False):
        Message.objects.filter(pk=pk).update(status=status, sent_at=timezone.now())
    ApiKey.objects.create_key(name="website", scopes=["bookings:read"])
    TaskResult.objects.create(
        task_id="a", task_name="bookings.expire_holds", status="FAILURE", result='{"exc_type": 1}'
    )
    User.objects.update(first_name="ሣ" * 150, last_name="W" * 150)
    return {user.username: user for user in User.objects.all()}


@pytest.fixture
def short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is tried, not how many rows are drawn."""
    for model_admin in admin.site._registry.values():  # noqa: SLF001 (Django has no other list of them)
        monkeypatch.setattr(model_admin, "list_per_page", 3)


@pytest.mark.parametrize(("names", "share"), [(PEOPLE, (0, 1)), *((("admin",), (n, 3)) for n in range(3))])
def test_nothing_that_is_sent_to_the_admin_is_a_server_error(
    people: dict[str, User], short_lists: None, names: tuple[str, ...], share: tuple[int, int]
) -> None:
    """The superuser, whom nothing stops at the door, sends the most: a share of the models in each test."""
    broken = []
    for name in names:
        client = Client(raise_request_exception=False)
        client.force_login(people[name])
        hand = Hand(name, client, random.Random(7), everything=name == "admin")
        try_site(hand, *share)
        assert hand.get("/admin/").status_code == 200
        assert hand.sent > 150
        broken += hand.broken
    assert "\n".join(broken) == ""


def try_site(hand: Hand, first: int, step: int) -> None:
    for address in hand.few(list(pages_of_the_site())[first::step]):
        hand.get(address)
        hand.get(address, [(hand.chance.choice(OF_PAGES), hand.value()) for _ in range(3)])
    models = list(admin.site._registry.items())  # noqa: SLF001 (Django has no other list of them)
    for model, model_admin in models[first::step]:
        try_list(hand, model, model_admin)
        for addresses in hand.few(pages_of(model, model_admin)):
            try_page(hand, addresses[0])
            for address in hand.few(addresses[1:]):
                hand.get(address)
                hand.post(address.partition("?")[0], [("ids", address.partition("=")[2]), ("_form_submitted", "on")])


def pages_of_the_site() -> Iterator[str]:
    yield from ("/admin/", "/admin/search/?s=a", "/admin/search/?s=a&extended=1", "/admin/login/", "/admin/jsi18n/")
    yield from ("/admin/password_change/", "/admin/nothing/", "/admin/bookings/", "/admin/r/1/1/", "/admin/r/1/abc/")
    for model in apps.get_models():
        for column in model._meta.get_fields():  # noqa: SLF001 (Django's documented API)
            query = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={column.name}"  # noqa: SLF001
            if column.is_relation:
                yield from (f"/admin/{place}?{query}" for place in ("autocomplete/", "bookings/departure/pick/"))


def rows_of(model: type[Model]) -> list[str]:
    """Keys as addresses name them: one row of each status."""
    rows: dict[str, str] = {}
    for row in model._default_manager.order_by("pk")[:500]:  # noqa: SLF001 (Django's documented API)
        rows.setdefault(getattr(row, "status", ""), row.prefix if isinstance(row, ApiKey) else str(row.pk))
    return list(rows.values())


def pages_of(model: type[Model], model_admin: Any) -> Iterator[list[str]]:
    """Of every pattern of the model's admin, and of every action, the addresses for real rows."""
    keys = rows_of(model)
    for pattern in model_admin.get_urls():
        route = f"{root_of(model)}{pattern.pattern}".replace("^", "")
        if "act/<slug:name>/" in route:
            for action in model_admin.desk_actions:
                page = route.replace("<slug:name>", action.name)
                yield [f"{page}?ids={key}" for key in [*keys, ",".join(keys)]]
        elif "<" not in route:
            yield [route]
        elif keys:
            yield [re.sub("<.*?>", key, route) for key in keys]


def root_of(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"  # noqa: SLF001 (Django's documented API)


def try_list(hand: Hand, model: type[Model], model_admin: Any) -> None:
    """Its parameters, what it does with ticked rows, and rows that aren't there."""
    address = root_of(model)
    answer: Any = hand.get(address)
    if answer.status_code != 200:
        return
    names = {name for spec in answer.context["cl"].filter_specs for name in spec.expected_parameters()}
    for name in sorted({*names, *model_admin.linked_lookups, *OF_LISTS}):
        hand.get(address, [(name, hand.value())] * hand.chance.choice((1, 1, 2)))
    for column in hand.few(model._meta.get_fields()):  # noqa: SLF001 (Django's documented API)
        hand.get(address, [(f"{column.name}{hand.chance.choice(LOOKUPS)}", hand.value())])
    for action in model_admin.get_actions(answer.wsgi_request):
        for key in hand.chance.sample(KEYS, 2):  # over all lists each of them comes often
            hand.post(address, [("action", action), ("_selected_action", key), ("index", hand.value())])
            hand.post(address, [("action", action), ("_selected_action", key), ("select_across", "1")])
    for key in hand.few(KEYS):
        hand.get(f"{address}{safe(key)}/change/")
        hand.post(f"{address}999999999/change/", [("_saveasnew", key)])


def try_page(hand: Hand, address: str) -> None:
    answer = hand.get(address)
    hand.get(address, [(hand.chance.choice(OF_PAGES), hand.value())])
    hand.post(address, [("_form_submitted", "on")])
    hand.post(address.partition("?")[0], [("ids", address.partition("=")[2])])
    hand.post(address, [(name, hand.value()) for name in ("ids", "next", "_saveasnew", "_popup")])
    for form in forms_of(address, answer):
        try_form(hand, form)


def try_form(hand: Hand, form: Form) -> None:
    """As it stands; one value in all fields; one field after the other with another value, or with two."""
    hand.post(form.action, form.pairs())
    hand.post(form.action, form.pairs(**dict.fromkeys(form.fields.keys() - {"ids"}, hand.value())))
    for name in hand.few(form.fields):
        twice = [(name, hand.value())] if hand.chance.random() < 0.3 else []
        hand.post(form.action, [*form.pairs(**{name: hand.value()}), *twice])
