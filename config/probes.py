"""Before a process serves: are the servers there that the environment names, and do they let us in?

What only a person can cure (a wrong name, password, database, right) ends the start with one line. A server that is
away for a moment does not: web, worker and Flower go on and try again; beat and commands need the database and end.
"""

import re
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import amqp
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import DatabaseError, OperationalError, ProgrammingError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from kombu import Connection

from config import env
from config.queues import EXCHANGE
from config.stand_ins import broker, in_use

BROKER_SECONDS: Final = 5  # RabbitMQ takes its time to refuse a password
NEEDS_DATABASE: Final = ("migrate", "runserver")  # they'd say it in a thread of theirs, or not at all
NO_RIGHT: Final = 'a user without rights in it: rabbitmqctl set_permissions -p VHOST USER ".*" ".*" ".*"'
INSUFFICIENT_PRIVILEGE: Final = "42501"
# How PostgreSQL and libpq say it; neither gives a code for a connection that was refused.
DATABASE_FAULTS: Final = (
    (r"password authentication failed|no password supplied|authentication method", "refuses user or password"),
    (r"role .* does not exist|not permitted to log in", "doesn't know this user: createuser --pwprompt NAME"),
    (r"database .* does not exist", "has no such database: createdb --owner USER --encoding UTF8 --template template0"),
    (r"permission denied for database", "doesn't let this user into this database: GRANT CONNECT ON DATABASE"),
    (r"no pg_hba.conf entry", "has no line for this user, database and address in pg_hba.conf"),
    (
        r"does not support SSL|certificate|SSL error|sslmode|connection option",
        "fails over TLS or an option after the ?",
    ),
)


@dataclass(frozen=True)
class Fault:
    name: str
    what: str
    lasting: bool = True  # it needs a person

    def __str__(self) -> str:
        return f"{self.name} {self.what}."


def before_serving(say: Callable[[str], None], *, needs_database: bool = False) -> None:
    """End this start at what a person has to cure; say what may pass."""
    for fault in faults():
        if fault.lasting or (needs_database and fault.name == "DATABASE_URL"):
            env.stop(fault.name, f"{fault.what}.")
        say(str(fault))


@contextmanager
def explained(command: str) -> Iterator[None]:
    """One line instead of a traceback where a command of manage.py can't work with the database as it is."""
    if command in NEEDS_DATABASE:
        before_serving(env.warn, needs_database=True)
        if sentence := in_use():
            env.warn(sentence)
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        if fault := database_fault():
            env.stop(fault.name, f"{fault.what}.")
        if getattr(error.__cause__, "sqlstate", None) == INSUFFICIENT_PRIVILEGE:
            env.stop("DATABASE_URL", "names a user who lacks a right: ALTER DATABASE NAME OWNER TO USER (as postgres).")
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            sys.exit("The database lacks this release's tables. Run: python manage.py migrate")
        raise


def faults() -> Iterator[Fault]:
    for find in (database_fault, broker_fault, mail_fault, cache_fault):
        if fault := find():
            yield fault


def unknown_host(name: str, hosts: list[str]) -> Fault | None:
    """None when one of them is found."""
    fault = None
    for host in hosts:
        try:
            socket.getaddrinfo(host, None)
        except (socket.gaierror, UnicodeError) as error:
            passing = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
            why = "can't be looked up now" if passing else "isn't found; correct it (compose's names hold only there)"
            fault = Fault(name, f"names the host {host}, which {why}", lasting=not passing)
        else:
            return None
    return fault


def database_fault() -> Fault | None:
    name, given = "DATABASE_URL", connection.settings_dict
    hosts = [host for host in str(given.get("HOST") or "").split(",") if host and not host.startswith("/")]
    if hosts and (fault := unknown_host(name, hosts)):
        return fault
    probe = connections["default"].copy()
    try:
        probe.ensure_connection()
        encoding = "UTF8" if settings.EMBEDDED else probe.connection.info.parameter_status("server_encoding")
    except (DatabaseError, ImproperlyConfigured, TypeError, ValueError) as error:
        return database_verdict(name, str(error))
    finally:
        probe.close()
    if encoding != "UTF8":
        cure = "make it with createdb --encoding UTF8 --template template0"
        return Fault(name, f"names a database whose encoding is {encoding}, which can't hold every name; {cure}")
    return None


def database_verdict(name: str, said: str) -> Fault:
    if settings.EMBEDDED:
        return Fault(name, "names an SQLite file that can't be opened; its folder must be there and ours to write in")
    for pattern, what in DATABASE_FAULTS:
        if re.search(pattern, said):
            return Fault(name, f"names a server that {what}")
    given = connection.settings_dict
    return away(name, f"PostgreSQL at {given['HOST'] or 'its socket'}:{given['PORT'] or 5432}")


def away(name: str, server: str) -> Fault:
    cure = "see that it runs there, or correct host and port"
    return Fault(name, f"names {server}, which doesn't answer now; {cure}", lasting=False)


def broker_fault() -> Fault | None:
    """None when one node of a cluster lets us in."""
    urls = broker().split(";")
    if not urls[0].startswith("amqp"):
        return None
    found = []
    for url in urls:
        if not (fault := node_fault(url)):
            return None
        found.append(fault)
    return next((fault for fault in found if fault.lasting), found[0])


def node_fault(url: str) -> Fault | None:
    name, parts = "CELERY_BROKER_URL", urlsplit(url)
    if fault := unknown_host(name, [parts.hostname or "localhost"]):
        return fault
    where = f"{parts.hostname}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}"
    try:
        with Connection(url, connect_timeout=BROKER_SECONDS) as broker:
            line = broker.transport.establish_connection()
            line.transport.sock.settimeout(BROKER_SECONDS)
            EXCHANGE(line.channel()).declare()  # as each worker does
            line.close()
    except ssl.SSLError:
        return Fault(name, f"fails over TLS at {where}; amqps:// wants the TLS port, 5671, and a certificate we trust")
    except amqp.AccessRefused as error:
        logged_in = error.method_sig != (0, 0)
        return Fault(name, f"names {NO_RIGHT if logged_in else 'a user or password that RabbitMQ refuses'}")
    except amqp.NotAllowed:
        return Fault(name, f"names a vhost that isn't there (rabbitmqctl add_vhost VHOST), or {NO_RIGHT}")
    except (OSError, amqp.AMQPError):
        return away(name, f"RabbitMQ at {where}")
    return None


def mail_fault() -> Fault | None:
    try:
        get_connection()
    except ImproperlyConfigured:
        return Fault("EMAIL_URL", "lacks what its e-mail service wants after the ?, such as its token")
    by_smtp = settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend")  # else EMAIL_HOST is only Django's default
    return unknown_host("EMAIL_URL", [settings.EMAIL_HOST]) if by_smtp else None


def cache_fault() -> Fault | None:
    location = settings.CACHES["default"]["LOCATION"]
    if not str(location).startswith("redis"):
        return None
    return unknown_host("CACHE_URL", [urlsplit(str(location)).hostname or ""])
