"""manage.py check_books: proves on any database that the figures agree. Exit 1, and one line each, where not."""

import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand

import bookings.books
import notifications.books
import payments.books
from bookings.models import Booking, Departure
from notifications.models import Message
from payments.models import Payment


class Command(BaseCommand):
    help = "Checks seats, money, timelines and mails against each other. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for breach in all_breaches():
            found += 1
            self.stdout.write(breach)
        if found:
            self.stderr.write(f"The books are wrong in {found} {'places' if found > 1 else 'place'}.")
            sys.exit(1)
        self.stdout.write(f"Books are clean: {', '.join(counts())} checked.")


def all_breaches() -> Iterator[str]:
    """One sentence for each rule that some row breaks."""
    return chain(bookings.books.breaches(), payments.books.breaches(), notifications.books.breaches())


def counts() -> list[str]:
    models = (Departure, Booking, Payment, Message)
    return [f"{model._default_manager.count()} {model._meta.model_name}s" for model in models]  # noqa: SLF001
