"""Files of exports: CSV and XLSX whose cells run no formula."""

from typing import Any

from import_export.formats.base_formats import CSV, XLSX
from tablib import Dataset

from bookings.spreadsheets import read_table
from bookings.tables import Columns


class Spreadsheet:
    """Reading within bounds, for the library's formats; bookings/desk/exports.py writes."""

    columns: Columns | None = None

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Dataset:
        table = read_table(in_stream, self.columns)
        dataset = Dataset(*table.rows, headers=table.headers)
        dataset.table = table  # the library hands it on to import_data
        return dataset

    def get_read_mode(self) -> str:
        return "rb"


class SafeCSV(Spreadsheet, CSV): ...


class SafeXLSX(Spreadsheet, XLSX): ...


FORMATS = [SafeCSV, SafeXLSX]
