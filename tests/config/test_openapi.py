import json

import pytest
from django.core.management import call_command
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_openapi_document_is_valid_and_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json")
    paths = json.loads(capsys.readouterr().out)["paths"]
    assert {
        "/api/departures/",
        "/api/booking/",
        "/api/booking/{reference}/",
        "/api/booking/{reference}/cancel/",
        "/api/payment/initiate/",
        "/api/payment/verify/",
        "/api/payment/status/{tx_ref}/",
        "/api/payment/user/",
        "/api/payment/callback/",
    } == paths.keys()


def test_schema_and_docs_need_no_key_and_load_nothing_from_elsewhere() -> None:
    assert Client().get("/api/schema/").status_code == 200
    page = Client().get("/api/docs/").content.decode()
    assert "swagger-ui-bundle.js" in page
    assert "://" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("version", ["1", "2", "x\r\nSet-Cookie: a=b", "a" * 5000, "\0"])
def test_the_schema_has_one_version_whatever_is_asked_for(version: str) -> None:
    assert Client().get("/api/schema/", {"version": version}).status_code == 200
