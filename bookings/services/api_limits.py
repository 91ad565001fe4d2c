"""How much one integration may hold without money, and how many mails all of them may cause for one address."""

import unicodedata
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, Q, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac

from bookings.models import ApiMailCount, Booking, Departure
from bookings.refusals.api import TooManyMails, UnpaidSeats

ONE_PARTY = 4  # seats that an integration may hold on the smallest departure, whatever its share is
SOON = timedelta(minutes=10)


def check_unpaid_seats(booking: Booking, *, now: datetime) -> None:
    """Raises UnpaidSeats when this booking, which has just taken its seats, is one too many of its integration.

    Taking seats has locked the departure: of two at once the second counts the first.
    """
    departure = Departure.objects.get(pk=booking.departure_id)
    unpaid = Q(status=Booking.Status.PENDING) | Q(status=Booking.Status.CONFIRMED, deposit_due=0)
    held = Booking.objects.filter(
        unpaid, departure=departure, integration=booking.integration, paid__lte=0, total__gt=0
    ).aggregate(seats=Sum("party_size"), until=Min("hold_expires_at"))
    seats, most = held["seats"] or 0, _allowed(departure)
    if seats <= most:
        return
    before = seats - booking.party_size
    raise UnpaidSeats(
        wait=max((held["until"] or now) - now, SOON),
        integration=booking.integration,
        most=most,
        departure=departure.code,
        held=before,
    )


def _allowed(departure: Departure) -> int:
    share = departure.capacity * settings.API_MAX_UNPAID_PERCENT // 100
    return min(settings.API_MAX_UNPAID_SEATS, max(share, ONE_PARTY))


@transaction.atomic
def count_mail(*, email: str, now: datetime) -> None:
    """One more mail that an integration causes for this address today; TooManyMails when that is too many.

    Call it first in the transaction of the act: who is refused later has caused none.
    """
    today = timezone.localdate(now)
    address = salted_hmac("bookings.api_mails", mailbox(email), algorithm="sha256").hexdigest()
    row, _new = ApiMailCount.objects.get_or_create(address=address, day=today)
    few = ApiMailCount.objects.filter(pk=row.pk, mails__lt=settings.API_MAX_MAILS_A_DAY)
    if not few.update(mails=F("mails") + 1):
        tomorrow = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        raise TooManyMails(tomorrow - now, settings.API_MAX_MAILS_A_DAY)


def mailbox(email: str) -> str:
    """One text for all spellings of an address that reach one mailbox, or may: capitals, dots and +tags.

    Two people whose addresses differ in a dot alone share a limit; that does no harm.
    """
    local, _at, domain = unicodedata.normalize("NFKC", email.strip()).casefold().rpartition("@")
    local = local.strip('"').replace("\\", "")
    local = (local.partition("+")[0] or local).replace(".", "")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{'gmail.com' if domain == 'googlemail.com' else domain}"


def prune(*, now: datetime) -> int:
    """Returns how many counts of past days are gone."""
    return ApiMailCount.objects.filter(day__lt=timezone.localdate(now)).delete()[0]
