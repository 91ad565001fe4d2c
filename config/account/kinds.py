"""The mails about a person's own account; their words are templates/account_mails/<kind>.txt."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True)
class Kind:
    subject: str
    life: timedelta = timedelta(days=2)  # not sent any more when it is older


MAILS: Final = {
    "password_reset": Kind("Choose a new password", timedelta(hours=1)),
    "password_changed": Kind("Your password was changed"),
    "second_factor_added": Kind("Your second factor was set up"),
    "passkey_added": Kind("A passkey was added"),
    "passkey_removed": Kind("A passkey was removed"),
    "second_factor_removed": Kind("Your second factor was removed"),
    "recovery_code_used": Kind("A recovery code was used"),
    "recovery_codes_made": Kind("You have new recovery codes"),
}
