"""What a clerk types and clicks in forms arrives as it was meant."""

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import Browser, Page

from bookings.models import Departure
from tests.e2e.browsing import log_in
from tests.e2e.conftest import Stack
from tests.factories import make_departure, make_trip, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.services]
SEARCH = ".select2-container--open .select2-search__field"


@pytest.fixture
def departure(stack: Stack) -> Departure:
    trip = make_trip(code="LAL", name="Lalibela churches", price=1000)
    return make_departure(starts_at=timezone.now() + timedelta(days=9), trip=trip)


@pytest.fixture
def url(stack: Stack, departure: Departure) -> str:
    for role in ("Agent", "Manager"):
        make_user(username=role.lower()).groups.add(Group.objects.get(name=role))
    return stack.start_web()


def office_page(browser: Browser, url: str, zone: str) -> Page:
    page = browser.new_context(timezone_id=zone, viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    log_in(page, url, "manager", "correct horse")
    return page


def test_the_first_letter_typed_on_a_closed_search_field_is_searched_for(
    page: Page, url: str, departure: Departure
) -> None:
    """With the keyboard alone: on the page that takes a booking, and on a form of Django's own making."""
    log_in(page, url, "agent", "correct horse")
    page.goto(f"{url}/admin/bookings/booking/add/")
    page.wait_for_selector(".select2-selection:focus")
    page.keyboard.type("lal")
    assert page.input_value(SEARCH) == "lal"
    page.wait_for_selector(".select2-results__option--highlighted:has-text('Lalibela churches')")
    page.keyboard.press("Enter")
    assert page.eval_on_selector("#id_departure", "select => select.value") == str(departure.pk)
    named = page.get_by_role("combobox", name=re.compile("Departure.*: Lalibela churches"))
    assert named.count() == 1
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "id_waitlist"
    page.context.clear_cookies()
    log_in(page, url, "manager", "correct horse")
    page.goto(f"{url}/admin/bookings/departure/add/")
    page.focus(".field-trip .select2-selection")
    page.keyboard.type("LAL")
    assert page.input_value(SEARCH) == "LAL"
    page.wait_for_selector(".select2-results__option--highlighted:has-text('Lalibela churches')")
    page.keyboard.press("Enter")
    assert page.eval_on_selector("#id_trip", "select => select.value") == str(departure.trip_id)


def test_a_field_that_gets_the_focus_is_written_over_and_a_second_click_places_the_caret(page: Page, url: str) -> None:
    log_in(page, url, "agent", "correct horse")
    page.goto(f"{url}/admin/bookings/booking/add/")
    page.wait_for_selector(".select2-selection:focus")
    party, name, notes = "[name=party_size]", "[name=name]", "[name=notes]"
    page.click(party)
    page.keyboard.type("3")
    assert page.input_value(party) == "3"
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("4")
    assert page.input_value(party) == "4"
    page.fill(name, "Almaz Tesfaye")
    page.fill(notes, "Window seats")
    page.click(name, position={"x": 20, "y": 10})  # lands in the first name, and selects it all
    page.click(name, position={"x": 200, "y": 10})  # behind the last letter
    page.keyboard.type("!")
    assert page.input_value(name) == "Almaz Tesfaye!"
    page.click(notes, position={"x": 400, "y": 10})
    page.keyboard.type("!")
    assert page.input_value(notes) == "Window seats!"
    page.click(party)
    page.locator(name).scroll_into_view_if_needed()
    box = page.locator(name).bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + box["height"] / 2)  # behind the last letter
    page.mouse.down()
    page.mouse.move(box["x"] + 50, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    page.keyboard.type(".")
    dragged = page.input_value(name)
    assert dragged.startswith("Alm")
    assert dragged.endswith(".")
    assert len(dragged) < len("Almaz Tesfaye!")


def test_dates_are_the_office_s_wherever_the_browser_is(browser: Browser, url: str) -> None:
    """In a zone where it is another day now."""
    office = timezone.localtime()
    zone = "Pacific/Kiritimati" if office.hour >= 13 else "Pacific/Pago_Pago"
    page = office_page(browser, url, zone)
    page.goto(f"{url}/admin/bookings/departure/add/")
    page.wait_for_selector(".field-starts_at .datetimeshortcuts")
    assert page.locator(".timezonewarning:visible").count() == 0
    assert page.locator("text=Times are Addis Ababa time.").count() == 1
    before = timezone.localtime().replace(second=0, microsecond=0, tzinfo=None)
    page.click(".field-starts_at .datetimeshortcuts a:has(.date-icon)")
    page.click(".calendarbox:visible a:has-text('Today')")
    page.click(".field-starts_at .datetimeshortcuts a:has(.clock-icon)")
    page.click(".clockbox:visible a:has-text('Now')")
    after = timezone.localtime().replace(tzinfo=None)
    day, time = page.input_value("[name=starts_at_0]"), page.input_value("[name=starts_at_1]")
    assert before <= datetime.fromisoformat(f"{day} {time[:5]}") <= after
    page.click(".field-ends_at .datetimeshortcuts a:has(.date-icon)")
    marked = page.locator(".calendarbox:visible .today")
    assert [int(text) for text in marked.all_inner_texts()] == [office.day]
    assert f"{office:%B %Y}".casefold() in page.locator(".calendarbox:visible caption").inner_text().casefold()
