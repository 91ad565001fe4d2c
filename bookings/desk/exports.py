"""Exports that stream: rows go from the database into the file in batches, so that memory stays flat."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from import_export.admin import ExportMixin
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from bookings.desk.strict import UnfitQueryError, fitting
from bookings.formulas import escape_cell, text_cell

BATCH = 500
# An Excel file is sent when it is whole; this many rows are ready well within the proxy's time-out for this path.
MAX_XLSX_ROWS = 200_000


class StreamedExportMixin(ExportMixin):
    """CSV is sent while it is read; a workbook is written to a temporary file first. For a StrictAdmin."""

    def export_action(self, request: HttpRequest) -> HttpResponse:
        try:
            response: HttpResponse = super().export_action(request)
        except UnfitQueryError as unfit:
            return self.lead_back(request, unfit)  # type: ignore[no-any-return]
        return response

    def get_export_queryset(self, request: HttpRequest) -> Any:
        """The library makes a list of its own; a value that the database can't take is told before the file begins."""
        with fitting(request):
            rows = super().get_export_queryset(request)
            rows.exists()
        return rows

    def _do_file_export(
        self, file_format: Any, request: HttpRequest, queryset: Any, export_form: Any = None
    ) -> StreamingHttpResponse:
        if not self.has_export_permission(request):
            raise PermissionDenied
        resource = self.choose_export_resource_class(export_form, request)(**self.get_export_resource_kwargs(request))
        rows = exported_rows(resource, self.get_export_resource_fields_from_form(export_form), queryset)
        name = self.get_export_filename(request, queryset, file_format)
        if file_format.is_binary():
            check_length(queryset)
            return FileResponse(xlsx_file(rows), as_attachment=True, filename=name)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(csv_chunks(rows), content_type="text/csv; charset=utf-8", headers=headers)


def exported_rows(resource: Any, selected: Any, queryset: Any) -> Iterator[list[Any]]:
    """The header, then a row an object."""
    fields = resource.get_export_fields(selected)
    yield [str(field.column_name) for field in fields]
    for instance in resource.iter_queryset(resource.filter_export(queryset)):
        yield [resource.export_field(field, instance) for field in fields]


def csv_chunks(rows: Iterator[list[Any]]) -> Iterator[bytes]:
    yield "\ufeff".encode()  # without this mark Excel takes Amharic for Latin
    while batch := list(islice(rows, BATCH)):
        text = io.StringIO(newline="")
        csv.writer(text).writerows(map(escape_cell, row) for row in batch)
        yield text.getvalue().encode()


def check_length(queryset: Any) -> None:
    """Raises ValueError, which the library shows on the form."""
    if queryset.order_by().values("pk")[: MAX_XLSX_ROWS + 1].count() > MAX_XLSX_ROWS:
        raise ValueError(
            f"An Excel file takes up to {MAX_XLSX_ROWS:,} rows. Narrow the list with a filter, or choose CSV."
        )


def xlsx_file(rows: Iterator[list[Any]]) -> IO[bytes]:
    """A workbook of one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([bold(sheet, text) for text in next(rows)])
    for row in rows:
        sheet.append([written(sheet, value) for value in row])
    file = TemporaryFile()  # noqa: SIM115 (the response closes it)
    book.save(file)
    file.seek(0)
    return file


def bold(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def written(sheet: Any, value: Any) -> Any:
    """Sums with their format; text as text, also where it looks like a formula."""
    if isinstance(value, Decimal):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "#,##0.00"
        return cell
    if not isinstance(value, str):
        return value
    text = text_cell(value)
    if not text.startswith("="):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
