"""The REST API of payments, under /api/, and the customer's pages."""

from django.urls import path

from payments import pay_pages, sandbox_page, views, webhooks

api = [
    path("payment/initiate/", views.PaymentInitiate.as_view(), name="api-payment-initiate"),
    path("payment/verify/", views.PaymentVerify.as_view(), name="api-payment-verify"),
    path("payment/webhook/", webhooks.webhook, {"method": "chapa"}, name="api-payment-webhook"),
    path("payment/webhook/<slug:method>/", webhooks.webhook, name="provider-webhook"),
    path("payment/callback/", views.PaymentCallback.as_view(), name="api-payment-callback"),
    path("payment/status/<str:tx_ref>/", views.PaymentStatus.as_view(), name="api-payment-status"),
    path("payment/user/", views.PaymentsOfUser.as_view(), name="api-payment-user"),
]
urlpatterns = [
    path("pay/<str:token>/", pay_pages.pay, name="pay"),
    path("pay/return/<str:tx_ref>/", pay_pages.pay_return, name="pay-return"),
    path("sandbox/checkout/<str:token>/", sandbox_page.checkout, name="sandbox-checkout"),
]
