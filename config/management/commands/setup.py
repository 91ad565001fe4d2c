"""manage.py setup: roles, schedule, mail texts, first reminder rule. Safe to run after every deploy."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from bookings.services.lines import mend_lines
from config.mail_texts import give_texts, text_steps
from config.models import SetupStep
from config.role_setup import give_roles, role_steps
from config.roles import SUPERUSER
from config.schedule import give_schedule, schedule_steps


class Command(BaseCommand):
    help = "Makes missing roles, permissions, schedule and mail texts. What people edited or deleted stays so."

    def handle(self, *args: Any, **options: Any) -> None:
        given = self.give_once()
        while mend_lines():  # of bookings that the release before has made or changed
            pass
        self.stdout.write(f"Set up: {given} new." if given else "Set up already: nothing new.")
        for role in roles_without_group():
            self.stderr.write(f"TWO_FACTOR_ROLES names {role}, but that group was renamed or deleted: nobody is asked.")

    @transaction.atomic
    def give_once(self) -> int:
        """Give each step that this database has not had; returns how many."""
        known = set(SetupStep.objects.values_list("name", flat=True))
        steps = frozenset(name for name in (*role_steps(), *schedule_steps(), *text_steps()) if name not in known)
        give_roles(steps=steps)
        give_schedule(steps=steps)
        give_texts(steps=steps)
        SetupStep.objects.bulk_create(SetupStep(name=name, done_at=timezone.now()) for name in sorted(steps))
        return len(steps)


def roles_without_group() -> list[str]:
    wanted = set(settings.TWO_FACTOR_ROLES) - {SUPERUSER}
    return sorted(wanted - set(Group.objects.filter(name__in=wanted).values_list("name", flat=True)))
