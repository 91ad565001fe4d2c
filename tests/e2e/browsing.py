"""What clerks do in a real browser, for the tests that walk through the desk."""

import re

from playwright.sync_api import Page

CHROMIUM = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AT_LEAST_TWO_LEFT = re.compile(r"· ([2-9]|\d\d) of \d+ seats left")


def log_in(page: Page, url: str, username: str, password: str) -> None:
    page.goto(f"{url}/admin/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{url}/admin/")


def take_booking(page: Page, url: str, *, departure: str, name: str, email: str) -> str:
    """For two, on the departure that the picker finds for `departure`; returns the booking's reference."""
    page.goto(f"{url}/admin/bookings/booking/add/")
    page.click("[aria-labelledby=select2-id_departure-container]")
    page.keyboard.type(departure)
    page.locator(".select2-results__option", has_text=AT_LEAST_TWO_LEFT).filter(has_text=departure).first.click()
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)
    page.click("button:has-text('Take the booking')")
    page.wait_for_url("**/change/**")
    return page.inner_text("h1, .td-reference").strip().split()[-1]
