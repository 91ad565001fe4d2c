"""The file that shows that a payment was made."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.desk.forms import ActionForm
from notifications.refusals import Refused
from payments.proofs import ACCEPTED, check_proof


class PlainFileInput(forms.FileInput):
    """Django's own. unfold's script writes a chosen file's name into the first text field three levels up: into one
    that is sent nowhere, not into the form's next best.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        return format_html("<div><div><div>{}<input type='text' hidden disabled></div></div></div>", field)


class ProofField(forms.FileField):
    """A browser shows the plain input well, and it takes the keyboard; the proof itself is never shown back."""

    widget = PlainFileInput

    def __init__(self, **kwargs: Any) -> None:
        most = settings.MAX_PROOF_BYTES // 1024**2
        text = f"A slip or a picture of it: PDF, JPEG or PNG, up to {most} MB. Staff can download it later."
        super().__init__(label="Proof of payment", help_text=text, **kwargs)
        self.widget.attrs |= {"accept": ACCEPTED, "class": "td-file"}

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile):
            try:
                check_proof(file)
            except Refused as refusal:
                raise forms.ValidationError(refusal.detail) from refusal
        return file or None


class ProofForm(ActionForm):
    proof = ProofField()
