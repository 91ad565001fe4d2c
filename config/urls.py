"""Every page and every call; the probes /healthz and /readyz are answered earlier, in config/health.py."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from bookings.desk.autocomplete import StrictAutocomplete
from config.search import search
from payments import urls as payments

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    # In front of the site's own two of that name.
    path("admin/search/", admin.site.admin_view(search)),
    path("admin/autocomplete/", admin.site.admin_view(StrictAutocomplete.as_view(admin_site=admin.site))),
    path("admin/", include("config.account.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("bookings.urls")),
    path("api/", include(payments.api)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("", include("payments.urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.refused"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
