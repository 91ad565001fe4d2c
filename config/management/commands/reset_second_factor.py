"""manage.py reset_second_factor USERNAME: for a lost phone when nobody else can help."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.account import second_factor, sessions


class Command(BaseCommand):
    help = "Removes a person's second factor and recovery codes, and ends their sessions. They get a mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *_args: Any, username: str, **_options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}.")
        if not second_factor.remove(user, now=timezone.now()):
            raise CommandError(f"{username} has no second factor.")
        ended = sessions.end(user)
        self.stdout.write(f"The second factor of {username} is removed; sessions ended: {ended}.")
