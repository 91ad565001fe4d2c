"""Import and export pages on an admin list: upload, a page that names each bad row, then confirm."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportMixin

from bookings.admin.import_forms import ChoicesForm, ExportForm, UploadForm
from bookings.desk.exports import StreamedExportMixin
from bookings.desk.formats import FORMATS
from bookings.desk.people import clerk
from bookings.desk.uploads import UploadStorage
from bookings.services.importing.report import Report
from notifications.refusals import Refused

SHOWN = 200


class ImportInSetsMixin(StreamedExportMixin, ImportExportMixin):
    """For a ModelAdmin whose `resource_classes` export; `import_resource` is the one that imports.

    Nothing is imported while that is None: a package to the left may set it (payments knows what money is).
    """

    import_resource: type | None = None
    import_formats = export_formats = FORMATS
    import_form_class = UploadForm
    confirm_form_class = ChoicesForm
    export_form_class = ExportForm
    import_template_name = "admin/import_export/import_in_sets.html"
    tmp_storage_class = UploadStorage
    skip_admin_log = True  # one entry an import, not one a row

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.import_resource is not None and request.user.has_perm("bookings.import_booking")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.export_booking")

    def get_import_resource_classes(self, request: HttpRequest) -> list[type]:
        return [self.import_resource] if self.import_resource else []

    def get_import_formats(self) -> list[Any]:
        """They look for the header of this import's columns."""
        columns = getattr(self.import_resource, "columns", None)
        return [type(kind.__name__, (kind,), {"columns": columns}) for kind in FORMATS]

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form")
        ticks = {name: form.cleaned_data.get(name, False) for name in ("good_rows", "send_confirmations")}
        styles = {name: form.cleaned_data.get(name, "") for name in ("numbers", "dates")}
        return {**ticks, **styles, "named": form.data.get("named", ""), "now": timezone.now()}

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"columns": getattr(self.import_resource, "columns", None), "shown": SHOWN}

    def create_confirm_form(self, request: HttpRequest, import_form: Any = None) -> Any:
        form = super().create_confirm_form(request, import_form=import_form)
        if not getattr(self.import_resource, "asks_for_mails", False):
            del form.fields["send_confirmations"]
        return form

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        if not isinstance(e, Refused):
            raise e
        form.add_error("import_file", e.detail)

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The second step: read the kept file again and import it, or say why not on the same page."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.create_confirm_form(request)
        if not form.is_valid():
            return self._upload_again(request)
        storage = UploadStorage(name=form.cleaned_data["import_file_name"])
        try:
            with storage.taken() as data:
                return self._import(request, form, storage, data)
        except BlockingIOError:
            return self._still_running(request, form)
        except FileNotFoundError:
            figures = storage.result()
        if figures is None:
            return self._upload_again(request)
        file = form.cleaned_data["original_file_name"]
        messages.info(request, f"{file} was imported already: {figures}.")
        return redirect(f"admin:{'_'.join(self.get_model_info())}_changelist")

    def _import(self, request: HttpRequest, form: Any, storage: UploadStorage, data: bytes) -> HttpResponse:
        try:
            dataset = self.get_import_formats()[int(form.cleaned_data["format"])]().create_dataset(data)
        except Refused as refusal:
            messages.error(request, refusal.detail)
            return redirect(f"admin:{'_'.join(self.get_model_info())}_import")
        result = self.process_dataset(dataset, form, request)
        if result.report is None or not result.report.written:
            return self._ask_again(request, form, result)
        figures = self._remember(request, form.cleaned_data["original_file_name"], result.report)
        storage.finish(figures)
        return redirect(f"admin:{'_'.join(self.get_model_info())}_changelist")

    def _upload_again(self, request: HttpRequest) -> HttpResponse:
        messages.error(request, "The uploaded file is no longer kept. Upload it again.")
        return redirect(f"admin:{'_'.join(self.get_model_info())}_import")

    def _still_running(self, request: HttpRequest, form: Any) -> HttpResponse:
        """Pressed twice, or the proxy gave up waiting: the first press goes on, and its result is kept."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Import",
            "opts": self.opts,
            "confirm_form": form,
        }
        return TemplateResponse(request, "admin/import_export/import_running.html", context, status=202)

    def _ask_again(self, request: HttpRequest, form: Any, result: Any) -> HttpResponse:
        report = result.report
        if report and report.changed and report.written_in not in form.data.get("named", ""):
            messages.warning(request, "Nothing was imported yet: this is what the file does when it is read so.")
        elif report and report.changed:
            messages.error(
                request,
                "Nothing was imported: bookings or departures have changed since you were asked. Look at it again.",
            )
        elif report:
            messages.error(
                request, "Nothing was imported: some rows are refused. Correct the file, or import the good rows."
            )
        context = {
            **self.admin_site.each_context(request),
            **self.get_import_context_data(),
            "title": "Import",
            "opts": self.opts,
            "confirm_form": form,
            "result": result,
        }
        return TemplateResponse(request, self.import_template_name, context)

    def _remember(self, request: HttpRequest, file_name: str, report: Report) -> str:
        """Tell the clerk, and whoever looks at the admin's history later. Returns the figures, in words."""
        figures = f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged"
        if report.refused:
            figures += f", {len(report.refused)} left out"
        messages.success(request, f"Imported {file_name}: {figures}.")
        LogEntry.objects.create(
            user=clerk(request),
            content_type=ContentType.objects.get_for_model(self.opts.model),
            object_repr=f"Import of {file_name}"[:200],
            action_flag=ADDITION,
            change_message=f"Imported: {figures}.",
        )
        return figures
