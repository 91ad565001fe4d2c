"""The REST API of bookings, under /api/."""

from django.urls import path

from bookings.rest import departures, views

urlpatterns = [
    path("departures/", departures.DepartureList.as_view(), name="api-departures"),
    path("booking/", views.BookingList.as_view(), name="api-bookings"),
    path("booking/<str:reference>/", views.BookingDetail.as_view(), name="api-booking"),
    path("booking/<str:reference>/cancel/", views.BookingCancel.as_view(), name="api-booking-cancel"),
]
