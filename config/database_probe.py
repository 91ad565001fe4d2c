"""Is the database there, and does it let us in?"""

import re
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, connections

from config.probe_faults import ServerFault, away, unknown_host

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


def database_fault() -> ServerFault | None:
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
        return ServerFault(name, f"names a database whose encoding is {encoding}, which can't hold every name; {cure}")
    return None


def database_verdict(name: str, said: str) -> ServerFault:
    if settings.EMBEDDED:
        return ServerFault(
            name, "names an SQLite file that can't be opened; its folder must be there and ours to write in"
        )
    for pattern, what in DATABASE_FAULTS:
        if re.search(pattern, said):
            return ServerFault(name, f"names a server that {what}")
    given = connection.settings_dict
    return away(name, f"PostgreSQL at {given['HOST'] or 'its socket'}:{given['PORT'] or 5432}")
