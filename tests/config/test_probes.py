"""What the servers say is told apart: a person must act, or it may pass."""

import pytest
from django.db import connection
from pytest_django import Settings

from config import broker_probe, database_probe, probe_faults, probes
from tests.e2e.rabbit import free_port

FATAL = 'connection failed: connection to server at "127.0.0.1", port 5432 failed: FATAL:  '


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (FATAL + 'password authentication failed for user "desk"', "refuses user or password"),
        ("connection failed: fe_sendauth: no password supplied", "refuses user or password"),
        (FATAL + 'role "desk" does not exist', "doesn't know this user"),
        (FATAL + 'database "desk" does not exist', "no such database"),
        (FATAL + 'permission denied for database "desk"', "doesn't let this user into"),
        (FATAL + 'no pg_hba.conf entry for host "192.0.2.7"', "pg_hba.conf"),
        ("server does not support SSL, but SSL was required", "fails over TLS"),
        ("SSL error: certificate verify failed", "fails over TLS"),
        ('invalid connection option "sslmod"', "an option after the ?"),
    ],
)
def test_what_needs_a_person_ends_the_start(settings: Settings, said: str, what: str) -> None:
    settings.EMBEDDED = False

    fault = database_probe.database_verdict("DATABASE_URL", said)

    assert (fault.lasting, what in fault.what) == (True, True)


@pytest.mark.parametrize(
    "said",
    ["Connection refused", "timeout expired", FATAL + "the database system is starting up", FATAL + "too many clients"],
)
def test_what_may_pass_does_not(settings: Settings, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    settings.EMBEDDED = False
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "")

    fault = database_probe.database_verdict("DATABASE_URL", said)

    assert str(fault).startswith("DATABASE_URL names PostgreSQL at 127.0.0.1:5432, which doesn't answer now;")
    assert not fault.lasting


def test_a_host_that_can_be_none_ends_the_start_unless_another_is_found() -> None:
    wrong = "x" * 64

    fault = probe_faults.unknown_host("EMAIL_URL", [wrong])

    assert fault is not None
    assert fault.lasting
    assert probe_faults.unknown_host("EMAIL_URL", [wrong, "127.0.0.1"]) is None


def test_a_cluster_whose_nodes_are_away_or_unknown_needs_a_person(settings: Settings) -> None:
    away, unknown = f"amqp://a:b@127.0.0.1:{free_port()}//", f"amqp://a:b@{'x' * 64}//"

    for urls, lasting in (([away], False), ([away, away], False), ([away, unknown], True)):
        settings.CELERY_BROKER_URL = ";".join(urls)
        fault = broker_probe.broker_fault()
        assert fault is not None
        assert fault.lasting is lasting


def test_files_as_the_broker_are_never_away(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "filesystem://localhost"

    assert broker_probe.broker_fault() is None


def test_only_mail_by_smtp_needs_a_host(settings: Settings) -> None:
    settings.EMAIL_HOST, settings.EMAIL_BACKEND = "nowhere.invalid", "notifications.mail_folder.EmailBackend"
    assert probes.mail_fault() is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert "EMAIL_URL names the host nowhere.invalid" in str(probes.mail_fault())


def test_a_service_without_its_token_is_told_before_the_first_mail(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.ANYMAIL = "anymail.backends.postmark.EmailBackend", {}

    fault = probes.mail_fault()

    assert fault is not None
    assert str(fault) == "EMAIL_URL lacks what its e-mail service wants after the ?, such as its token."
