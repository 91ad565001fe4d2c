"""The search box and the search fields of forms, for any address."""

import pytest

from bookings.models import ApiKey
from tests.desk import root

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["abc", "-1", "0", "99", "9" * 5000, "1.5", "١", ""])
@pytest.mark.parametrize("query", ["s=a", "s=a&extended=1"])
def test_any_page_of_the_search_box_is_one(query: str, page: str) -> None:
    assert root().get(f"/admin/search/?{query}&page={page}").status_code == 200


def test_a_search_box_without_a_term_is_empty() -> None:
    assert root().get("/admin/search/").content == b""
    assert root().get("/admin/search/", {"s": "word " * 100_000, "extended": "1"}).status_code == 200


@pytest.mark.parametrize(
    ("app", "model", "field"),
    [
        ("bookings", "apirequest", "api_key"),
        ("django_celery_beat", "solarschedule", "periodictask"),
        ("auth", "user", "groups"),
        ("bookings", "booking", "reference"),
        ("nothing", "at", "all"),
    ],
)
def test_a_search_field_answers_for_those_of_our_forms_only(app: str, model: str, field: str) -> None:
    ApiKey.objects.create_key(name="website", scopes=[])
    asked = {"app_label": app, "model_name": model, "field_name": field, "term": ""}
    assert root().get("/admin/autocomplete/", asked).status_code == 403
    assert root().get("/admin/bookings/customer/pick/", asked).status_code == 403
