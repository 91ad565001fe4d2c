"""From which day to which: the question of the revenue report."""

from datetime import date, timedelta
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget


def presets(today: date) -> list[tuple[str, date, date]]:
    """Names and days that are asked for most; weeks begin on Monday."""
    yesterday, monday = today - timedelta(days=1), today - timedelta(days=today.weekday())
    before = today.replace(day=1) - timedelta(days=1)
    return [
        ("Today", today, today),
        ("Yesterday", yesterday, yesterday),
        ("This week", monday, today),
        ("This month", today.replace(day=1), today),
        ("Last month", before.replace(day=1), before),
    ]


class RevenueReportForm(forms.Form):
    """Left out or unreadable days are those of this month."""

    first = forms.DateField(label="From", widget=UnfoldAdminTextInputWidget({"type": "date"}))
    last = forms.DateField(label="To, this day included", widget=UnfoldAdminTextInputWidget({"type": "date"}))

    def __init__(self, data: Any, *, today: date) -> None:
        month = {"first": today.replace(day=1).isoformat(), "last": today.isoformat()}
        super().__init__({name: data.get(name) or month[name] for name in month})
