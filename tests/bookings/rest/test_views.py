"""The REST API over the real URLs, as another system calls it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bookings.models import Booking, BookingEvent, Customer, Departure
from notifications.models import Message
from tests.factories import make_booking, make_customer
from tests.rest import caller, leaving, post, wish

pytestmark = pytest.mark.django_db


def test_a_booking_takes_seats_and_queues_its_mail(api: Client) -> None:
    departure = leaving(capacity=5)
    travellers = [{"name": "Almaz\nAyana", "category": "child"}, {"name": "لينا", "notes": "vegan"}]
    response = post(
        api, "/api/booking/", wish(departure, departure=departure.code.lower(), travellers=travellers, notes="Window")
    )
    assert response.status_code == 201
    booking = Booking.objects.get()
    departure.refresh_from_db()
    assert departure.seats_taken == 2
    assert (booking.source, booking.integration, booking.notes) == ("api", "website", "Window")
    assert list(booking.travellers.values_list("name", "category", "notes")) == [
        ("Almaz Ayana", "child", ""),
        ("لينا", "adult", "vegan"),
    ]
    assert list(BookingEvent.objects.values_list("to_status", "actor_label")) == [("pending", "API: website")]
    assert list(Message.objects.values_list("kind", "recipient")) == [
        ("booking_confirmation", "abebe@mail.example.org")
    ]


def test_the_answer_tells_all_about_the_booking(api: Client) -> None:
    departure = leaving()
    response = post(api, "/api/booking/", wish(departure))
    booking = Booking.objects.get()
    hold = booking.hold_expires_at
    assert hold is not None
    assert booking.balance_due_on is not None
    assert response.json() == {
        "id": booking.reference,
        "status": "pending",
        "departure": {
            "code": departure.code,
            "trip": {
                "code": departure.trip.code,
                "name": departure.trip.name,
                "destination": "Lalibela",
                "time_zone": "Africa/Addis_Ababa",
            },
            "starts_at": departure.starts_at.isoformat().replace("+00:00", "Z"),
            "ends_at": departure.ends_at.isoformat().replace("+00:00", "Z"),
        },
        "customer": {
            "name": "አበበ ቢቂላ",
            "email": "abebe@mail.example.org",
            "phone": "",
            "language": "en",
            "user_id": "u-7",
        },
        "party_size": 2,
        "currency": "ETB",
        "unit_price": "1000.00",
        "total": "2000.00",
        "lines": [
            {
                "kind": "seat",
                "code": "adult",
                "title": "Adult",
                "quantity": 2,
                "unit_price": "1000.00",
                "amount": "2000.00",
            }
        ],
        "deposit_due": "600.00",
        "paid": "0.00",
        "balance": "2000.00",
        "balance_due_on": booking.balance_due_on.isoformat(),
        "hold_expires_at": hold.isoformat().replace("+00:00", "Z"),
        "created_at": booking.created_at.isoformat().replace("+00:00", "Z"),
    }


def test_a_full_departure_says_how_many_seats_are_left_and_keeps_no_customer(api: Client) -> None:
    response = post(api, "/api/booking/", wish(leaving(capacity=1)))
    assert (response.status_code, response.json()) == (
        409,
        {"code": "sold_out", "detail": "Only 1 seat left on this departure.", "seats_left": 1},
    )
    assert (Booking.objects.count(), Customer.objects.count(), Message.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(("fields", "code"), [({"days": -1}, "departed"), ({"status": "closed"}, "not_open")])
def test_what_is_not_on_sale_is_refused(api: Client, fields: dict[str, Any], code: str) -> None:
    response = post(api, "/api/booking/", wish(leaving(**fields)))
    assert (response.status_code, response.json()["code"]) == (409, code)


CUSTOMER = {"name": "Abebe", "email": "abebe@mail.example.org"}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"departure": "NO-SUCH"}, {"departure": ["No departure has the code NO-SUCH."]}),
        ({"party_size": 0}, {"party_size": ["Ensure this value is greater than or equal to 1."]}),
        ({"party_size": 10**400}, {"party_size": ["Ensure this value is less than or equal to 500."]}),
        ({"party_size": "2"}, {"party_size": ["A valid integer is required."]}),
        ({"party_size": True}, {"party_size": ["A valid integer is required."]}),
        ({"party_size": None}, {"party_size": ["This field may not be null."]}),
        ({"party_size": 1.5}, {"party_size": ["A valid integer is required."]}),
        ({"customer": CUSTOMER | {"email": "x"}}, {"customer": {"email": ["Enter a valid email address."]}}),
        ({"customer": CUSTOMER | {"name": " \n"}}, {"customer": {"name": ["This field may not be blank."]}}),
        ({"customer": CUSTOMER | {"name": 7}}, {"customer": {"name": ["Send text in quotes."]}}),
        ({"customer": CUSTOMER | {"language": "xx"}}, {"customer": {"language": ['"xx" is not a valid choice.']}}),
        ({"customer": CUSTOMER | {"age": 7}}, {"customer": {"age": ["There is no such field."]}}),
        (
            {"party_size": 1, "travellers": [{"name": "A"}, {"name": "B"}]},
            {"travellers": ["2 travellers are named for a party of 1."]},
        ),
        ({"seats": 3, "status": "paid"}, {"seats": ["There is no such field."], "status": ["There is no such field."]}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(
    api: Client, changes: dict[str, Any], errors: dict[str, Any]
) -> None:
    response = post(api, "/api/booking/", wish(leaving(), **changes))
    assert (response.status_code, response.json()) == (400, errors)
    assert (Booking.objects.count(), Customer.objects.count()) == (0, 0)


def test_a_customer_named_again_is_kept_up_to_date_and_stays_one_per_integration(api: Client) -> None:
    departure = leaving()
    post(api, "/api/booking/", wish(departure, customer=CUSTOMER | {"user_id": "u-7", "language": "am"}))
    post(api, "/api/booking/", wish(departure, customer=CUSTOMER | {"user_id": "u-7", "name": "Abebe B."}))
    post(caller("partner"), "/api/booking/", wish(departure, customer=CUSTOMER | {"user_id": "u-7"}))
    rows = Customer.objects.order_by("pk").values_list("integration", "name", "language")
    assert list(rows) == [("website", "Abebe B.", "am"), ("partner", "Abebe", "en")]


def test_a_booking_is_found_by_its_reference_in_any_case(api: Client) -> None:
    booking = make_booking(departure=leaving(), now=timezone.now())
    response = api.get(f"/api/booking/{booking.reference.lower()}/")
    assert (response.status_code, response.json()["id"]) == (200, booking.reference)
    assert response.json()["customer"]["user_id"] == ""


def test_a_key_without_every_booking_sees_and_cancels_its_integrations_own_only(api: Client) -> None:
    narrow = caller(scopes=["bookings:read", "bookings:write"])
    customer = make_customer(integration="website", user_id="u-7")
    made: dict[str, Any] = {"departure": leaving(), "customer": customer, "now": timezone.now()}
    own, other = make_booking(**made, integration="website"), make_booking(**made, integration="partner")
    for booking, status in ((own, 200), (other, 404), (make_booking(**made), 404)):
        assert narrow.get(f"/api/booking/{booking.reference}/").status_code == status
        assert post(narrow, f"/api/booking/{booking.reference}/cancel/", {"reason": "ill"}).status_code == status
    rows = narrow.get("/api/booking/", {"user_id": "u-7"}).json()["results"]
    assert [row["id"] for row in rows] == [own.reference]
    assert len(api.get("/api/booking/", {"user_id": "u-7"}).json()["results"]) == 3


def test_a_name_and_an_address_do_not_buy_a_phone_number(api: Client) -> None:
    make_customer(**CUSTOMER, phone="+251911234567", language="am")
    body, narrow = wish(leaving(), customer=CUSTOMER), caller(scopes=["bookings:read", "bookings:write"])
    shown = [post(key, "/api/booking/", body).json()["customer"] for key in (narrow, api)]
    assert shown == [
        CUSTOMER | {"phone": "", "language": "", "user_id": ""},
        CUSTOMER | {"phone": "+251911234567", "language": "am", "user_id": ""},
    ]
    named = wish(leaving(), customer=CUSTOMER | {"phone": "0911 000 000", "user_id": "u-7"})
    assert post(narrow, "/api/booking/", named).json()["customer"]["phone"] == "+251911000000"


@pytest.mark.parametrize("reference", ["TD-AAAAAAAA", "x" * 300, "%00", "%ff", "ß", "1e400"])
def test_an_unknown_reference_is_404(api: Client, reference: str) -> None:
    for response in (
        api.get(f"/api/booking/{reference}/"),
        post(api, f"/api/booking/{reference}/cancel/", {"reason": "ill"}),
    ):
        assert response.status_code == 404
        assert response.json() == {"code": "not_found", "detail": "There is no such booking."}


def test_user_id_finds_the_integrations_own_bookings_only_the_latest_first(api: Client) -> None:
    mine = make_customer(integration="website", user_id="u-7")
    theirs = make_customer(integration="partner", user_id="u-7")
    departure = leaving()
    made = [make_booking(departure=departure, customer=mine, now=timezone.now()).reference for _ in range(2)]
    other = make_booking(departure=departure, customer=theirs, now=timezone.now())
    rows = api.get("/api/booking/", {"user_id": "u-7"}).json()["results"]
    assert [row["id"] for row in rows] == made[::-1]
    assert api.get(f"/api/booking/{other.reference}/").json()["customer"]["user_id"] == ""
    assert api.get("/api/booking/", {"user_id": "nobody"}).json()["results"] == []


def test_a_rotated_key_of_the_same_name_sees_the_same_bookings(api: Client) -> None:
    post(api, "/api/booking/", wish(leaving()))
    assert len(caller().get("/api/booking/", {"user_id": "u-7"}).json()["results"]) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "user_id"),
        ({"user_id": ""}, "user_id"),
        ({"user_id": "x\0"}, "user_id"),
        ({"user_id": "x" * 65}, "user_id"),
        ({"user_id": "x", "cursor": "cD1hYmM="}, "cursor"),  # p=abc
        ({"user_id": "x", "cursor": "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk="}, "cursor"),  # p=9999…
    ],
)
def test_a_wrong_parameter_of_bookings_is_named(api: Client, query: dict[str, str], field: str) -> None:
    response = api.get("/api/booking/", query)
    assert response.status_code == 400
    assert list(response.json()) == [field]


def test_cancel_gives_the_seats_back_and_the_second_is_told(api: Client) -> None:
    booking = make_booking(departure=leaving(), party_size=3, now=timezone.now())
    path = f"/api/booking/{booking.reference.lower()}/cancel/"
    first = post(api, path, {"reason": "  fell  ill "})
    assert (first.status_code, first.json()["status"], first.json()["hold_expires_at"]) == (200, "cancelled", None)
    second = post(api, path, {"reason": "again"})
    assert (second.status_code, second.json()["code"]) == (409, "already_cancelled")
    booking.refresh_from_db()
    assert booking.cancel_reason == "fell ill"
    assert Departure.objects.get().seats_taken == 0
    kinds = Message.objects.exclude(status="withdrawn").values_list("kind", flat=True)
    assert list(kinds) == ["booking_cancelled"]


def test_cancel_wants_a_reason(api: Client) -> None:
    booking = make_booking(departure=leaving(), now=timezone.now())
    response = post(api, f"/api/booking/{booking.reference}/cancel/", {"reason": " "})
    assert (response.status_code, response.json()) == (400, {"reason": ["This field may not be blank."]})
