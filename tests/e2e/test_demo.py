"""`make demo`, without any server or key: a booking and its mail, then links that are paid, fail, or are left."""

import email
import email.policy
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.e2e.browsing import log_in, take_booking
from tests.e2e.conftest import ROOT, flower_tasks, responds, wait_until
from tests.e2e.rabbit import free_port

pytestmark = [pytest.mark.e2e, pytest.mark.browser]
TASK = "notifications.send_booking_confirmation_email"


@dataclass
class Demo:
    """`manage.py demo` with everything under `folder`."""

    folder: Path
    url: str
    environment: dict[str, str]

    def account(self, role: str) -> tuple[str, str]:
        found = json.loads((self.folder / "demo-logins.json").read_text())[role]
        return found["username"], found["password"]

    def mails_to(self, address: str) -> list[EmailMessage]:
        """The oldest first."""
        files = sorted((self.folder / "mail").glob("*.eml"))
        mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
        return [mail for mail in mails if mail["To"] == address]

    def mail(self, address: str, subject: str) -> EmailMessage:
        """The one mail to this address whose subject begins so."""

        def found() -> list[EmailMessage]:
            return [mail for mail in self.mails_to(address) if mail["Subject"].startswith(subject)]

        wait_until(found, f"the mail “{subject}”")
        [mail] = found()
        return mail

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
    environment |= {"VAR_DIR": str(tmp_path), "PORT": str(port), "FLOWER_PORT": str(free_port())}
    with (tmp_path / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: b"Log-ins" in (tmp_path / "demo.log").read_bytes(), "the demo", 600)
        wait_until(lambda: responds(f"http://127.0.0.1:{environment['FLOWER_PORT']}/healthcheck"), "Flower")
        yield Demo(tmp_path, f"http://127.0.0.1:{port}", environment)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def ask_for_money(desk: Page, demo: Demo, address: str) -> tuple[str, str]:
    """(address of the booking's page, link in the customer's mail); the agent takes the booking and sends the link."""
    take_booking(desk, demo.url, departure="Lalibela", name="Almaz ተስፋዬ", email=address)
    booking_page = desk.url
    desk.click("a:has-text('Payment link')")
    desk.click("button:has-text('Send by mail')")
    desk.wait_for_url(booking_page)
    expect(desk.locator("body")).to_contain_text("is on its way")
    links = set(re.findall(rf"{demo.url}/pay/\S+", text_of(demo.mail(address, "Pay "))))
    [link] = links
    return booking_page, link


def check_out(customer: Page, link: str, button: str) -> None:
    """From the link in the mail over the sandbox's page to the page that says what came of it."""
    customer.goto(link)
    customer.click("button:has-text('Continue to payment')")
    customer.wait_for_url("**/sandbox/checkout/**")
    customer.click(f"button:has-text('{button}')")
    customer.wait_for_url("**/pay/return/**")


def timeline(desk: Page, booking_page: str) -> str:
    desk.goto(booking_page)
    return desk.inner_text("body")


def test_one_command_runs_it_all_without_any_server(demo: Demo, browser: Browser) -> None:
    """One walk, because the demo takes its time to begin."""
    desk, customer = (browser.new_context(viewport={"width": 1280, "height": 900}).new_page() for _ in range(2))
    log_in(desk, demo.url, *demo.account("agent"))
    books_a_trip(demo, desk)
    pays(demo, desk, customer)
    does_not_pay(demo, desk, customer, "fails@mail.example.org", "Let it fail")
    does_not_pay(demo, desk, customer, "leaves@mail.example.org", "Walk away")
    assert "Books are clean" in demo.manage("check_books")


def books_a_trip(demo: Demo, desk: Page) -> None:
    address = "almaz.first@mail.example.org"
    take_booking(desk, demo.url, departure="Lake Tana", name="Almaz", email=address)
    wait_until(lambda: demo.mails_to(address), "the mail")
    desk.reload()
    assert desk.locator("text=Sent").count() >= 1
    port, flower_log_in = int(demo.environment["FLOWER_PORT"]), (demo.folder / "flower-log-in").read_text()
    wait_until(lambda: any(task["name"] == TASK for task in flower_tasks(port, flower_log_in).values()), "Flower")


def pays(demo: Demo, desk: Page, customer: Page) -> None:
    address = "pays@mail.example.org"
    booking_page, link = ask_for_money(desk, demo, address)
    check_out(customer, link, "Pay")
    expect(customer.locator("h1")).to_have_text("Payment received")
    expect(customer.locator("body")).to_contain_text("Your booking is confirmed.")
    mail = demo.mail(address, "Payment received")
    [receipt] = mail.iter_attachments()
    assert receipt.get_content_type() == "application/pdf"
    words = PdfReader(io.BytesIO(receipt.get_content())).pages[0].extract_text()
    number = re.search(r"R-\d{6}", text_of(mail))
    assert number
    assert number[0] in words
    said = timeline(desk, booking_page)
    for line in ("Confirmed", "Sandbox link", number[0], "Payment confirmation"):
        assert line in said, line


def does_not_pay(demo: Demo, desk: Page, customer: Page, address: str, button: str) -> None:
    booking_page, link = ask_for_money(desk, demo, address)
    check_out(customer, link, button)
    expect(customer.locator("h1")).to_have_text("The payment was not completed")
    mail = demo.mail(address, "Payment failed")
    assert link in text_of(mail)
    assert list(mail.iter_attachments()) == []
    said = timeline(desk, booking_page)
    for line in ("Pending", "The payment was not completed", "Payment failure"):
        assert line in said, line
    check_out(customer, link, "Pay")  # the link of the mail is still good
    expect(customer.locator("h1")).to_have_text("Payment received")
    demo.mail(address, "Payment received")
