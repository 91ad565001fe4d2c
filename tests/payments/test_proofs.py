"""Proofs of payment: checked by name and content, kept only with a payment, handed out as downloads."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from bookings.actors import Actor
from bookings.models import Booking
from notifications.refusals import Refused
from payments.forms.proof import ProofForm
from payments.models import Payment
from payments.proofs import type_of
from payments.services.manual.awaited import await_payment
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from tests.desk import act_url, booked, desk, press, said
from tests.factories import clerk, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PDF, PNG, JPEG = b"%PDF-1.7 slip", b"\x89PNG\r\n\x1a\n picture", b"\xff\xd8\xff\xe0 picture"
RECORD = "payments.record_payment"
WRONG = "Choose a PDF, JPEG or PNG file; this one is something else inside, or by its name."


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def slip(name: str = "slip.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def answers(**changes: Any) -> dict[str, Any]:
    return {"creation_key": "one", "method": "cash", "amount": "600.00", "proof": slip()} | changes


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_proof_is_recorded_with_its_payment_under_a_name_of_our_own(media: Path) -> None:
    booking = booked()
    proof = slip("../Almaz Tesfaye <x>.PDF")
    assert said(press(desk(RECORD), "record-payment", booking, **answers(proof=proof))) == [
        f"The payment for {booking.reference} is recorded."
    ]
    payment = Payment.objects.get()
    [file] = kept(media)
    assert str(file) == payment.proof.path
    assert file.read_bytes() == PDF
    assert file.parent == media / "proofs"
    assert file.suffix == ".pdf"
    assert "Almaz" not in str(file)


def test_the_admin_s_script_writes_the_file_s_name_into_no_field_of_the_form() -> None:
    """It looks three levels up for a text field."""
    field = str(ProofForm(user=make_user(), rows=[])["proof"])
    assert field.startswith('<div><div><div><input type="file"')
    assert field.endswith("<input type='text' hidden disabled></div></div></div>")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("a.JPG", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.png", PNG, "image/png"),
        ("a.png", JPEG, None),
        ("a.html", PDF, None),
        ("a.pdf.html", PDF, None),
        ("a.pdf", b"<html>%PDF-", None),
        ("a.svg", b"<svg onload=alert(1)>", None),
        ("a", PDF, None),
        ("a.gif", b"GIF89a", None),
    ],
)
def test_name_and_content_must_agree(name: str, content: bytes, media_type: str | None) -> None:
    assert type_of(slip(name, content)) == media_type


@pytest.mark.parametrize("proof", [slip("a.html"), slip("a.pdf", b"<html>"), slip("a.exe", b"MZ")])
def test_another_file_is_refused_beside_the_field_and_nothing_is_kept(proof: Any, media: Path) -> None:
    response = press(desk(RECORD), "record-payment", booked(), **answers(proof=proof))
    assert response.context["form"].errors == {"proof": [WRONG]}
    assert (Payment.objects.count(), kept(media)) == (0, [])


def test_a_file_that_is_too_large_or_blank_is_refused(media: Path, settings: Settings) -> None:
    settings.MAX_PROOF_BYTES = 1024 * 1024
    large = slip(content=PDF + b"x" * 1024 * 1024)
    response = press(desk(RECORD), "record-payment", booked(), **answers(proof=large))
    assert response.context["form"].errors == {
        "proof": ["The file is larger than 1 MB. Send a smaller scan or picture."]
    }
    response = press(desk(RECORD), "record-payment", booked(), **answers(proof=slip(content=b"")))
    assert list(response.context["form"].errors) == ["proof"]
    assert kept(media) == []


def test_when_something_else_is_wrong_the_file_is_asked_for_again_and_not_kept(media: Path) -> None:
    booking = booked()
    response = press(desk(RECORD), "record-payment", booking, **answers(amount="9000"))
    assert response.context["form"].errors == {
        "amount": [f"{booking.reference} owes ETB 2,000.00, not more."],
        "proof": ["Choose the file again: it was not kept, because something else was wrong."],
    }
    assert 'enctype="multipart/form-data"' in response.content.decode()
    assert kept(media) == []


def test_no_file_is_left_when_the_database_refuses(media: Path) -> None:
    press(desk(RECORD), "record-payment", booked(), **answers(external_reference="R-1", proof=""))
    again = answers(external_reference="R-1", creation_key="two")
    response = press(desk(RECORD), "record-payment", booked(), **again)
    assert set(response.context["form"].errors) == {"external_reference", "proof"}
    assert kept(media) == []


def test_the_form_sent_twice_keeps_one_file(media: Path) -> None:
    booking = booked()
    for _ in range(2):
        press(desk(RECORD), "await-payment", booking, **answers(proof=slip()))
    assert (Payment.objects.count(), len(kept(media))) == (1, 1)


def test_one_file_is_no_proof_for_several_bookings(media: Path) -> None:
    bookings = [booked(), booked()]
    page = desk(RECORD).get(act_url("record-payment", bookings[0]), {"ids": ",".join(str(b.pk) for b in bookings)})
    assert "proof" not in page.context["form"].fields
    with pytest.raises(Refused, match="One file can't be the proof for several bookings"):
        record(bookings)
    assert kept(media) == []


def record(bookings: list[Booking]) -> None:
    money = ManualPayment("cash", proof=slip())
    record_payments(booking_ids=[b.pk for b in bookings], money=money, actor=clerk(), now=timezone.now())


def without_proof() -> Payment:
    return await_payment(booking_id=booked().pk, money=ManualPayment("cash"), actor=clerk(), now=timezone.now())


def test_a_proof_is_added_once_with_a_timeline_row(media: Path) -> None:
    payment, client = without_proof(), desk(RECORD)
    assert said(press(client, "add-proof", payment, proof=slip())) == [f"{payment.tx_ref} has its proof."]
    told = said(press(client, "add-proof", payment, proof=slip("b.png", PNG)))
    assert told[-1] == f"{payment.tx_ref} has its proof already, and nothing is replaced."
    payment.refresh_from_db()
    assert [path.read_bytes() for path in kept(media)] == [PDF]
    assert payment.booking.events.filter(kind="proof_added", facts__tx_ref=payment.tx_ref).count() == 1


def test_adding_needs_the_permission_and_a_file(media: Path) -> None:
    payment = without_proof()
    assert press(desk("payments.settle_payment"), "add-proof", payment, proof=slip()).status_code == 403
    assert list(press(desk(RECORD), "add-proof", payment).context["form"].errors) == ["proof"]
    assert kept(media) == []


def test_a_proof_is_a_download_that_no_browser_runs(media: Path) -> None:
    payment = without_proof()
    press(desk(RECORD), "add-proof", payment, proof=slip("a.PNG", PNG))
    url = f"/admin/payments/payment/{payment.pk}/proof/"
    answer: Any = desk().get(url)
    assert b"".join(answer.streaming_content) == PNG
    assert {name: answer[name] for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options")} == {
        "Content-Type": "image/png",
        "Content-Disposition": f'attachment; filename="{payment.tx_ref}-proof.png"',
        "X-Content-Type-Options": "nosniff",
    }
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]


def test_a_proof_needs_the_permission_and_a_file_that_is_still_what_it_was(media: Path) -> None:
    payment = without_proof()
    press(desk(RECORD), "add-proof", payment, proof=slip())
    url = f"/admin/payments/payment/{payment.pk}/proof/"
    stranger = Client()
    stranger.force_login(make_user("bookings.view_booking"))
    assert stranger.get(url).status_code == 403
    assert Client().get(url).status_code == 302
    kept(media)[0].write_bytes(b"<html>")
    assert desk().get(url).status_code == 404
    kept(media)[0].unlink()
    assert desk().get(url).status_code == 404
    assert desk().get(f"/admin/payments/payment/{without_proof().pk}/proof/").status_code == 404


def test_a_provider_s_payment_has_its_answer_for_a_proof() -> None:
    payment = without_proof()
    Payment.objects.filter(pk=payment.pk).update(method="chapa")
    told = said(press(desk(RECORD), "add-proof", payment, proof=slip()))
    assert told == [f"{payment.tx_ref} came through a provider, whose answer is its proof."]


def test_actors_other_than_people_record_nothing(media: Path) -> None:
    money = ManualPayment("cash", proof=slip())
    with pytest.raises(Refused):
        record_payments(booking_ids=[booked().pk], money=money, actor=Actor("System"), now=timezone.now())
    assert kept(media) == []
