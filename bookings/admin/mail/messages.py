"""The outbox in the admin: read, preview, send again, withdraw, try again. Nothing is typed in here."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import action, display

from bookings.admin.mail import pages
from bookings.desk.paging import BoundedPaginator
from bookings.desk.strict import StrictAdmin, as_typed
from notifications import outbox, owners, rendering, resending
from notifications.models import Message
from notifications.refusals import Refused

Status = Message.Status
COLOURS = {
    Status.QUEUED: "info",
    Status.SENDING: "info",
    Status.SENT: "success",
    Status.FAILED: "danger",
    Status.WITHDRAWN: "warning",
    Status.BOUNCED: "danger",
}
# The buttons that make sense in a state; a message that moved on meanwhile is refused by the service.
BUTTONS = {
    Status.DRAFT: {"withdraw"},
    Status.QUEUED: {"withdraw", "retry"},
    Status.SENT: {"resend"},
    Status.FAILED: {"resend", "retry"},
    Status.BOUNCED: {"resend"},
}
UNDONE = (Status.QUEUED, Status.SENDING, Status.FAILED, Status.BOUNCED)


@admin.register(Message)
class MessageAdmin(StrictAdmin):
    list_display = ("colour", "kind", "about", "address", "when")
    list_display_links = ("colour", "kind")
    list_filter = ("status", "kind", ("last_error", admin.EmptyFieldListFilter))
    list_per_page = 50
    search_fields = ("topic",)
    search_help_text = "Booking reference, or the beginning of the address"
    empty_hint = "Mails are written here by themselves when bookings and payments change."
    linked_lookups = frozenset({"last_error__gt"})
    paginator = BoundedPaginator
    actions = ("withdraw_selected", "retry_selected")
    actions_detail = ("resend", "withdraw", "retry")  # in a row's menu they could not be chosen by its state
    readonly_fields = ("address", "state", "preview", "plain_text", "identity")
    fieldsets = (
        (None, {"fields": (("status", "kind"), ("address", "topic"), "subject", "state")}),
        ("Times", {"fields": (("created_at", "due_at"), ("sent_at", "attempts"))}),
        ("Mail", {"fields": ("preview", "plain_text")}),
        ("Behind the scenes", {"fields": ("identity", "dedupe_key", "task_id", "resend_of", "requested_by")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return False

    # Named methods, not "notifications.…" in the decorators: unfold looks those up in the database at every start.
    def has_resend_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("notifications.resend_message")

    def has_withdraw_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("notifications.withdraw_message")

    def has_retry_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("notifications.retry_message")

    def get_urls(self) -> list[Any]:
        preview = self.admin_site.admin_view(self.preview_view)
        return [path("<int:message_id>/preview/", preview, name="notifications_message_preview"), *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """What an index finds among a million rows: a whole reference, or how the address begins."""
        text = as_typed(search_term)
        code = text.upper().replace(" ", "-")
        about = Q(topic__in=(text, f"booking:{code}", f"booking:TD-{code}"))
        return (queryset.filter(about | Q(recipient__startswith=text.lower())) if text else queryset), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        message = self.find(request, object_id)
        fitting = set() if message.withdrawn_reason else BUTTONS.get(Status(message.status), set())
        if message.status == Status.QUEUED and not (message.last_error and message.due_at > timezone.now()):
            fitting = fitting - {"retry"}
        return [button for button in super().get_actions_detail(request, object_id) if button.path in fitting]

    @display(description="Status", ordering="status", label=COLOURS)
    def colour(self, message: Message) -> tuple[str, str]:
        return message.status, str(Status(message.status).label)

    @display(description="About", ordering="topic")
    def about(self, message: Message) -> SafeString:
        return pages.unbroken(message.topic)

    @display(description="When", ordering="due_at")
    def when(self, message: Message) -> SafeString:
        what, moment = ("Sent", message.sent_at) if message.sent_at else ("Due", message.due_at)
        text = pages.unbroken(f"{what} {date_format(timezone.localtime(moment), 'j M Y, H:i')}")
        if message.last_error and message.status in UNDONE:  # the whole of it stands on the message's own page
            error = Truncator(message.last_error).chars(90)
            return format_html('<div style="max-width:16rem">{}<div dir="auto">{}</div></div>', text, error)
        return text

    @display(description="To", ordering="recipient")
    def address(self, message: Message) -> SafeString:
        return pages.breakable(message.recipient)

    @display(description="What happened")
    def state(self, message: Message) -> SafeString:
        lines = [
            (message.last_error,),
            (message.withdrawn_reason and f"No longer true: {message.withdrawn_reason}",),
            (message.possible_duplicate and "It may have arrived before, or twice.",),
            (message.recipient_chosen and "Its address was typed for this mail: it doesn't follow the customer's.",),
        ]
        return format_html_join("", '<p dir="auto">{}</p>', [line for line in lines if line[0]]) or SafeString("–")

    @display(description="Preview")
    def preview(self, message: Message) -> SafeString:
        return pages.frame(reverse(pages.admin_url(self, "preview"), args=(message.pk,)))

    @display(description="Plain text part")
    def plain_text(self, message: Message) -> SafeString:
        message = _as_of_now(message)
        return pages.plain(message.text or rendering.render(message).text)

    @display(description="Message-ID")
    def identity(self, message: Message) -> str:
        return message.message_id

    def preview_view(self, request: HttpRequest, message_id: int) -> HttpResponse:
        """The mail as it was sent, or as it would be sent now."""
        message = self.find(request, message_id)
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        message = _as_of_now(message)
        return pages.framed(message.html or rendering.render(message).html)

    @action(description="Send again", permissions=["view", "resend"], icon="forward_to_inbox")
    def resend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        message = self.find(request, object_id)
        own = owners.recipient_of(message, owners.present([message], now=timezone.now()).get(message.pk))
        form = pages.ResendForm(request.POST or None, initial={"recipient": own})
        if not form.is_valid():
            return self._ask(request, form, message, title="Send again", question="Send this mail again?")
        try:
            again = resending.resend(
                message_id=message.pk,
                user=request.user,  # type: ignore[arg-type]  # admin_view lets only users in
                now=timezone.now(),
                recipient=form.cleaned_data["recipient"],
            )
        except Refused as refused:
            return self._tell(request, refused.detail, messages.ERROR)
        return self._tell(request, f"The mail is on its way again, to {again.recipient}.")

    @action(description="Withdraw", permissions=["view", "withdraw"], icon="block")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        message = self.find(request, object_id)
        form = pages.WithdrawForm(request.POST or None)
        if not form.is_valid():
            question = "Withdraw this mail? It will never be sent."
            return self._ask(request, form, message, title="Withdraw", question=question)
        return self._withdraw(request, [message.pk], form.cleaned_data["reason"])

    @action(description="Try again", permissions=["view", "retry"], icon="replay")
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        message = self.find(request, object_id)
        if request.method != "POST":
            question = "Try to send this mail again?"
            return self._ask(request, pages.RetryForm(), message, title="Try again", question=question)
        return self._retry(request, [message.pk])

    @admin.action(description="Withdraw selected messages", permissions=["withdraw"])
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[Message]) -> HttpResponse:
        ids = pages.chosen(request, queryset)
        if len(ids) > pages.MOST:
            return self._too_many(request)
        form = pages.WithdrawForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            question = f"Withdraw {_messages(len(ids))}? Those that are not sent yet will never be sent."
            return self._ask_list(request, form, ids, title="Withdraw", question=question)
        return self._withdraw(request, ids, form.cleaned_data["reason"])

    @admin.action(description="Try selected messages again", permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Message]) -> HttpResponse:
        ids = pages.chosen(request, queryset)
        if len(ids) > pages.MOST:
            return self._too_many(request)
        if "confirmed" not in request.POST:
            question = f"Try to send {_messages(len(ids))} again? Only those that failed or wait after an error are."
            return self._ask_list(request, pages.RetryForm(), ids, title="Try again", question=question)
        return self._retry(request, ids)

    def _ask(self, request: HttpRequest, form: Any, message: Message, *, title: str, question: str) -> HttpResponse:
        facts = (("Kind", message.get_kind_display()), ("About", message.topic), ("To", message.recipient))
        whole = f"{title}: {message}"
        return pages.ask(request, self, form, title=whole, question=question, button=title, facts=facts)

    def _ask_list(self, request: HttpRequest, form: Any, ids: list[int], *, title: str, question: str) -> HttpResponse:
        action, whole = request.POST["action"], f"{title}: {_messages(len(ids))}"
        return pages.ask(request, self, form, title=whole, question=question, button=title, action=action, named=ids)

    def _too_many(self, request: HttpRequest) -> HttpResponse:
        text = f"That is more than {pages.MOST:,} messages at once. Narrow the list with a search or a filter first."
        self.message_user(request, text, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def _withdraw(self, request: HttpRequest, ids: list[int], reason: str) -> HttpResponse:
        done = outbox.withdraw_messages(message_ids=ids, reason=reason)
        return self._tell_count(request, done, len(ids), "withdrawn", "sent or withdrawn before")

    def _retry(self, request: HttpRequest, ids: list[int]) -> HttpResponse:
        done = resending.retry(message_ids=ids, now=timezone.now())
        return self._tell_count(request, done, len(ids), "queued again", "not in trouble, or no longer true")

    def _tell_count(self, request: HttpRequest, done: int, asked: int, what: str, why_not: str) -> HttpResponse:
        text = f"{_messages(done)} {what}."
        if left := asked - done:
            text += f" {left} {'was' if left == 1 else 'were'} left alone: {why_not}."
        return self._tell(request, text, messages.SUCCESS if done else messages.WARNING)

    def _tell(self, request: HttpRequest, text: str, level: int = messages.SUCCESS) -> HttpResponse:
        self.message_user(request, text, level)
        return HttpResponseRedirect(reverse(pages.admin_url(self, "changelist")))


def _as_of_now(message: Message) -> Message:
    """An unsent one as it would be sent now: with its customer's present name and language."""
    if message.status in (*Message.UNSENT, Status.FAILED):
        owners.bring_up_to_date(message, owners.present([message], now=timezone.now()).get(message.pk))
    return message


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"
