"""What no page of ours asks for, and somebody sends all the same: an answer, and never a 500."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.desk.actions import actions_of
from bookings.models import Booking
from payments.services.manual.awaited import await_payment
from payments.services.manual.entry import ManualPayment
from tests.desk import departure_in, desk, press, root, said
from tests.factories import clerk, make_booking, make_customer, make_user
from tests.payments.refunds import paid_by_hand

pytestmark = pytest.mark.slow

DEPARTURES = "/admin/bookings/departure/"
PICK = {"app_label": "bookings", "model_name": "booking", "term": ""}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/admin/django_celery_results/taskresult/?task_name=%00",
        "/admin/bookings/booking/?status__exact=%00",
        "/admin/bookings/booking/?q=a%00b",
        "/admin/autocomplete/?app_label=bookings&model_name=departure&field_name=trip&term=%00",
        "/admin/bookings/apikey/%00/change/",
    ],
)
def test_a_nul_in_an_address_is_400(address: str) -> None:
    assert root().get(address).status_code == 400


@pytest.mark.django_db
def test_a_nul_in_a_cookie_is_400() -> None:
    assert Client(headers={"Cookie": r'sessionid="aaaaaaaaaa\000"'}).get("/admin/").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"starts_at_from": "0001-01-01"}, 1),
        ({"starts_at_to": "9999-12-31"}, 1),
        ({"starts_at_from": "9999-12-31"}, 0),
        ({"starts_at_to": "0001-01-01"}, 0),
    ],
)
def test_days_at_the_end_of_the_calendar_are_days(query: dict[str, str], rows: int) -> None:
    departure_in(10)
    response = desk().get(DEPARTURES, query)
    assert len(response.context["cl"].result_list) == rows


@pytest.mark.django_db
def test_a_picker_answers_for_its_own_model_only() -> None:
    departure_in(10)
    customers, departures = reverse("admin:bookings_customer_pick"), reverse("admin:bookings_departure_pick")
    assert desk().get(departures, PICK | {"field_name": "departure"}).status_code == 200
    assert desk().get(customers, PICK | {"field_name": "departure"}).status_code == 403
    assert desk().get(departures, PICK | {"field_name": "customer"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["bookings/departure", "bookings/booking", "payments/refund"])
def test_a_search_for_very_many_words_looks_for_the_first_few(page: str) -> None:
    make_booking(departure=departure_in(10))
    words = "lalibela " * 8 + "nowhere " * 2000
    response = root().get(f"/admin/{page}/", {"q": words})
    assert response.status_code == 200
    assert len(response.context["cl"].result_list) == (0 if page == "payments/refund" else 1)


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_to_the_history_changes_nothing() -> None:
    departure = departure_in(10)
    assert root().post(f"{DEPARTURES}{departure.pk}/history/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("ids", ["abc", "-1", "9" * 5000, str(2**63), str(2**70), "١", "1.5", ",,", "\0"])
@pytest.mark.parametrize("page", ["bookings/booking/act/cancel", "payments/payment/act/refund"])
def test_the_question_about_no_row_is_no_server_error(page: str, ids: str) -> None:
    client = root()
    assert client.post(f"/admin/{page}/", {"ids": ids, "next": ids}).status_code in (302, 404)


@pytest.mark.django_db
def test_every_action_is_refused_in_a_sentence_where_it_cannot_be_done() -> None:
    """Each action on rows in each state, its form sent empty: where the page has no button and where it has one."""
    client = root()
    booking = make_booking(departure=departure_in(10), customer=make_customer(email=""))
    cancelled = make_booking(departure=departure_in(10))
    Booking.objects.filter(pk=cancelled.pk).update(status="expired", hold_expires_at=None)
    paid = paid_by_hand(make_booking(departure=departure_in(10)), "600.00")
    pending = await_payment(
        booking_id=booking.pk, money=ManualPayment(method="cash", amount=None), actor=clerk(), now=timezone.now()
    )
    for row in (booking, cancelled, paid.booking, paid, pending):
        for action in actions_of(type(row)):
            address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_act", args=[action.name])  # noqa: SLF001
            assert client.get(address, {"ids": row.pk}).status_code == 200
            with transaction.atomic():
                assert client.post(address, {"ids": row.pk}).status_code in (200, 302), action.name
                transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_refund_of_a_payment_that_never_came_is_refused() -> None:
    booking = make_booking(departure=departure_in(10))
    pending = await_payment(
        booking_id=booking.pk, money=ManualPayment(method="cash", amount=None), actor=clerk(), now=timezone.now()
    )
    response = root().post("/admin/payments/payment/act/refund/", {"ids": pending.pk})
    assert said(response) == [f"{pending}: Only a payment that has been received can be paid back."]


@pytest.mark.django_db
def test_a_clerk_with_a_very_long_name_works_as_everybody() -> None:
    client, booking = Client(), make_booking(departure=departure_in(10))
    client.force_login(make_user(is_superuser=True, first_name="ሣ" * 150, last_name="W" * 150))
    press(client, "cancel", booking, reason="Ill")
    label = booking.events.get(kind="cancelled").actor_label
    assert (len(label), label[:149]) == (150, "ሣ" * 149)
