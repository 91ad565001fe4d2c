from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notifications.models import Message, MessageTemplate
from tests.factories import make_message, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LIST = "admin:notifications_message_changelist"
ACTS = ("resend", "withdraw", "retry")


def client_of(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*(f"notifications.{permission}" for permission in permissions)))
    return client


def url(page: str, message: Message) -> str:
    return reverse(f"admin:notifications_message_{page}", args=(message.pk,))


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_takes_the_same_queries_for_any_number(
    rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        make_message(status="sent")
    client = client_of("view_message")
    with django_assert_max_num_queries(8):
        assert client.get(reverse(LIST)).status_code == 200


@pytest.mark.parametrize("text", ["TD-FIND2222", "td find2222", "find2222", "Find@exa", "booking:TD-FIND2222"])
def test_the_list_finds_by_reference_and_the_beginning_of_the_address(text: str) -> None:
    wanted = make_message(topic="booking:TD-FIND2222", recipient="find@example.com")
    make_message()
    response = client_of("view_message").get(reverse(LIST), {"q": text})
    assert list(response.context["cl"].result_list) == [wanted]


@pytest.mark.parametrize("page", ["change", "preview"])
def test_nobody_reads_mails_without_the_permission(page: str) -> None:
    message = make_message()
    assert client_of("view_messagetemplate").get(url(page, message)).status_code == 403
    assert client_of("view_message").get(url(page, message)).status_code == 200


@pytest.mark.parametrize("act", ACTS)
def test_each_act_needs_its_own_permission(act: str) -> None:
    message = make_message(status="failed")
    others = [f"{other}_message" for other in ACTS if other != act]
    client = client_of("view_message", *others)
    assert client.get(url(act, message)).status_code == 403
    assert client.post(url(act, message), {"recipient": "a@example.com", "reason": "x"}).status_code == 403
    assert Message.objects.values_list("status", flat=True).get() == "failed"


@pytest.mark.parametrize("act", ACTS)
def test_a_question_comes_first_and_changes_nothing(act: str) -> None:
    message = make_message(status="failed")
    response = client_of("view_message", f"{act}_message").get(url(act, message))
    assert response.status_code == 200
    assert "this mail" in response.context["question"]
    assert Message.objects.values_list("status", flat=True).get() == "failed"


def test_an_act_on_a_message_that_is_gone_is_not_found() -> None:
    client = client_of("view_message", "resend_message")
    for object_id in ("999999", "nonsense"):
        assert client.get(reverse("admin:notifications_message_resend", args=(object_id,))).status_code == 404


def test_resend_goes_to_the_corrected_address_and_says_so() -> None:
    message = make_message(status="sent")
    client = client_of("view_message", "resend_message")
    response = client.post(url("resend", message), {"recipient": "new@example.com"}, follow=True)
    assert [str(m) for m in response.context["messages"]] == ["The mail is on its way again, to new@example.com."]
    again = Message.objects.get(resend_of=message)
    assert (again.recipient, again.requested_by_id) == ("new@example.com", int(client.session["_auth_user_id"]))


def test_resend_to_no_address_asks_again_and_names_the_field() -> None:
    message = make_message(status="sent")
    response = client_of("view_message", "resend_message").post(url("resend", message), {"recipient": "nonsense"})
    assert response.context["form"].errors == {"recipient": ["Enter a valid email address."]}
    assert Message.objects.count() == 1


def test_a_refused_resend_is_told_in_a_sentence() -> None:
    message = make_message(status="sent", withdrawn_reason="Booking cancelled")
    response = client_of("view_message", "resend_message").post(
        url("resend", message), {"recipient": message.recipient}, follow=True
    )
    assert [str(m) for m in response.context["messages"]] == [
        "This message is no longer true (Booking cancelled), so it can't be sent again."
    ]


def test_withdraw_wants_a_reason_and_keeps_it() -> None:
    message = make_message()
    client = client_of("view_message", "withdraw_message")
    assert client.post(url("withdraw", message), {"reason": ""}).context["form"].errors == {
        "reason": ["This field is required."]
    }
    client.post(url("withdraw", message), {"reason": "Told by phone"})
    assert Message.objects.values_list("status", "withdrawn_reason").get() == ("withdrawn", "Told by phone")


def test_retry_twice_is_told_honestly() -> None:
    message = make_message(status="failed")
    client = client_of("view_message", "retry_message")
    told = [str(next(iter(client.post(url("retry", message), follow=True).context["messages"]))) for _ in range(2)]
    assert told == [
        "1 message queued again.",
        "0 messages queued again. 1 was left alone: not in trouble, or no longer true.",
    ]


def test_selected_messages_are_withdrawn_after_the_question() -> None:
    rows = [make_message(), make_message(), make_message(status="sent")]
    client = client_of("view_message", "withdraw_message")
    form = {"action": "withdraw_selected", "_selected_action": [row.pk for row in rows], "select_across": "0"}
    asked = client.post(reverse(LIST), form)
    assert asked.context["question"] == "Withdraw 3 messages? Those that are not sent yet will never be sent."
    assert Message.objects.filter(status="withdrawn").count() == 0
    told = client.post(reverse(LIST), form | {"confirmed": "yes", "reason": "Strike"}, follow=True)
    assert [str(m) for m in told.context["messages"]] == [
        "2 messages withdrawn. 1 was left alone: sent or withdrawn before."
    ]
    assert Message.objects.filter(status="withdrawn", withdrawn_reason="Strike").count() == 2


def test_all_messages_across_the_pages_are_retried_with_few_statements(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(60):
        make_message(status="failed")
    client = client_of("view_message", "retry_message")
    ticked = Message.objects.values_list("pk", flat=True)[:1]
    form = {"action": "retry_selected", "_selected_action": list(ticked), "select_across": "1", "confirmed": "yes"}
    with django_assert_max_num_queries(16):
        client.post(reverse(LIST), form)
    assert Message.objects.filter(status="queued").count() == 60


def test_list_actions_are_offered_to_those_who_may() -> None:
    message = make_message(status="failed")
    form = {"action": "retry_selected", "_selected_action": [message.pk], "confirmed": "yes"}
    client_of("view_message", "withdraw_message").post(reverse(LIST), form)
    assert Message.objects.values_list("status", flat=True).get() == "failed"


@pytest.mark.parametrize("page", ["add", "delete"])
def test_messages_are_neither_typed_nor_deleted(page: str) -> None:
    message = make_message()
    client = client_of("view_message", "add_message", "change_message", "delete_message")
    args = () if page == "add" else (message.pk,)
    assert client.get(reverse(f"admin:notifications_message_{page}", args=args)).status_code == 403


def test_the_detail_page_offers_what_fits_the_state() -> None:
    client = client_of("view_message", "resend_message", "withdraw_message", "retry_message")
    offered = {
        status: [button["title"] for button in client.get(url("change", message)).context["actions_detail"]]
        for status, message in (
            (status, make_message(status=status)) for status in ("queued", "sending", "sent", "failed", "withdrawn")
        )
    }
    assert offered == {
        "queued": ["Withdraw"],
        "sending": [],
        "sent": ["Send again"],
        "failed": ["Send again", "Try again"],
        "withdrawn": [],
    }
    waiting = make_message(due_at=timezone.now() + timedelta(hours=1), last_error="The mail server hung up.")
    buttons = client.get(url("change", waiting)).context["actions_detail"]
    assert [button["title"] for button in buttons] == ["Withdraw", "Try again"]


def test_the_preview_can_run_and_load_nothing() -> None:
    response = client_of("view_message").get(url("preview", make_message(html="<script>alert(1)</script>")))
    assert response["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_name_with_markup_is_escaped_on_every_page() -> None:
    message = make_message(status="sent", subject="<b>bold</b>", last_error="<i>", text="<u>under</u>")
    client = client_of("view_message", "resend_message")
    for address in (reverse(LIST), url("change", message), url("resend", message)):
        page = client.get(address).content.decode()
        assert not any(tag in page for tag in ("<b>bold", "<i>", "<u>under"))


def test_a_mail_text_with_an_unknown_fact_is_refused_with_the_known_ones() -> None:
    client = client_of("view_messagetemplate", "add_messagetemplate")
    form = {"kind": "departure_reminder", "language": "en", "subject": "Hi {{ nme }}", "body": "x", "is_active": "on"}
    response = client.post(reverse("admin:notifications_messagetemplate_add"), form)
    (problem,) = response.context["adminform"].form.errors["subject"]
    assert problem.startswith("There is no fact called nme. Use: balance, balance_due, company_name, currency, ")
    assert MessageTemplate.objects.count() == 0


def test_a_mail_text_is_previewed_with_made_up_facts() -> None:
    template = MessageTemplate.objects.create(kind="payment_failure", subject="Hi", body="For {{ reference }}")
    client = client_of("view_messagetemplate")
    page = client.get(reverse("admin:notifications_messagetemplate_preview", args=(template.pk,)))
    assert "For TD-7K3M9QX2" in page.content.decode()
    framed = client.get(reverse("admin:notifications_messagetemplate_frame", args=(template.pk,)))
    assert "For TD-7K3M9QX2" in framed.content.decode()
    assert client_of("view_message").get(framed.request["PATH_INFO"]).status_code == 403


def test_a_mail_text_that_became_unfit_is_named_where_it_is_previewed() -> None:
    template = MessageTemplate.objects.create(kind="booking_confirmation", subject="Hi", body="{{ party_size|first }}")
    client = client_of("view_messagetemplate", "view_message")
    page = client.get(reverse("admin:notifications_messagetemplate_preview", args=(template.pk,)), follow=True)
    [sentence] = map(str, page.context["messages"])
    assert sentence.startswith("This can't be filled in: ")
    framed = client.get(reverse("admin:notifications_messagetemplate_frame", args=(template.pk,)))
    assert "This can&#x27;t be filled in: " in framed.content.decode()
    assert "Dear Almaz Tesfaye" in client.get(url("preview", make_message())).content.decode()


def test_reminder_rules_can_be_added_by_those_who_may() -> None:
    client = client_of("view_reminderrule", "add_reminderrule")
    address = reverse("admin:notifications_reminderrule_add")
    form = {"kind": "departure_reminder", "hours_before": "72", "is_active": "on"}
    assert client.post(address, form).status_code == 302
    assert client_of("view_reminderrule").post(address, form).status_code == 403
