"""The forms of the import and export pages."""

import re
from typing import Any

from django import forms
from import_export.forms import ConfirmImportForm
from unfold.contrib.import_export.forms import ImportForm, SelectableFieldsExportForm
from unfold.widgets import UnfoldBooleanWidget

from bookings.desk.formats import FORMATS, SafeXLSX
from bookings.services.importing.styles import DATES, NUMBERS
from bookings.spreadsheets import MAX_BYTES
from bookings.xlsx_files import is_xlsx


class UploadForm(ImportForm):
    """The file says itself what format it has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["import_file"].help_text = "CSV (UTF-8) or Excel (.xlsx), up to 10 MB and 50,000 rows."
        self.fields["import_file"].widget.attrs["accept"] = ".csv,.xlsx"
        self.fields["format"].required = False
        self.fields["format"].widget = forms.HiddenInput()

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Divide it into smaller ones.")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if file := cleaned.get("import_file"):
            cleaned["format"] = str(FORMATS.index(SafeXLSX)) if is_xlsx(file.read(4)) else "0"
            file.seek(0)
        return cleaned


class ChoicesForm(ConfirmImportForm):
    good_rows = forms.BooleanField(
        label="Import the good rows",
        help_text="Leave out the rows that are refused. Without this tick nothing is imported while one is refused.",
        required=False,
        widget=UnfoldBooleanWidget,
    )
    send_confirmations = forms.BooleanField(
        label="Send confirmations",
        help_text="Mail the customers of confirmed bookings that are still to travel. Otherwise nobody is mailed.",
        required=False,
        widget=UnfoldBooleanWidget,
    )
    numbers = forms.ChoiceField(choices=NUMBERS, required=False)
    dates = forms.ChoiceField(choices=DATES, required=False)

    def clean_import_file_name(self) -> str:
        name: str = self.cleaned_data["import_file_name"]
        if not re.fullmatch(r"[0-9a-f]{32}", name):
            raise forms.ValidationError("Upload the file again.")
        return name

    def clean_format(self) -> str:
        number: str = self.cleaned_data["format"]
        if number not in map(str, range(len(FORMATS))):
            raise forms.ValidationError("Upload the file again.")
        return number


class ExportForm(SelectableFieldsExportForm):
    """Fields under the names that they have in the file; Excel unless the clerk wants CSV."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("format", str(FORMATS.index(SafeXLSX)))

    def _get_field_label(self, resource: Any, field_name: str) -> str:
        return str(resource.fields[field_name].column_name)
