"""manage.py demo_data: staff of every role and the demo's world, once, on an empty database."""

import json
import os
import secrets
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from bookings.models import Booking, Trip
from config.demo_money import make_provider_payments
from config.demo_world import make_world
from config.roles import ROLES
from notifications import delivery, dispatch
from notifications.models import Message

PEOPLE = {
    "Agent": "Sara Alemu",
    "Finance": "Dawit Haile",
    "Manager": "Hanna Bekele",
    "Ops": "Yonas Tadesse",
    "Viewer": "Meron Gebre",
}


class Command(BaseCommand):
    help = "Make demo staff (log-ins in var/demo-logins.json), trips, departures and bookings on an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="don't ask before a database is filled that may be real")

    def handle(self, *_args: Any, **options: Any) -> None:
        if Booking.objects.exists():
            raise CommandError("This database has bookings already; demo data belongs in an empty one.")
        if taken := User.objects.filter(username__in=usernames()).values_list("username", flat=True).first():
            raise CommandError(f"This database has a user {taken} already; demo data belongs in an empty one.")
        if not options["yes"] and (not settings.EMBEDDED or User.objects.exists() or Trip.objects.exists()):
            self.ask()
        with dispatch.held_back():
            with transaction.atomic():
                logins = make_staff()
                world = make_world(clerk=User.objects.get(username="agent"), now=timezone.now())
            write_logins(logins)
            make_provider_payments(world, finance=User.objects.get(username="finance"))
        deliver_or_withdraw()
        self.stdout.write(f"{Booking.objects.count()} bookings made.")

    def ask(self) -> None:
        """Only a person at a terminal can agree; a script says --yes."""
        database = connection.settings_dict
        where = f"{database['NAME']} on {database['HOST'] or 'this machine'}"
        self.stdout.write(f"Demo staff who may log in, trips, bookings and payments would be put into {where}.")
        if not sys.stdin.isatty():
            raise CommandError("Nothing was changed. Where that is meant: manage.py demo_data --yes")
        if input("Is it a database for trials? [y/N] ").strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was changed.")


def usernames() -> list[str]:
    return [role.lower() for role in (*PEOPLE, "Admin")]


def make_staff() -> dict[str, dict[str, str]]:
    """A person for each role and one superuser, each with a password of this demo only."""
    logins = {}
    for role, name in [*PEOPLE.items(), ("Admin", "Abebe Worku")]:
        username, password = role.lower(), secrets.token_urlsafe(9)
        first, last = name.split()
        user = User.objects.create_user(
            username, f"{username}@tourdesk.example", password, first_name=first, last_name=last
        )
        user.is_staff, user.is_superuser = True, role not in ROLES
        user.save(update_fields=["is_staff", "is_superuser"])
        user.groups.set(Group.objects.filter(name=role))
        logins[username] = {"username": username, "password": password}
    return logins


def deliver_or_withdraw() -> None:
    """The demo's own mails go to files at once, so that a clerk's first mail has no queue before it.

    Where EMAIL_URL names a server they are withdrawn: the demo writes to nobody.
    """
    queued = Message.objects.queued()
    if not hasattr(settings, "EMAIL_FILE_PATH"):
        queued.update(status=Message.Status.WITHDRAWN, withdrawn_reason="Demo data writes to nobody.")
        return
    for message_id in list(queued.values_list("pk", flat=True)):
        delivery.deliver(message_id=message_id, task_id="demo", now=timezone.now())


def write_logins(logins: dict[str, dict[str, str]]) -> None:
    file = settings.VAR_DIR / "demo-logins.json"
    descriptor = os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    os.fchmod(descriptor, 0o600)  # one that was there before keeps its rights otherwise
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(logins, stream, indent=2)
