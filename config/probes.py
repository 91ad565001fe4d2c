"""Before a process serves: are the servers there that the environment names, and do they let us in?

What only a person can cure (a wrong name, password, database, right) ends the start with one line. A server that is
away for a moment does not: web, worker and Flower go on and try again; beat and commands need the database and end.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from config import env
from config.broker_probe import broker_fault
from config.database_probe import INSUFFICIENT_PRIVILEGE, database_fault
from config.probe_faults import ServerFault, unknown_host
from config.stand_ins import in_use

NEEDS_DATABASE: Final = ("migrate", "runserver")  # they'd say it in a thread of theirs, or not at all


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


def faults() -> Iterator[ServerFault]:
    for find in (database_fault, broker_fault, mail_fault, cache_fault):
        if fault := find():
            yield fault


def mail_fault() -> ServerFault | None:
    try:
        get_connection()
    except ImproperlyConfigured:
        return ServerFault("EMAIL_URL", "lacks what its e-mail service wants after the ?, such as its token")
    by_smtp = settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend")  # else EMAIL_HOST is only Django's default
    return unknown_host("EMAIL_URL", [settings.EMAIL_HOST]) if by_smtp else None


def cache_fault() -> ServerFault | None:
    location = settings.CACHES["default"]["LOCATION"]
    if not str(location).startswith("redis"):
        return None
    return unknown_host("CACHE_URL", [urlsplit(str(location)).hostname or ""])
