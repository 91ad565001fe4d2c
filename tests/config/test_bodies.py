"""How large a request may be, told before anything reads it."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client, RequestFactory

from config.bodies import MIB, SMALL, BodyLimitMiddleware
from tests.factories import make_user

pytestmark = pytest.mark.django_db


class Unread(BytesIO):
    """A body that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        self.taken += len(chunk)
        return chunk


def send(path: str, **environ: Any) -> tuple[Any, Unread]:
    body = Unread(b"x" * 100)
    response = Client().generic("POST", path, **{"wsgi.input": body, **environ})
    return response, body


@pytest.mark.parametrize(
    "path", ["/admin/login/", "/admin/bookings/booking/import/", "/pay/a/", "/nothing/", "/sandbox/checkout/a/"]
)
def test_a_visitor_sends_no_large_body_and_none_is_read(path: str) -> None:
    response, body = send(path, CONTENT_LENGTH=str(300 * MIB), CONTENT_TYPE="multipart/form-data; boundary=x")
    assert (response.status_code, body.taken) == (413, 0)
    assert "300.0" in response.content.decode().replace("\xa0", " ")
    assert "Cache-Control" in response.headers


@pytest.mark.parametrize("path", ["/api/booking/", "/api/payment/webhook/", "/api/nothing/"])
def test_a_program_is_told_in_json(path: str) -> None:
    response, body = send(path, CONTENT_LENGTH=str(300 * MIB))
    assert (response.status_code, response.json()["code"], body.taken) == (413, "too_large", 0)


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/admin/bookings/booking/import/", 10 * MIB, 200),
        ("/admin/bookings/booking/import/", 12 * MIB, 413),
        ("/admin/bookings/booking/act/record-payment/", 5 * MIB, 200),
        ("/admin/bookings/booking/act/record-payment/", 7 * MIB, 413),
        ("/admin/bookings/booking/add/", 3 * MIB, 413),
        ("/admin/bookings/booking/add/", SMALL, 200),
    ],
)
def test_staff_send_files_where_they_are_taken(path: str, size: int, status: int) -> None:
    client = Client()
    client.force_login(make_user())
    request = RequestFactory().post(path, CONTENT_LENGTH=str(size))
    request.session = client.session
    assert limited(request).status_code == status


def test_a_customer_who_has_a_session_is_no_staff() -> None:
    client = Client()
    client.force_login(make_user(is_staff=False))
    request = RequestFactory().post("/admin/bookings/booking/import/", CONTENT_LENGTH=str(5 * MIB))
    request.session = client.session
    response = limited(request)
    assert (response.status_code, b"Log in again" in response.content) == (413, True)


def test_chunks_are_counted_and_cut_at_the_limit() -> None:
    body = Unread(b"x" * (SMALL + MIB))
    chunks = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    response, _body = send("/admin/login/", **chunks | {"wsgi.input": body})
    assert (response.status_code, body.taken) == (413, SMALL + 1)


def test_a_small_form_in_chunks_is_read() -> None:
    make_user(username="sara")
    chunks = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    form = {
        "wsgi.input": BytesIO(b"username=sara&password=correct+horse"),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }
    response, _body = send("/admin/login/", **chunks | form)
    assert (response.status_code, response.headers.get("Location")) == (302, "/admin/")


def limited(request: Any) -> Any:
    from django.http import HttpResponse

    return BodyLimitMiddleware(lambda _request: HttpResponse("taken"))(request)
