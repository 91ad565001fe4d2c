"""What the import commands share: arguments, the person behind the import, one JSON object, the exit code."""

import json
from abc import abstractmethod
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bookings.actors import Actor, importer
from bookings.refusals.files import UnreadableFile
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report
from bookings.services.importing.styles import DATES, NUMBERS
from bookings.spreadsheets import MAX_BYTES, read_table
from bookings.tables import Columns, Table
from notifications.refusals import Refused


class ImportCommand(BaseCommand):
    """Reads FILE, imports it, prints the report as one JSON object; exit 1 when a refused row stopped the import."""

    columns: Columns

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a CSV (UTF-8) or Excel (.xlsx) file")
        parser.add_argument("--dry-run", action="store_true", help="check the file and write nothing")
        parser.add_argument("--good-rows", action="store_true", help="import the good rows although others are refused")
        parser.add_argument("--numbers", choices=NUMBERS, default="", help="how the file writes its numbers")
        parser.add_argument("--dates", choices=DATES, default="", help="which comes first in dates such as 03/04/2026")
        parser.add_argument("--user", help="who imports; without it the first active superuser")

    def handle(self, *, file: Path, user: str | None, **options: Any) -> None:
        try:
            report = self.run_import(
                read_table(_content(file), self.columns), self.chosen(options), importer(_person(user)), timezone.now()
            )
        except Refused as refusal:
            raise CommandError(refusal.detail) from refusal
        for question in report.questions:
            if not question.answer:
                values = " or ".join(f"--{question.name} {value}" for value in question.options)
                self.stderr.write(f"{question.text} Say {values}.")
        self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        if report.refused and not options["good_rows"]:
            raise SystemExit(1)

    def chosen(self, options: dict[str, Any]) -> ImportOptions:
        names = ("dry_run", "good_rows", "numbers", "dates")
        return ImportOptions(**{name: options[name] for name in names})

    @abstractmethod
    def run_import(self, table: Table, options: ImportOptions, actor: Actor, now: datetime) -> Report: ...


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableFile(f"{file} can't be opened: {error.strerror}.") from error


def _person(name: str | None) -> User:
    """The person whose name the timeline and the payments carry."""
    people = User.objects.filter(is_active=True)
    person = people.filter(username=name) if name else people.filter(is_superuser=True)
    if found := person.order_by("pk").first():
        return found
    if name:
        raise CommandError(f"There is no active user {name}.")
    raise CommandError("There is no active superuser to import as. Name the person with --user.")
