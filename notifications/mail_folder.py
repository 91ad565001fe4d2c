"""The mail backend of the embedded mode: one file a mail, which any mail reader opens."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.utils import timezone
from django.utils.crypto import get_random_string


class EmailBackend(BaseEmailBackend):
    """Django's own file backend names a file after the second and an address in memory, which two mails can share."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder = Path(settings.EMAIL_FILE_PATH)  # type: ignore[misc]  # set with this backend only

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for mail in email_messages:
            name = f"{timezone.now():%Y%m%d-%H%M%S}-{get_random_string(8)}"
            unfinished = self.folder / f".{name}"
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(mail.message().as_bytes())
            unfinished.rename(self.folder / f"{name}.eml")  # whoever lists the folder sees whole mails only
        return len(email_messages)
