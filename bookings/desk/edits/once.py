"""A form for a new row that is sent twice (a double click, a reload) makes one row."""

import re
from collections.abc import Callable
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from notifications.models import SentForm

NAME: Final = "_once"  # of the hidden field
KEY: Final = re.compile(r"[\w-]{20,40}", re.ASCII)
KEPT: Final = timedelta(days=2)


def new_key() -> str:
    return token_urlsafe(16)


def answer(admin: Any, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """The view's answer, in its transaction; for a form that was saved before, the answer that this had."""
    key = request.POST.get(NAME, "")
    if not KEY.fullmatch(key) or not admin.has_add_permission(request):
        return view()
    kind = ContentType.objects.get_for_model(admin.model)
    now = timezone.now()
    # Whoever comes second waits here until the first one's transaction ends.
    sent, new = SentForm.objects.get_or_create(
        key=key, user_id=request.user.pk or 0, content_type=kind, defaults={"created_at": now}
    )
    if not new:
        row = admin.model._default_manager.filter(pk=sent.object_id).first()  # noqa: SLF001
        return view() if row is None else admin.response_add(request, row)
    response = view()
    saved = getattr(request, "added", None)
    if saved is None:
        sent.delete()
    else:
        SentForm.objects.filter(pk=sent.pk).update(object_id=str(saved.pk))
        SentForm.objects.filter(created_at__lt=now - KEPT).delete()
    return response
