"""Two people with one page open: nobody's change is lost, and what is sent twice is saved once."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from bookings.models import ApiKey, Booking, Customer, Departure, Traveller, Trip
from notifications.models import MessageTemplate, ReminderRule
from tests.desk import booked, departure_in, desk, said
from tests.factories import make_customer, make_trip, make_user
from tests.pages import fields_of, opened

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PARTY = (
    "bookings.change_booking",
    "bookings.view_traveller",
    "bookings.add_traveller",
    "bookings.change_traveller",
    "bookings.delete_traveller",
)


def url_of(row: Any) -> str:
    key = row.prefix if isinstance(row, ApiKey) else row.pk
    kind = row._meta  # noqa: SLF001 (Django's documented API)
    return reverse(f"admin:{kind.app_label}_{kind.model_name}_change", args=[key])


def boss(name: str = "sara", first: str = "Sara") -> Client:
    client = Client()
    client.force_login(make_user(username=name, first_name=first, last_name="", is_superuser=True))
    return client


def rows() -> dict[str, tuple[Any, str, str, str, str, str]]:
    """By name: a row, a field with the first's and the second's new value, another field with a new value."""
    trip = make_trip(code="GHERALTA", name="Gheralta")
    key = ApiKey(name="website", scopes=["bookings:read"])
    ApiKey.objects.assign_key(key)
    key.save()
    interval = IntervalSchedule.objects.create(every=7, period="minutes")
    job = PeriodicTask.objects.create(name="x", task="bookings.expire_holds", interval=interval)
    rule, _made = ReminderRule.objects.get_or_create(kind="departure_reminder", hours_before=40)
    text = MessageTemplate.objects.create(kind="booking_confirmation", language="en", subject="Hello", body="Hi")
    return {
        "customer": (
            make_customer(name="Abel", email="a@mail.example.org"),
            "email",
            "b@mail.example.org",
            "c@mail.example.org",
            "notes",
            "VIP",
        ),
        "trip": (trip, "price", "1500", "1700.50", "destination", "Tigray"),
        "departure": (departure_in(10, trip=trip, capacity=10), "capacity", "12", "14", "price", "999"),
        "booking": (booked(), "notes", "Vegan", "Window seat", "", ""),
        "mail text": (text, "body", "Hi there", "Dear guest", "subject", "Welcome"),
        "rule": (rule, "hours_before", "41", "42", "is_active", ""),
        "user": (make_user(username="dawit"), "email", "d@mail.example.org", "e@mail.example.org", "last_name", "T"),
        "group": (Group.objects.create(name="Guides"), "name", "Guides A", "Guides B", "", ""),
        "task": (job, "expire_seconds", "30", "60", "description", "Other"),
        "key": (key, "expiry_date_0", "2031-01-01", "2032-02-02", "", ""),
        "interval": (interval, "every", "8", "9", "", ""),
    }


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


def row_fields(*rows: Any, prefix: str = "travellers") -> dict[str, str]:
    names = {f"{prefix}-{n}-name": name for n, name in rows}
    return names | {f"{prefix}-{n}-category": "adult" for n, _name in rows}


def party(*names: str, size: int = 4) -> Booking:
    booking = booked(party_size=size)
    for name in names:
        Traveller.objects.create(booking=booking, name=name)
    return booking


def names_of(booking: Booking) -> list[str]:
    return list(booking.travellers.order_by("pk").values_list("name", flat=True))


def test_the_same_new_traveller_sent_twice_is_one() -> None:
    booking, client = party(), desk(*PARTY)
    form = opened(client, url_of(booking)) | row_fields((0, "Sara")) | {"travellers-TOTAL_FORMS": "1"}
    assert [client.post(url_of(booking), form).status_code for _ in range(2)] == [302, 302]
    assert names_of(booking) == ["Sara"]


def test_two_travellers_of_one_name_are_two() -> None:
    booking, client = party(), desk(*PARTY)
    form = opened(client, url_of(booking)) | row_fields((0, "Guest"), (1, "Guest")) | {"travellers-TOTAL_FORMS": "2"}
    assert [client.post(url_of(booking), form).status_code for _ in range(2)] == [302, 302]
    assert names_of(booking) == ["Guest", "Guest"]


def test_travellers_that_two_people_add_are_all_kept_as_far_as_the_party_goes() -> None:
    booking = party("Abel", size=3)
    sara, dawit = desk(*PARTY), desk(*PARTY)
    hers, his = opened(sara, url_of(booking)), opened(dawit, url_of(booking))
    hers |= row_fields((1, "Bruk")) | {"travellers-TOTAL_FORMS": "2"}
    his |= row_fields((1, "Chaltu"), (2, "Desta")) | {"travellers-TOTAL_FORMS": "3"}
    assert sara.post(url_of(booking), hers).status_code == 302
    response = dawit.post(url_of(booking), his)
    assert "4 travellers are named for a party of 3." in response.content.decode()
    again = fields_of(response)
    assert [again[f"travellers-{n}-name"] for n in range(4)] == [["Abel"], ["Bruk"], ["Chaltu"], ["Desta"]]
    assert (
        dawit.post(url_of(booking), again | {"travellers-3-name": "", "travellers-3-category": "adult"}).status_code
        == 302
    )
    assert names_of(booking) == ["Abel", "Bruk", "Chaltu"]


def test_a_row_that_both_changed_asks_and_others_are_merged() -> None:
    booking = party("Abel", "Bruk")
    sara, dawit = desk(*PARTY), desk(*PARTY)
    hers, his = opened(sara, url_of(booking)), opened(dawit, url_of(booking))
    sara.post(url_of(booking), hers | {"travellers-0-name": "Abel T", "travellers-1-notes": "Vegan"})
    response = dawit.post(url_of(booking), his | {"travellers-0-name": "Abel G", "travellers-1-name": "Bruk W"})
    [conflict] = response.context["conflicts"]
    assert (conflict.label, conflict.theirs, conflict.mine) == (
        f"Name of {booking.travellers.earliest('pk')}",
        "“Abel T”",
        "“Abel G”",
    )
    assert list(booking.travellers.order_by("pk").values_list("name", "notes")) == [("Abel T", ""), ("Bruk", "Vegan")]
    dawit.post(url_of(booking), fields_of(response) | {conflict.answer: "theirs"})
    assert list(booking.travellers.order_by("pk").values_list("name", "notes")) == [
        ("Abel T", ""),
        ("Bruk W", "Vegan"),
    ]


@pytest.mark.parametrize(("answer", "left"), [("mine", ["Bruk", "Abel T"]), ("theirs", ["Bruk"])])
def test_a_row_that_was_removed_meanwhile_is_asked_about(answer: str, left: list[str]) -> None:
    booking = party("Abel", "Bruk")
    sara, dawit = desk(*PARTY), desk(*PARTY)
    User.objects.filter(pk=sara.session["_auth_user_id"]).update(last_name="Clerk")
    hers, his = opened(sara, url_of(booking)), opened(dawit, url_of(booking))
    assert sara.post(url_of(booking), hers | {"travellers-0-DELETE": "on"}).status_code == 302
    response = dawit.post(url_of(booking), his | {"travellers-0-name": "Abel T"})
    [conflict] = response.context["conflicts"]
    assert conflict.said.startswith("Sara Clerk removed this row at ")
    assert names_of(booking) == ["Bruk"]
    unanswered = dawit.post(url_of(booking), fields_of(response))
    assert unanswered.status_code == 200
    assert dawit.post(url_of(booking), fields_of(unanswered) | {conflict.answer: answer}).status_code == 302
    assert names_of(booking) == left


def test_a_row_that_was_removed_and_not_touched_stays_removed() -> None:
    booking = party("Abel", "Bruk")
    client = desk(*PARTY)
    form = opened(client, url_of(booking))
    booking.travellers.filter(name="Abel").delete()
    assert client.post(url_of(booking), form | {"travellers-1-name": "Bruk W"}).status_code == 302
    assert names_of(booking) == ["Bruk W"]


@pytest.mark.parametrize(("answer", "left"), [("mine", ["Bruk"]), ("theirs", ["Abel T", "Bruk"])])
def test_removing_what_somebody_changed_asks(answer: str, left: list[str]) -> None:
    booking = party("Abel", "Bruk")
    client = desk(*PARTY)
    form = opened(client, url_of(booking))
    booking.travellers.filter(name="Abel").update(name="Abel T")
    response = client.post(url_of(booking), form | {"travellers-0-DELETE": "on"})
    [conflict] = response.context["conflicts"]
    assert names_of(booking) == ["Abel T", "Bruk"]
    assert client.post(url_of(booking), fields_of(response) | {conflict.answer: answer}).status_code == 302
    assert names_of(booking) == left


ADD: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "customer": (Customer, "bookings_customer", {"name": "Abel"}),
    "trip": (Trip, "bookings_trip", {"code": "NEW", "name": "New", "destination": "Axum", "price": "100"}),
    "rule": (ReminderRule, "notifications_reminderrule", {"kind": "departure_reminder", "hours_before": "33"}),
    "mail text": (
        MessageTemplate,
        "notifications_messagetemplate",
        {"kind": "booking_confirmation", "subject": "Hi", "body": "Hi"},
    ),
    "key": (ApiKey, "bookings_apikey", {"name": "website", "scopes": ["bookings:read"]}),
    "group": (Group, "auth_group", {"name": "Guides"}),
    "user": (User, "auth_user", {"username": "new", "password1": "long enough 77", "password2": "long enough 77"}),
    "interval": (IntervalSchedule, "django_celery_beat_intervalschedule", {"every": "77", "period": "minutes"}),
}


@pytest.mark.parametrize("kind", list(ADD))
def test_a_new_row_that_is_sent_twice_is_one(kind: str) -> None:
    model, name, new = ADD[kind]
    client, url = boss(), reverse(f"admin:{name}_add")
    before = model.objects.count()
    form = opened(client, url) | new
    first: Any = client.post(url, form)
    second: Any = client.post(url, form)
    assert (first.status_code, second.status_code, second.url) == (302, 302, first.url)
    assert model.objects.count() == before + 1


def test_a_new_departure_that_is_sent_twice_is_one() -> None:
    trip, client, url = make_trip(), boss(), reverse("admin:bookings_departure_add")
    form = opened(client, url) | {"trip": trip.pk, "starts_at_0": "2031-03-01", "starts_at_1": "07:30"}
    assert [client.post(url, form).status_code for _ in range(2)] == [302, 302]
    assert Departure.objects.count() == 1


def test_a_form_that_was_wrong_can_be_sent_again() -> None:
    client, url = boss(), reverse("admin:bookings_customer_add")
    response = client.post(url, opened(client, url) | {"name": "", "email": "abel@mail.example.org"})
    assert response.status_code == 200
    assert client.post(url, fields_of(response) | {"name": "Abel"}).status_code == 302
    assert client.post(url, fields_of(response) | {"name": "Abel"}).status_code == 302
    assert list(Customer.objects.values_list("name", flat=True)) == ["Abel"]


def test_two_forms_with_the_same_words_make_two() -> None:
    client, url = boss(), reverse("admin:bookings_customer_add")
    for _ in range(2):
        client.post(url, opened(client, url) | {"name": "Abel"})
    assert Customer.objects.count() == 2
