"""create_api_key NAME [--scope …]: the key alone on stdout, once; only its hash is kept."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.models import SCOPES, ApiKey

KNOWN = [scope for scope, _label in SCOPES]
LONGEST = 50


class Command(BaseCommand):
    help = "Make an API key for another system and print it once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the integration; keys of one name share their customers' user ids")
        parser.add_argument(
            "--scope",
            action="append",
            dest="scopes",
            help=f"what it may do, once for each scope: {', '.join(KNOWN)} (default: all)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name, scopes = options["name"].strip(), options["scopes"] or KNOWN
        if not 1 <= len(name) <= LONGEST:
            raise CommandError(f"The name wants 1 to {LONGEST} characters.")
        if unknown := sorted(set(scopes) - set(KNOWN)):
            raise CommandError(f"Unknown scope: {', '.join(unknown)}. The scopes are {', '.join(KNOWN)}.")
        _key, text = ApiKey.objects.create_key(name=name, scopes=sorted(set(scopes)))
        self.stderr.write(f"The key of {name} for {', '.join(scopes)}. Keep it safe: it is not shown again.")
        self.stdout.write(text)
