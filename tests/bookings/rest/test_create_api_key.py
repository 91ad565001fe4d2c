import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from bookings.models import SCOPES, ApiKey

pytestmark = pytest.mark.django_db


def test_the_key_stands_alone_on_stdout_and_opens_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_key", "website")
    key = capsys.readouterr().out.strip()
    assert Client(headers={"Authorization": f"Api-Key {key}"}).get("/api/departures/").status_code == 200
    row = ApiKey.objects.get()
    assert (row.name, row.scopes) == ("website", sorted(scope for scope, _label in SCOPES))
    assert key not in {row.hashed_key, row.pk}


def test_scopes_can_be_chosen() -> None:
    call_command("create_api_key", "report", "--scope", "bookings:read")
    assert ApiKey.objects.get().scopes == ["bookings:read"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["x", "--scope", "all"],
            "Unknown scope: all. The scopes are bookings:read, bookings:write, payments:read, payments:write, b",
        ),
        ([" "], "The name wants 1 to 50 characters"),
        (["x" * 51], "The name wants 1 to 50 characters"),
    ],
)
def test_a_wrong_argument_is_named_and_no_key_made(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("create_api_key", *arguments)
    assert ApiKey.objects.count() == 0
