"""Run as a process of its own: threads that all want seats of one departure. Prints what became of each attempt.

python -m tests.e2e.race guarded|naive DEPARTURE THREADS ATTEMPTS
"""

import collections
import concurrent.futures
import sys
import time

import django

django.setup()

from django.db import IntegrityError, close_old_connections, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402

from bookings.models import Departure  # noqa: E402
from bookings.refusals.seats import SoldOut  # noqa: E402
from tests.factories import make_booking, make_customer  # noqa: E402


def guarded(departure: Departure) -> str:
    try:
        make_booking(departure=departure, party_size=1, customer=make_customer(email=""), now=timezone.now())
    except SoldOut:
        return "refused"
    return "taken"


def naive(departure: Departure) -> str:
    """Look, then take: what the conditional UPDATE is there to prevent."""
    if Departure.objects.get(pk=departure.pk).seats_left < 1:
        return "refused"
    time.sleep(0.01)
    try:
        with transaction.atomic():
            Departure.objects.filter(pk=departure.pk).update(seats_taken=F("seats_taken") + 1)
    except IntegrityError:
        return "check failed"
    return "taken"


def attempts(departure: Departure, number: int) -> list[str]:
    act = {"guarded": guarded, "naive": naive}[sys.argv[1]]
    results = [act(departure) for _ in range(number)]
    close_old_connections()
    return results


def main() -> None:
    departure = Departure.objects.select_related("trip").get(pk=sys.argv[2])
    threads, number = int(sys.argv[3]), int(sys.argv[4])
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        counts = collections.Counter(
            r for rs in pool.map(lambda _: attempts(departure, number), range(threads)) for r in rs
        )
    sys.stdout.write(" ".join(f"{key.replace(' ', '_')}={value}" for key, value in sorted(counts.items())))


if __name__ == "__main__":
    main()
