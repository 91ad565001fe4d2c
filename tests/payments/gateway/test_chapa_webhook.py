import hashlib
import hmac
import json

from payments.gateway.chapa_webhook import signature_ok
from tests.provider import signed

SECRET = "whsec-test-0001"
RAW = (
    b'{"event":"charge.success","first_name":"Abebe","last_name":"Bikila","email":null,"mobile":"251900123456",'
    b'"currency":"ETB","amount":"400.00","charge":"12.00","status":"success","mode":"test",'
    b'"reference":"APtest0000001","created_at":"2026-01-10T09:00:00.000000Z","updated_at":"2026-01-10T09:00:05.000000Z",'
    b'"type":"API","tx_ref":"BK-000123-P1-7f3a9c","payment_method":"telebirr",'
    b'"customization":{"title":null,"description":null,"logo":null},"meta":null}'
)
SIGNATURE = "e5f1b165e12f29fbd0e927de4e7e0b2c2613f7c33aecaf198553a0ee50e045af"
CONSTANT = "c7054ea3b3bb38c94e232c1943f2c5f0eb71e8b924fba9e3a1d69e3c2a8d4aaa"
ETHIOPIC = '{"event":"charge.success","first_name":"አበበ","tx_ref":"a/b"}'.encode()


def digest(raw: bytes) -> str:
    return hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()


def test_the_documented_vector_verifies() -> None:
    assert len(RAW) == 450
    assert signature_ok(RAW, {"x-chapa-signature": SIGNATURE}, SECRET)
    assert signature_ok(RAW, {"X-Chapa-Signature": SIGNATURE, "Chapa-Signature": CONSTANT}, SECRET)


def test_a_custom_webhook_signs_the_body_in_the_other_header() -> None:
    assert signature_ok(RAW, {"chapa-signature": SIGNATURE}, SECRET)


def test_one_changed_byte_does_not_verify() -> None:
    for changed in (RAW.replace(b"400.00", b"400.01"), RAW + b"\n", RAW[:-1]):
        assert not signature_ok(changed, {"x-chapa-signature": SIGNATURE}, SECRET)


def test_the_constant_proves_nothing() -> None:
    assert signed(RAW, SECRET)["chapa-signature"] == CONSTANT
    assert not signature_ok(RAW, {"chapa-signature": CONSTANT}, SECRET)
    assert not signature_ok(RAW, {"chapa-signature": CONSTANT, "x-chapa-signature": CONSTANT}, SECRET)


def test_a_wrong_secret_or_none_does_not_verify() -> None:
    assert not signature_ok(RAW, {"x-chapa-signature": SIGNATURE}, "whsec-test-0002")
    assert not signature_ok(RAW, {"x-chapa-signature": hmac.new(b"", RAW, hashlib.sha256).hexdigest()}, "")


def test_no_header_and_nonsense_do_not_verify() -> None:
    for value in ("", "0", "አበበ", SIGNATURE[:-1], "sha256=" + SIGNATURE, SECRET):
        assert not signature_ok(RAW, {"x-chapa-signature": value}, SECRET)
    assert not signature_ok(RAW, {}, SECRET)


def test_the_raw_bytes_count_not_the_object_they_spell() -> None:
    respelled = json.dumps(json.loads(RAW)).encode()
    assert digest(respelled).startswith("4e3ed044")
    assert not signature_ok(RAW, {"x-chapa-signature": digest(respelled)}, SECRET)


def test_ethiopic_and_slashes_are_signed_as_they_were_sent() -> None:
    php = json.dumps(json.loads(ETHIOPIC), separators=(",", ":")).replace("/", r"\/").encode()
    assert (digest(ETHIOPIC)[:8], digest(ETHIOPIC)[-4:]) == ("d7506949", "d365")
    assert (digest(php)[:8], digest(php)[-4:]) == ("6fe9504a", "d208")
    assert signature_ok(ETHIOPIC, {"x-chapa-signature": digest(ETHIOPIC)}, SECRET)
    assert not signature_ok(ETHIOPIC, {"x-chapa-signature": digest(php)}, SECRET)
