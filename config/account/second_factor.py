"""The second factor: codes of an app (django-otp's TOTP device) and recovery codes for a lost phone.

Who has the app may add passkeys (passkeys.py), which are quicker. They go with it.
"""

import base64
import secrets
from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from config.account import mails
from config.models import RecoveryCode
from config.roles import SUPERUSER

CODES: Final = 10
LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # none that looks like another
LENGTH: Final = 12  # 59 bits


def has_one(user: User) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def is_required(user: User) -> bool:
    """By one of the person's roles (TWO_FACTOR_ROLES)."""
    roles = settings.TWO_FACTOR_ROLES
    if not roles:
        return False
    return (SUPERUSER in roles and user.is_superuser) or user.groups.filter(name__in=roles).exists()


def passkeys_of(user: User) -> list[WebAuthnCredential]:
    return list(WebAuthnCredential.objects.filter(user=user, confirmed=True).order_by("pk"))


def new_key() -> str:
    return secrets.token_hex(20)


def typed_key(key: str) -> str:
    """As a person types it: base32 in groups of four."""
    text = base64.b32encode(bytes.fromhex(key)).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def app_address(user: User, key: str) -> str:
    """What the QR code says (otpauth://…)."""
    return str(TOTPDevice(user=user, key=key).config_url)


@transaction.atomic
def set_up(user: User, key: str, code: str, *, now: datetime) -> tuple[TOTPDevice, list[str]] | None:
    """Take this key into use if the code proves that the app has it; it replaces an older one.

    Returns the device and new recovery codes, or None for a wrong code.
    """
    User.objects.select_for_update().get(pk=user.pk)
    device = TOTPDevice(user=user, name="App", key=key, confirmed=False)
    device.save()
    if not device.verify_token(code):
        device.delete()
        return None
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
    device.confirmed = True
    mails.tell(user, "second_factor_added", now=now)
    return device, _make_codes(user, now)


@transaction.atomic
def check_code(user: User, code: str) -> TOTPDevice | None:
    """The device if it shows this code now. A code is good once, also for two requests at the same moment."""
    devices = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True)
    return next((device for device in devices if device.verify_token(code)), None)


@transaction.atomic
def use_recovery_code(user: User, code: str, *, now: datetime) -> TOTPDevice | None:
    """The device that the code stands in for."""
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    if device is None:
        return None
    used, _by_model = RecoveryCode.objects.filter(user=user, code_hash=_hash(user, code)).delete()
    if not used:
        return None
    mails.tell(user, "recovery_code_used", now=now)
    return device


@transaction.atomic
def new_recovery_codes(user: User, *, now: datetime) -> list[str]:
    """The only time that they can be read; older ones no longer work."""
    User.objects.select_for_update().get(pk=user.pk)
    mails.tell(user, "recovery_codes_made", now=now)
    return _make_codes(user, now)


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user).count()


@transaction.atomic
def remove(user: User, *, now: datetime) -> bool:
    """False when there was none."""
    count, _by_model = TOTPDevice.objects.filter(user=user).delete()
    WebAuthnCredential.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    if count:
        mails.tell(user, "second_factor_removed", now=now)
    return bool(count)


def _make_codes(user: User, now: datetime) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(CODES)]
    rows = [RecoveryCode(user=user, code_hash=_hash(user, code), created_at=now) for code in codes]
    RecoveryCode.objects.bulk_create(rows)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def _hash(user: User, code: str) -> str:
    bare = "".join(letter for letter in code.casefold() if letter.isalnum())
    return salted_hmac("config.recovery_code", f"{user.pk}:{bare}", algorithm="sha256").hexdigest()
