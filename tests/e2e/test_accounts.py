"""Second factor, recovery, sessions and a forgotten password in a real browser, against two web processes."""

import base64
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from django.contrib.auth.models import Group, User
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Browser, Page, expect

from config.account.limit_rules import PASSWORD
from config.models import AccountMail
from tests.e2e.browsing import log_in
from tests.e2e.conftest import Stack
from tests.e2e.smtp import Inbox
from tests.factories import make_user

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.services]
WORD = "correct horse"


@pytest.fixture
def sara(stack: Stack) -> User:
    return make_user("bookings.view_booking", username="sara", email="sara@example.org")


def type_password(page: Page, url: str, password: str = WORD) -> None:
    page.goto(f"{url}/admin/login/")
    page.fill("[name=username]", "sara")
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")


def type_code(page: Page, code: str) -> None:
    """With the keyboard only, as a paste does it."""
    field = page.locator("[name=code][autofocus]")
    field.focus()  # headless, the browser does that when it paints, and that may be late
    page.keyboard.insert_text(code)
    field.press("Enter")


def next_code() -> str:
    """A code that was not used yet: what was typed last can't be typed again."""
    device = TOTPDevice.objects.get()
    totp = TOTP(device.bin_key)
    totp.time = time.time()
    step = max(totp.t(), device.last_t + 1)
    totp.time = step * device.step
    assert step - int(time.time() // device.step) <= device.tolerance
    return f"{totp.token():06d}"


def set_up(page: Page) -> list[str]:
    """From the page that shows the key to the one after the recovery codes; returns these."""
    key = page.inner_text(".td-key").replace(" ", "")
    expect(page.locator(".td-qr svg")).to_be_visible()
    totp = TOTP(base64.b32decode(key))
    totp.time = time.time()
    page.fill("[name=code]", f"{totp.token():06d}")
    page.fill("[name=password]", WORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".td-codes")
    codes = page.locator(".td-codes code").all_inner_texts()
    with page.expect_download() as download:
        page.click("text=Download")
    assert Path(download.value.path()).read_text().split() == codes
    page.click("text=I have kept them")
    return codes


def test_enrol_log_in_recover(stack: Stack, sara: User, inbox: Inbox, page: Page) -> None:
    stack.start_worker()
    url = stack.start_web()
    log_in(page, url, "sara", WORD)
    page.goto(f"{url}/admin/account/")
    page.click("text=Set it up")
    codes = set_up(page)
    page.wait_for_url(f"{url}/admin/account/")
    expect(page.locator("text=Recovery codes left: 10")).to_be_visible()

    page.context.clear_cookies()
    type_password(page, url)
    page.wait_for_url(f"{url}/admin/account/code/**")
    page.goto(f"{url}/admin/bookings/booking/")
    assert "/admin/account/code/?next=" in page.url
    type_code(page, "000 000")
    expect(page.locator("text=This code is not right.")).to_be_visible()
    code = next_code()
    type_code(page, f"{code[:3]} {code[3:]}")
    page.wait_for_url(f"{url}/admin/bookings/booking/")

    page.context.clear_cookies()
    type_password(page, url)
    page.click("text=Use a recovery code")
    type_code(page, codes[0])
    page.wait_for_url(f"{url}/admin/")
    expect(page.locator("text=You used a recovery code; 9 are left.")).to_be_visible()

    page.context.clear_cookies()
    type_password(page, url)
    page.click("text=Use a recovery code")
    type_code(page, codes[0])
    expect(page.locator("text=This recovery code is not right, or was used before.")).to_be_visible()
    type_code(page, codes[1])
    page.wait_for_url(f"{url}/admin/")
    inbox.wait_for(3, seconds=120)
    subjects = [mail["Subject"] for mail in inbox.mails]
    assert (
        subjects
        == ["Tourdesk Travel: Your second factor was set up"] + ["Tourdesk Travel: A recovery code was used"] * 2
    )


def test_a_passkey_is_made_and_shown(stack: Stack, sara: User, page: Page) -> None:
    url = stack.environment["SITE_URL"] = stack.url.replace("127.0.0.1", "localhost")
    stack.start_web()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"hasResidentKey": True}})
    log_in(page, url, "sara", WORD)
    page.goto(f"{url}/admin/account/second-factor/?next=/admin/account/")
    set_up(page)
    page.click("text=Add a passkey")
    page.fill("[name=password]", WORD)
    page.keyboard.press("Enter")
    page.click("text=Make the passkey")
    page.wait_for_url(f"{url}/admin/account/")
    expect(page.locator("text=Chrome on Linux, added")).to_be_visible()

    page.context.clear_cookies()
    type_password(page, url)
    page.wait_for_url(f"{url}/admin/account/code/**")
    page.goto(f"{url}/admin/bookings/booking/")
    page.click("text=Use your passkey")
    page.wait_for_url(f"{url}/admin/bookings/booking/")


def test_required_by_role(stack: Stack, sara: User, page: Page) -> None:
    stack.environment["TWO_FACTOR_ROLES"] = "Manager"
    url = stack.start_web()
    log_in(page, url, "sara", WORD)
    sara.groups.add(Group.objects.get(name="Manager"))
    page.goto(f"{url}/admin/bookings/booking/")
    expect(page.locator("text=Your role needs a second factor.")).to_be_visible()
    set_up(page)
    page.wait_for_url(f"{url}/admin/bookings/booking/")
    page.goto(f"{url}/admin/account/")
    expect(page.locator("text=Your role needs it, so it can't be removed.")).to_be_visible()


def test_sessions_are_listed_and_ended(stack: Stack, sara: User, browser: Browser, page: Page) -> None:
    url = stack.start_web()
    phone = browser.new_context(user_agent="Mozilla/5.0 (iPhone) Version/18.0 Mobile Safari/604.1").new_page()
    for one in (page, phone):
        log_in(one, url, "sara", WORD)
    page.goto(f"{url}/admin/")
    page.click("text=Sara Clerk")
    page.click("text=Your account")
    expect(page.locator("tr", has_text="This session")).to_have_count(1)
    page.locator("tr", has_text="Safari on iPhone").get_by_role("button").click()
    expect(page.locator("text=The session is ended.")).to_be_visible()
    phone.goto(f"{url}/admin/")
    assert "/admin/login/" in phone.url
    page.reload()
    assert page.url == f"{url}/admin/account/"


def test_a_forgotten_password(stack: Stack, sara: User, inbox: Inbox, page: Page) -> None:
    stack.environment["SITE_URL"] = stack.url
    stack.start_worker()
    url = stack.start_web()
    page.goto(f"{url}/admin/login/")
    page.click("text=Forgotten your password")
    page.locator("[name=email][autofocus]").focus()
    page.keyboard.insert_text("sara@example.org")
    page.keyboard.press("Enter")
    expect(page.locator("text=If an account has this e-mail address")).to_be_visible()
    [mail] = inbox.wait_for(1, seconds=120)
    found = re.search(r"http://\S+", str(mail.get_payload()))
    assert found
    page.goto(found[0])
    page.fill("[name=new_password1]", "battery staple 9")
    page.fill("[name=new_password2]", "battery staple 9")
    page.keyboard.press("Enter")
    expect(page.locator("text=Log in with the new one.")).to_be_visible()
    type_password(page, url, "battery staple 9")
    page.wait_for_url(f"{url}/admin/")
    token = found[0].rstrip("/").rpartition("/")[2]
    assert AccountMail.objects.count() == 2
    logs = b"".join(stack.log(name) for name in ("web", "worker"))
    assert token.encode() not in logs
    assert b"sara@example.org" not in logs


def test_two_processes_count_together(stack: Stack, sara: User) -> None:
    stack.environment["WEB_CONCURRENCY"] = "2"
    url = stack.start_web()

    def guess(_number: int) -> str:
        with httpx.Client(base_url=url, timeout=60) as client:
            form = client.get("/admin/login/")
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)
            assert token
            fields = {"username": "sara", "password": "wrong", "csrfmiddlewaretoken": token[1]}
            return client.post("/admin/login/", data=fields).text

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(guess, range(16)))
    assert len([answer for answer in answers if "Too many attempts" not in answer]) == PASSWORD.name_and_network.free


def test_the_keyboard_reaches_everything_and_each_field_has_a_label(stack: Stack, sara: User, page: Page) -> None:
    url = stack.start_web()
    log_in(page, url, "sara", WORD)
    fields = "form[method=post] :is(input:not([type=hidden], [hidden], .hidden), button)"
    for path in ("account/", "account/second-factor/", "password_change/"):
        page.goto(f"{url}/admin/{path}")
        unnamed = page.evaluate(
            """(fields) => [...document.querySelectorAll(fields)]
            .filter((e) => !e.labels?.length && !e.ariaLabel && !e.textContent.trim()).map((e) => e.outerHTML)""",
            fields,
        )
        assert unnamed == []
        assert page.locator("h1").count() >= 1
