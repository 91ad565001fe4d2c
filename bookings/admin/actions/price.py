"""Another price for a booking."""

from collections.abc import Iterator
from datetime import datetime

from bookings.actors import Actor
from bookings.admin.effects import Bookings
from bookings.desk.actions import Answers, RowAction, Wording, register
from bookings.forms.price import AdjustPriceForm
from bookings.models import Booking
from bookings.services.price import adjust_price
from bookings.wording import money


@register(Booking)
class AdjustPrice(RowAction):
    name = "adjust-price"
    label = "Adjust price"
    icon = "sell"
    permission = "bookings.adjust_price_booking"
    change = "adjust_price"
    question = Wording("Adjust the price of {name}?", "Adjust the price of {count} bookings?")
    done = Wording("{name} has its new price.", "{count} bookings have their new price.")
    form_class = AdjustPriceForm
    order = 45

    def effects(self, bookings: Bookings) -> Iterator[str]:
        for booking in bookings:
            if booking.staying:
                yield f"{money(booking.staying, booking.currency)} are paid; what exceeds the new price is to go back."
        yield "Nobody is mailed; mails that are still to be sent have the new price."

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Booking:
        return adjust_price(booking_id=pk, actor=actor, now=now, **answers)
