"""A name is a name in every script; what a mail program would make a link of is not one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from bookings.mail_facts import booking_facts
from bookings.models import Booking, Customer, Traveller
from bookings.names import CURE, harmless, harmless_name, validate_name
from notifications.models import Message
from tests.desk import desk
from tests.factories import make_booking, make_customer
from tests.rest import caller, leaving


@pytest.mark.parametrize(
    "name",
    [
        "Almaz Tesfaye",
        "አልማዝ ተስፋዬ",
        "Seán O'Brien-Núñez",
        "Jean‐Luc d’Arc",
        "J.R.R. Tolkien",
        "Dr.Abebe Bekele",
        "St. John, Mary (née Smith)",
        "Rahul S/O Mohan",
        "Sammy Davis, Jr.",
        "Bjørk & Söhne",
        "محمد بن عبد الله",
        "مهناز می\u200cخواهم",
        "ශ්\u200dරී",
        "\u200fדוד\u200f",
        "李小龍",
        "नरेंद्र",
        "ნინო",
        "Nguyễn Thị Ánh",
        "Łukasz Żółć",
        "X Æ A-12",
        "A",
        "Louis XIV",
        "Mary-Ann 2nd",
    ],
)
def test_real_names_of_all_scripts_pass(name: str) -> None:
    validate_name(name)
    assert harmless_name(name) == name


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("Almaz http://evil.example/x", "links or addresses"),
        ("HTTPS:evil", "links or addresses"),
        ("WWW.Evil", "links or addresses"),
        ("ｗｗｗ．evil", "links or addresses"),
        ("win at evil.example", "links or addresses"),
        ("evil。com now", "links or addresses"),
        ("EVIL.COM", "links or addresses"),
        ("evil.zzz/login", "links or addresses"),
        ("1.2.3.4:80/x", "links or addresses"),
        ("ev\u200dil.com", "links or addresses"),
        ("write to a@b", "links or addresses"),
        ("[x](javascript:1)", "links or addresses"),
        ("<b>Almaz</b>", "< or >"),
        ("a > b", "< or >"),
        ("Almaz\u202egnp.exe", "line breaks or hidden characters"),
        ("Almaz\u2066x\u2069", "line breaks or hidden characters"),
        ("Almaz\nBcc: x", "line breaks or hidden characters"),
        ("Al\u200bmaz", "line breaks or hidden characters"),
        ("Al\x1bmaz", "line breaks or hidden characters"),
        ("Almaz\u2028x", "line breaks or hidden characters"),
    ],
)
def test_links_markup_and_hidden_characters_are_refused(name: str, what: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_name(name)
    assert refused.value.messages == [f"A name holds no {what}: {CURE}"]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("I fell ill. Sorry!", "I fell ill. Sorry!"),
        ("See https://evil.example/x?y=1 now", "See https[:]//evil[.]example/x?y=1 now"),
        ("WWW.EVIL.COM", "WWW[.]EVIL[.]COM"),
        ("ask a.b@evil.zzz", "ask a[.]b[@]evil[.]zzz"),
        ("evil．com", "evil[.]com"),
        ("paid 1,500.50 at 10:30", "paid 1,500.50 at 10:30"),
        ("call tel:+251911", "call tel[:]+251911"),
        ("a\u202eb\nc", "a b c"),
    ],
)
def test_the_words_of_others_lose_their_links_only(text: str, broken: str) -> None:
    assert harmless(text) == broken


# --- where names come in ------------------------------------------------------------------------

EVIL = "Prize at http://evil.example"
LINKS = f"A name holds no links or addresses: {CURE}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda body: body["customer"].update(name=EVIL), {"customer": {"name": [LINKS]}}),
        (
            lambda body: body.update(travellers=[{"name": "A"}, {"name": EVIL}]),
            {"travellers": {"1": {"name": [LINKS]}}},
        ),
    ],
)
def test_the_api_names_the_field(change: Callable[[Any], None], error: dict[str, Any]) -> None:
    body = {"departure": leaving().code, "party_size": 2, "customer": {"name": "Almaz", "email": "a@b.example.org"}}
    change(body)
    answer = caller().post("/api/booking/", body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, error)
    assert (Booking.objects.count(), Customer.objects.count(), Message.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_a_clerk_is_told_too() -> None:
    customer, client = make_customer(name="Almaz"), desk("bookings.change_customer", "bookings.view_customer")
    fields = {"name": EVIL, "email": "", "phone": "", "country": "", "language": "en", "notes": ""}
    page = client.post(f"/admin/bookings/customer/{customer.pk}/change/", fields)
    assert page.context["adminform"].form.errors == {"name": [LINKS]}
    page = desk("bookings.add_booking", "bookings.view_booking").post(
        "/admin/bookings/booking/add/", {"name": EVIL, "travellers": f"Sara\n{EVIL}, child", "party_size": 2}
    )
    errors = page.context["form"].errors
    assert (errors["name"], errors["travellers"]) == ([LINKS], [LINKS])


@pytest.mark.django_db
def test_a_name_that_was_stored_before_goes_out_without_its_link() -> None:
    booking = make_booking(customer=make_customer(name="Old www.evil.example", email="old@mail.example.org"))
    Traveller.objects.create(booking=booking, name="<b>evil.com</b>")
    facts = booking_facts(booking, now=booking.created_at)
    assert (facts["customer_name"], facts["travellers"]) == ("Old www[.]evil[.]example", ["<b>evil[.]com</b>"])
