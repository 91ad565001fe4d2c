"""Lists take what their own filters, search and links send; whatever else comes leads back to the list."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.utils import timezone

from bookings.desk.strict import StrictAdmin
from bookings.models import Booking, Departure
from tests.desk import booked, departure_in, root, said
from tests.factories import make_message

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MESSAGES, BOOKINGS, DEPARTURES = (
    "/admin/notifications/message/",
    "/admin/bookings/booking/",
    "/admin/bookings/departure/",
)


def test_every_page_of_the_admin_is_strict() -> None:
    lenient = [m for m, own in admin.site._registry.items() if not isinstance(own, StrictAdmin)]  # noqa: SLF001
    assert lenient == []


@pytest.mark.parametrize(
    ("address", "named"),
    [
        (f"{MESSAGES}?html__regex=(.*)(.*)(.*)\\1\\2\\3x", "html__regex"),
        (f"{MESSAGES}?html__regex=(", "html__regex"),
        (f"{MESSAGES}?text__iregex=(a%2B)%2B$", "text__iregex"),
        (f"{MESSAGES}?context__has_key=amount", "context__has_key"),
        (f"{MESSAGES}?due_at__range=2026-01-01", "due_at__range"),
        (f"{MESSAGES}?due_at__year=-1", "due_at__year"),
        (f"{MESSAGES}?kind__exact=a&nothing=1", "nothing"),
        (f"{MESSAGES}?_to_field=password", "_to_field"),
        (f"{BOOKINGS}?customer__name__icontains=a", "customer__name__icontains"),
        (f"{BOOKINGS}?paid__gt=abc", "paid__gt"),
        pytest.param(
            *(f"{BOOKINGS}?hold_expires_at__gte=0001-01-01T00:00:00%2B23:59", "hold_expires_at__gte"),
            marks=pytest.mark.django_db(transaction=True),
        ),  # the database itself refuses it
        (f"{BOOKINGS}?departure__id__exact=abc", "departure__id__exact"),
        (f"{DEPARTURES}?starts_at=abc", "starts_at"),
        ("/admin/bookings/apikey/?expiry_date=abc", "expiry_date"),
        ("/admin/bookings/apikey/?hashed_key__startswith=a", "hashed_key__startswith"),
        ("/admin/auth/user/?password__startswith=a", "password__startswith"),
        ("/admin/auth/user/?id__exact=abc", "id__exact"),
        ("/admin/auth/user/?groups__permissions__codename__regex=(", "groups__permissions__codename__regex"),
        ("/admin/django_celery_results/taskresult/?traceback__regex=(", "traceback__regex"),
        ("/admin/django_celery_results/taskresult/?p=99999999999999999999", "p"),
        ("/admin/payments/payment/?booking__customer__email__endswith=a", "booking__customer__email__endswith"),
    ],
)
def test_a_lookup_that_no_page_of_ours_uses_leads_back_and_is_named(address: str, named: str) -> None:
    response = root().get(address)
    assert (response.status_code, response.headers["Location"]) == (302, address.partition("?")[0])
    assert said(response) == [f"This list can't be narrowed by {named}, or not by that value. The whole list is shown."]


@pytest.mark.parametrize(
    "query", ["p=abc", "p=-1", "o=999", "o=abc", "o=1.1.1.-", "all=", "e=1", "_facets=1", "_popup=1"]
)
def test_what_every_list_takes_may_have_any_value(query: str) -> None:
    booked()
    assert root().get(f"{BOOKINGS}?{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["notes__regex=(", "departure__id__exact=abc", "hold_expires_at__gte=abc", "nothing=1"]
)
def test_an_export_of_such_a_list_leads_back_to_it(query: str) -> None:
    booked()
    client, page = root(), f"{BOOKINGS}export/?{query}"
    for response in (client.get(page), client.post(page, {"format": "0", "resource": "0"})):
        assert (response.status_code, response.headers["Location"]) == (302, BOOKINGS)
        assert query.partition("=")[0] in said(response)[0]
    assert client.get(f"{BOOKINGS}export/?status__exact=pending&_changelist_filters=q%3Da").status_code == 200


def test_a_list_in_a_popup_stays_one() -> None:
    response = root().get(f"{BOOKINGS}?notes__regex=(&_popup=1")
    assert response.headers["Location"] == f"{BOOKINGS}?_popup=1"


def test_a_megabyte_to_search_for_finds_nothing() -> None:
    make_message()
    client = root()
    for page in (MESSAGES, BOOKINGS, "/admin/notifications/messagetemplate/", "/admin/auth/user/"):
        response = client.get(page, {"q": "word " * 200_000})
        assert (response.status_code, list(response.context["cl"].result_list)) == (200, [])


def test_filters_and_the_links_of_the_first_page_still_find_their_rows() -> None:
    booking, other = booked(), booked(departure_in(20))
    Booking.objects.filter(pk=other.pk).update(status="cancelled", cancel_reason="Ill", hold_expires_at=None)
    at = (timezone.now() - timedelta(days=1)).isoformat()
    day = timezone.localdate(booking.departure.starts_at).isoformat()
    client = root()

    def found(**query: Any) -> list[str]:
        response = client.get(BOOKINGS, query)
        return [row.reference for row in response.context["cl"].result_list]

    assert found(status__exact="pending") == [booking.reference]
    assert found(status__in="cancelled,expired") == [other.reference]
    assert found(status__exact="pending", hold_expires_at__gte=at, paid__gt="-1") == [booking.reference]
    assert found(departure__id__exact=booking.departure_id) == [booking.reference]
    assert found(customer__id__exact=other.customer_id) == [other.reference]
    assert found(departure__starts_at_from=day, departure__starts_at_to=day) == [booking.reference]
    assert found(departure__id__exact=2**70) == []


@pytest.mark.parametrize("page", ["bookings/booking", "auth/user", "django_celery_beat/periodictask"])
@pytest.mark.parametrize("key", ["abc", "\0", str(2**70), "9" * 5000, "1.5", "[]"])
def test_ticks_on_no_row_do_nothing(page: str, key: str) -> None:
    client = root()
    model_admin = admin.site.get_model_admin(apps.get_model(page.replace("/", ".")))
    for action in model_admin.get_actions(client.get("/admin/").wsgi_request):
        response = client.post(f"/admin/{page}/", {"action": action, "_selected_action": [key, "1"], "index": "0"})
        assert response.status_code in (200, 302, 404)


@pytest.mark.parametrize("trip", ["abc", "-1", str(2**70), "9" * 5000, "1.5"])
def test_a_wrong_answer_in_a_search_field_is_refused_in_the_form(trip: str) -> None:
    client = root()
    assert client.get(f"{DEPARTURES}add/", {"trip": trip}).status_code == 200
    response = client.post(f"{DEPARTURES}add/", {"trip": trip})
    assert "trip" in response.context["errors"].data[0].as_data() or response.status_code == 200
    taken = client.post(f"{BOOKINGS}add/", {"departure": trip, "customer": trip})
    assert {"departure", "customer"} <= set(taken.context["form"].errors)
    assert not Departure.objects.exists()


def test_a_page_without_the_button_save_as_new_makes_no_new_row() -> None:
    client, departure = root(), departure_in(10)
    for key in (999_999_999, departure.pk):
        client.post(f"{DEPARTURES}{key}/change/", {"_saveasnew": "1", "trip": departure.trip_id})
        client.post(f"{BOOKINGS}{key}/change/", {"_saveasnew": "1"})
    assert (Departure.objects.count(), Booking.objects.count()) == (1, 0)


@pytest.mark.parametrize("key", ["abc", str(2**70), "9" * 5000])
@pytest.mark.parametrize(
    "page",
    [
        "notifications/message/%s/resend",
        "notifications/messagetemplate/%s/preview",
        "django_celery_beat/periodictask/%s/run_now",
    ],
)
def test_the_button_of_no_row_is_404(page: str, key: str) -> None:
    assert root().post(f"/admin/{page % key}/", {"_form_submitted": "on"}).status_code == 404
