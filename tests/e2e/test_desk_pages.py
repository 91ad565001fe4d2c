"""Every page of the desk in a real browser: for screen readers (axe), and on screens of three widths."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page

from bookings.links import pay_url
from bookings.models import Booking
from tests.admin_pages import lists, one_of_each, pages
from tests.desk import booked
from tests.e2e.browsing import log_in
from tests.e2e.conftest import Stack
from tests.factories import make_user

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.services]
BAD = {"serious", "critical"}
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
WIDTHS = (390, 1280, 1440)
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('.simplebar-content-wrapper')]
    .map((box) => box.scrollWidth - box.clientWidth).filter((beyond) => beyond > 0)"""


@pytest.fixture
def root(stack: Stack) -> User:
    one_of_each()
    return make_user(username="root", is_superuser=True)


def violations(page: Page, **options: Any) -> list[str]:
    """Such as “label: #id_name”."""
    found = Axe().run(page, **options).response["violations"]
    return [f"{rule['id']}: {node['target']}" for rule in found if rule["impact"] in BAD for node in rule["nodes"]]


def test_no_page_has_a_serious_finding_of_axe_by_day_or_by_night(stack: Stack, page: Page, root: User) -> None:
    url, found = stack.start_web(), {}
    user = make_user(username="sara")
    TOTPDevice.objects.create(user=user, name="App", key="31" * 20)
    for front in ("login", "password_reset", "password_reset/done"):
        page.goto(f"{url}/admin/{front}/")
        found[front] = violations(page)
    page.goto(f"{url}/admin/login/")
    page.fill("[name=username]", "sara")
    page.fill("[name=password]", "correct horse")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/account/code/**")
    found["second factor"] = violations(page)
    page.context.clear_cookies()
    log_in(page, url, "root", "correct horse")
    for address in pages(root):
        page.goto(url + address)
        found[address] = violations(page)
        page.add_style_tag(content="* { transition: none !important }")
        page.evaluate("document.documentElement.classList.toggle('dark')")
        found[f"{address} by night"] = violations(page, options=CONTRAST)
    assert {address: bad for address, bad in found.items() if bad} == {}


def test_what_customers_see_of_paying_has_no_serious_finding_either(stack: Stack, page: Page) -> None:
    found, link = {}, urlsplit(pay_url(booked())).path
    stack.environment["SITE_URL"] = stack.url
    url = stack.start_web()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for address in (link, "/pay/nosuchlink/"):
            page.goto(url + address)
            found[scheme, address] = violations(page)
        page.goto(url + link)
        page.click("button[type=submit]")
        page.wait_for_url("**/sandbox/checkout/**")
        found[scheme, "sandbox"] = violations(page)
    assert {place: bad for place, bad in found.items() if bad} == {}


def test_open_search_fields_filters_and_new_rows_have_no_serious_finding(stack: Stack, page: Page, root: User) -> None:
    url, found = stack.start_web(), {}
    log_in(page, url, "root", "correct horse")
    page.goto(f"{url}/admin/bookings/booking/add/")
    page.press("[aria-labelledby=select2-id_departure-container]", "Enter")
    page.wait_for_selector(".select2-results__option--highlighted")
    found["picker"] = violations(page)
    for model in ("booking", "departure"):
        page.goto(f"{url}/admin/bookings/{model}/")
        page.click("a:has-text('Filters')")
        page.wait_for_selector("#changelist-filter", state="visible")
        found[f"filters of {model}"] = violations(page)
    page.goto(f"{url}/admin/bookings/booking/{Booking.objects.earliest('pk').pk}/change/")
    page.click("text=Add another traveller")
    found["new traveller"] = violations(page)
    assert {place: bad for place, bad in found.items() if bad} == {}


def test_no_list_is_cut_off_and_a_booking_is_a_few_lines_on_a_phone(stack: Stack, page: Page, root: User) -> None:
    url, wide = stack.start_web(), {}
    Booking.objects.filter(pk=Booking.objects.earliest("pk").pk).update(reference="TD-WMWMWMWM")  # the widest
    log_in(page, url, "root", "correct horse")
    for address in lists():
        page.goto(url + address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if beyond := page.evaluate(TOO_WIDE):
                wide[address, width] = beyond
    assert wide == {}
    page.goto(f"{url}/admin/bookings/booking/")
    page.set_viewport_size({"width": 390, "height": 900})
    heights = [row.bounding_box() for row in page.locator("#result_list .data-row").all()]
    assert [box["height"] < 200 for box in heights if box] == [True, True]
