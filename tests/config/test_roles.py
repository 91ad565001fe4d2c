"""What each role may do, and which pages answer it."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from pytest_django.asserts import assertContains

from config.roles import ROLES
from config.sidebar import GROUPS, list_url, navigation
from tests.desk import login
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SALES = {"bookings.Booking", "bookings.Departure", "bookings.Trip", "bookings.Customer"}
MONEY = {"payments.Payment", "payments.Refund"}
JOBS = {"django_celery_results.TaskResult", "django_celery_beat.PeriodicTask"}
TEXTS = {"notifications.MessageTemplate", "notifications.ReminderRule"}
OUTBOX = {"notifications.Message"}
INBOX = {"payments.ProviderEvent"}
PAGES = {
    "Agent": SALES | MONEY | OUTBOX,
    "Finance": SALES | MONEY | OUTBOX | INBOX,
    "Manager": SALES | MONEY | OUTBOX | INBOX | TEXTS | JOBS,
    "Ops": OUTBOX | INBOX | JOBS,
    "Viewer": SALES | MONEY | OUTBOX | TEXTS | JOBS,
}
TAKINGS = "/admin/payments/payment/takings/"
DECISIONS = "/admin/payments/payment/decisions/"
ALL_PAGES = [page for pages in GROUPS.values() for page in pages]


@pytest.fixture
def roles() -> None:
    call_command("setup", verbosity=0)


def make_member(role: str) -> User:
    user = make_user()
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_pages_and_no_others(roles: None, role: str) -> None:
    client = login(make_member(role))
    answers = {page.model: client.get(list_url(page.model)).status_code for page in ALL_PAGES}
    assert answers == {page.model: 200 if page.model in PAGES[role] else 403 for page in ALL_PAGES}


def test_a_refused_person_reads_why_and_finds_the_way_back(roles: None) -> None:
    response = login(make_member("Agent")).get(TAKINGS)
    assert response.status_code == 403
    assertContains(response, "Your role doesn’t allow this", status_code=403)
    assertContains(response, '<a href="/admin/" class="td-button td-primary">', status_code=403)


@pytest.mark.parametrize("role", ROLES)
def test_the_sidebar_names_exactly_the_pages_that_answer(roles: None, role: str) -> None:
    client = login(make_member(role))
    response = client.get("/admin/")
    shown = {item["link"] for group in navigation(response.wsgi_request) for item in group["items"]}
    flower = {"http://127.0.0.1:5555"} if PAGES[role] >= JOBS else set()
    takings = {TAKINGS} if role in {"Finance", "Manager"} else set()
    decisions = {DECISIONS} if PAGES[role] >= MONEY else set()
    assert shown == {"/admin/"} | {list_url(model) for model in PAGES[role]} | flower | takings | decisions
    assert client.get(TAKINGS).status_code == (200 if takings else 403)
    assert client.get(DECISIONS).status_code == (200 if decisions else 403)


def test_the_sidebar_marks_the_page_that_is_open_and_not_the_list_above_it(roles: None) -> None:
    client = login(make_member("Finance"))
    for address, marked in ((TAKINGS, [TAKINGS]), ("/admin/payments/payment/", ["/admin/payments/payment/"])):
        groups = client.get(address).context["sidebar_navigation"]
        assert [item["link"] for group in groups for item in group["items"] if item["active"]] == marked


def test_a_superuser_opens_every_page(roles: None) -> None:
    client = login(make_user(is_superuser=True))
    assert {page.model: client.get(list_url(page.model)).status_code for page in ALL_PAGES} == {
        page.model: 200 for page in ALL_PAGES
    }


def test_only_money_people_handle_money() -> None:
    acts = {"payments.record_payment", "payments.settle_payment", "payments.void_payment", "payments.refund_payment"}
    assert {role: ROLES[role] & acts for role in ROLES} == {
        "Agent": set(),
        "Finance": acts,
        "Manager": acts,
        "Ops": set(),
        "Viewer": set(),
    }


def test_who_may_ask_for_money_decide_about_it_and_see_it_all() -> None:
    acts = {
        "payments.request_payment": {"Agent", "Finance", "Manager"},
        "payments.verify_payment": {"Agent", "Finance", "Manager"},
        "payments.review_payment": {"Finance", "Manager"},
        "payments.view_takings": {"Finance", "Manager"},
        "payments.approve_refund": {"Manager"},
        "payments.replay_providerevent": {"Finance", "Manager", "Ops"},
        "bookings.change_due_date_booking": {"Finance", "Manager"},
    }
    assert {act: {role for role in ROLES if act in ROLES[role]} for act in acts} == acts


def test_ops_see_no_money_and_no_customers() -> None:
    seen = {name for name in ROLES["Ops"] if name.startswith(("bookings.", "payments."))}
    assert seen == {"payments.view_providerevent", "payments.replay_providerevent"}


def test_only_managers_override() -> None:
    override = "bookings.confirm_unpaid_booking"
    assert [role for role in ROLES if override in ROLES[role]] == ["Manager"]


def test_viewers_only_look() -> None:
    assert [name for name in ROLES["Viewer"] if not name.partition(".")[2].startswith("view_")] == []


def test_no_role_hands_out_access() -> None:
    risky = {"auth", "sessions", "admin"}
    assert [n for names in ROLES.values() for n in names if n.partition(".")[0] in risky or "apikey" in n] == []


def test_every_permission_exists() -> None:
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    known = {f"{app}.{codename}" for app, codename in rows}
    assert [name for names in ROLES.values() for name in names if name not in known] == []
