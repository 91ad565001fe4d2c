"""Mail about a booking, asked for by a clerk."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from bookings.actors import Actor
from bookings.admin.effects import SHOWN, Bookings
from bookings.desk.actions import Action, Answers, Wording, register
from bookings.forms.mail import CURRENT, MailForm
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services import mailing, mailing_again


def where_it_goes(bookings: Bookings) -> Iterator[str]:
    addresses = {booking.customer.email for booking in bookings}
    if len(addresses) == 1 and "" not in addresses:
        yield f"It goes to {min(addresses)}."
    for booking in [b for b in bookings if not b.customer.email][:SHOWN]:
        url = reverse("admin:bookings_customer_change", args=[booking.customer_id])
        words = "{} has no e-mail address, so no mail can be sent. <a href='{}'>Give one first.</a>"
        yield format_html(words, booking.customer.name, url)


@register(Booking)
class SendMail(Action):
    name = "resend"
    label = "Send a mail"
    icon = "forward_to_inbox"
    permission = "notifications.resend_message"
    question = Wording("Send a mail about {name}?", "Send a mail about each of {count} bookings?")
    done = Wording("The mail about {name} is on its way.", "{count} mails are on their way.")
    form_class = MailForm
    order = 60

    def effects(self, bookings: Bookings) -> Iterator[str]:
        return where_it_goes(bookings)

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        kind = answers.get("kind", CURRENT)
        if kind == CURRENT:
            return mailing.send_current_mail(booking_ids=ids, actor=actor, now=now)
        return mailing_again.send_again(booking_ids=ids, kind=kind, actor=actor, now=now)
