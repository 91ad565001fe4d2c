"""The revenue report: a page to look at, and the same as a spreadsheet."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode

from bookings.desk.formats import SafeCSV, SafeXLSX
from bookings.desk.people import clerk
from notifications.refusals import Refused
from payments.forms.revenue_report import RevenueReportForm, presets
from payments.resources import revenue_table
from payments.services.report_lines import RevenueReport
from payments.services.revenue_report import revenue_report

if TYPE_CHECKING:
    from bookings.desk.admin import DeskAdmin

FORMATS = {"csv": SafeCSV, "xlsx": SafeXLSX}


def page(model_admin: "DeskAdmin", request: HttpRequest) -> HttpResponse:
    """`format` (csv, xlsx) gives the file; without it, or when the days are wrong, the page."""
    if not clerk(request).has_perm("payments.view_takings"):
        raise PermissionDenied
    today = timezone.localdate()
    form = RevenueReportForm(request.GET, today=today)
    report = _report(form)
    if report and (kind := request.GET.get("format")) in FORMATS:
        return _file(report, str(kind))
    days = [
        (name, _query(first, last), report and (report.first, report.last) == (first, last))
        for name, first, last in presets(today)
    ]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Revenue report",
        "opts": model_admin.opts,
        "media": model_admin.media,
        "form": form,
        "report": report,
        "presets": days,
        "query": _query(report.first, report.last) if report else "",
    }
    return TemplateResponse(request, "admin/payments/revenue_report.html", context)


def _query(first: date, last: date) -> str:
    return urlencode({"first": first.isoformat(), "last": last.isoformat()})


def _report(form: RevenueReportForm) -> RevenueReport | None:
    if not form.is_valid():
        return None
    try:
        return revenue_report(first=form.cleaned_data["first"], last=form.cleaned_data["last"])
    except Refused as refusal:
        form.add_error("first", refusal.detail)
        return None


def _file(report: RevenueReport, kind: str) -> HttpResponse:
    written: Any = FORMATS[kind]()
    content = written.export_data(revenue_table(report))
    body = content.encode("utf-8-sig") if isinstance(content, str) else content
    name = f"revenue-{report.first}-to-{report.last}.{kind}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(body, content_type=written.get_content_type(), headers=headers)
