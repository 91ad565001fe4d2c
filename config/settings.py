"""Settings, all from the environment (README and .env.example name every variable)."""

from pathlib import Path
from zoneinfo import available_timezones

from django.conf.locale import LANG_INFO

from config import env, queues, servers
from config.look import UNFOLD  # noqa: F401 (read by unfold)
from config.roles import ROLES, SUPERUSER

BASE_DIR = Path(__file__).resolve().parent.parent
env.load(BASE_DIR)
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")

# --- the web -----------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
SITE_URL = env.site_url(f"http://127.0.0.1:{env.port('PORT', 8000)}")
ALLOWED_HOSTS = env.allowed_hosts(SITE_URL)
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.trusted_origins(SITE_URL)
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

INSTALLED_APPS = [
    "config",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp_webauthn",
    "django_celery_beat",
    "django_celery_results",
    "django_countries",
    "import_export",
    "rest_framework",
    "rest_framework_api_key",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "anymail",
    "notifications",
    "bookings",
    "payments",
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "config.redirects.RedirectMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.SecurityHeadersMiddleware",
    "config.middleware.NoNulMiddleware",
    "config.bodies.BodyLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "config.account.middleware.SecondFactorMiddleware",
    "config.account.middleware.StaffSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.statement_limits.LongWorkMiddleware",
    "config.database_errors.DatabaseErrorsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- data --------------------------------------------------------------------------------------
DATABASES = {"default": env.database(VAR_DIR / "tourdesk.sqlite3")}
EMBEDDED = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if EMBEDDED:
    # IMMEDIATE: a writer waits for its turn at BEGIN, not in the middle of its work.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 300)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # For `make test`: a PostgreSQL that was installed without LANG makes databases in SQL_ASCII.
    DATABASES["default"]["TEST"] = {"CHARSET": "UTF8", "TEMPLATE": "template0"}
    # A database that is gone without a word is noticed within seconds, not after the system's quarter of an hour.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 3,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,  # milliseconds
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache()}
WEB_STATEMENT_SECONDS = env.number("WEB_STATEMENT_SECONDS", 15)  # for config/wsgi.py; 0: no limit
if WEB_STATEMENT_SECONDS > 3600:
    env.stop("WEB_STATEMENT_SECONDS", "wants at most 3600 seconds, or 0 for no limit.")

# --- who may come in ---------------------------------------------------------------------------
SECRET_KEY = env.secret_key(VAR_DIR, required=not EMBEDDED)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
PASSWORD_RESET_TIMEOUT = 3600  # seconds that the link of a mail works
TWO_FACTOR_ROLES = env.roles("TWO_FACTOR_ROLES", [*ROLES, SUPERUSER])
OTP_TOTP_ISSUER = env.text("COMPANY_NAME", "Tourdesk Travel")
OTP_WEBAUTHN_RP_NAME = OTP_TOTP_ISSUER
OTP_WEBAUTHN_RP_ID = env.host_of(SITE_URL)
OTP_WEBAUTHN_ALLOWED_ORIGINS = [env.origin_of(SITE_URL)]
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
# Browsers make none for a bare address, nor over plain http, but for localhost.
PASSKEYS = (HTTPS or OTP_WEBAUTHN_RP_ID == "localhost") and not env.is_ip(OTP_WEBAUTHN_RP_ID)
OTP_TOTP_THROTTLE_FACTOR = 0  # config/account/limits.py slows down; the device's own wait has no upper end
SECURE_SSL_REDIRECT = HTTPS
# A browser that was told keeps it that long, and nothing here can take it back: it begins small, by choice.
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 3600) * HTTPS
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS") and HTTPS
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD") and HTTPS
if SECURE_HSTS_PRELOAD and not (SECURE_HSTS_INCLUDE_SUBDOMAINS and SECURE_HSTS_SECONDS >= 365 * 24 * 3600):
    env.stop("HSTS_PRELOAD", "wants HSTS_SUBDOMAINS=true and HSTS_SECONDS of a year (31536000) or more.")
SILENCED_SYSTEM_CHECKS = [
    *("security.W005", "security.W021"),  # both ask for more HSTS than a first day should have
    "otp_webauthn.E031",  # wants https: without it PASSKEYS is false
]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a new API key is told in one
if env.flag("TRUST_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a full page of ticked rows with its inlines

# --- language and time -------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("am", "አማርኛ")]
# Django has no Amharic of its own; the admin's language menu wants to know this much about it.
LANG_INFO.setdefault("am", {"bidi": False, "code": "am", "name": "Amharic", "name_local": "አማርኛ"})
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"
LOCALE_PATHS = [BASE_DIR / "locale"]  # customers' pages only: staff pages are English
TIME_ZONE = env.text("TIME_ZONE", "Africa/Addis_Ababa")
if TIME_ZONE not in available_timezones():
    env.stop("TIME_ZONE", "wants an IANA name such as Africa/Addis_Ababa.")

# --- static files ------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {  # proofs of payment: for our own processes only
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# Until collectstatic has run (production does), files are served from where they are written.
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "admin").exists()
MEDIA_ROOT = env.private_folder(VAR_DIR / "media")

# --- mail --------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.address("DEFAULT_FROM_EMAIL", "Tourdesk <desk@tourdesk.example>")
SUPPORT_EMAIL = env.bare_address("SUPPORT_EMAIL", "help@tourdesk.example")
OPS_EMAIL = env.bare_address("OPS_EMAIL", SUPPORT_EMAIL)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
COMPANY_NAME = env.text("COMPANY_NAME", "Tourdesk Travel")
PAYMENT_INSTRUCTIONS = env.text(
    "PAYMENT_INSTRUCTIONS",
    "Pay at our office in cash or by card, or by bank transfer. Please give the booking reference with your payment.",
)
globals().update(env.email(VAR_DIR))
EMAIL_TIMEOUT = 20
ANYMAIL = {"REQUESTS_TIMEOUT": 20, **env.anymail()}

# --- Celery: shared/celery.md's facts are in config/queues.py ----------------------------------
globals().update(queues.settings(env.text("CELERY_BROKER_URL"), VAR_DIR, TIME_ZONE))
OUTBOX_REPUBLISH_SECONDS = env.number("OUTBOX_REPUBLISH_SECONDS", 30, least=1)
# Who says of an unsent message how things stand now, by the part of its topic before the colon (notifications.owners).
OUTBOX_OWNERS = {"booking": "bookings.unsent.present"}
OUTBOX_LEASE_SECONDS = env.number("OUTBOX_LEASE_SECONDS", 120, least=1)
FLOWER_URL = env.url("FLOWER_URL", f"http://127.0.0.1:{env.port('FLOWER_PORT', 5555)}", "http https")
HEARTBEAT_MAX_AGE_SECONDS = env.number("HEARTBEAT_MAX_AGE_SECONDS", 45, least=1)  # three runs of the sweeper
MAIL_MAX_AGE_SECONDS = env.number("MAIL_MAX_AGE_SECONDS", 120, least=1)

# --- payments ----------------------------------------------------------------------------------
CHAPA_SECRET_KEY = env.text("CHAPA_SECRET_KEY")
# Whoever has a link can confirm a booking with it: only the embedded mode has it without being asked.
PAYMENTS_SANDBOX = env.flag("PAYMENTS_SANDBOX", default=EMBEDDED)
CHAPA_WEBHOOK_SECRET = env.text("CHAPA_WEBHOOK_SECRET")
CHAPA_BASE_URL = env.url("CHAPA_BASE_URL", "https://api.chapa.co/v1", "http https")
CHAPA_CHECKOUT_HOSTS = env.hosts("CHAPA_CHECKOUT_HOSTS", "checkout.chapa.co")
# Chapa's documents disagree on what the refund call names: its own reference, or ours.
CHAPA_REFUND_BY = env.choice("CHAPA_REFUND_BY", "reference", "reference tx_ref")
CHECKOUT_MINUTES = env.number("CHECKOUT_MINUTES", 60, least=15)  # a checkout link's life, as set at the provider
ONLINE_CURRENCIES = "payments.providers.currencies_taken"  # tells which can be paid online today
REFUND_APPROVAL_LIMITS = env.amounts("REFUND_APPROVAL_LIMITS", "ETB:10000,USD:150,EUR:150")
PRICE_ADJUSTMENT_PERCENT = env.number("PRICE_ADJUSTMENT_PERCENT", 20)  # of the seats' price, without a manager
MAX_PROOF_BYTES = 5 * 1024 * 1024

# --- REST --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["bookings.rest.keys.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["bookings.rest.keys.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["bookings.rest.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["bookings.rest.throttles.ApiKeyThrottle"],
    "DEFAULT_THROTTLE_RATES": {"api": env.rate("API_RATE", "600/min")},
    "EXCEPTION_HANDLER": "bookings.rest.base.exception_handler",
    "ALLOWED_VERSIONS": ["1"],  # else the schema takes any text of its address for one, into a header
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": 1 if env.flag("TRUST_PROXY") else 0,  # whose word on a caller's address is believed
}
# Of one integration and departure: unpaid seats, and which part of the capacity. Of all and one address: mails a day.
API_MAX_UNPAID_SEATS = env.number("API_MAX_UNPAID_SEATS", 200, least=1)
API_MAX_UNPAID_PERCENT = env.number("API_MAX_UNPAID_PERCENT", 50, least=1)
API_MAX_MAILS_A_DAY = env.number("API_MAX_MAILS_A_DAY", 20, least=1)
SPECTACULAR_SETTINGS = {
    "TITLE": "Tourdesk API",
    "DESCRIPTION": "Departures, bookings and payments for other systems. Authorization: `Api-Key <key>`.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/",
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
}

# --- logs --------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "config.logs.TextFormatter", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {
            "()": "config.logs.JSONFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "filters": {"one_line": {"()": "config.logs.OneLine"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("LOG_FORMAT", "text", "text json"),
            "filters": ["one_line"],
        },
    },
    # Libraries that would tell which letters stand in a receipt, and which addresses are called with what.
    "loggers": {name: {"level": "WARNING"} for name in ("fontTools", "httpx", "httpcore")},
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", "INFO", "DEBUG INFO WARNING ERROR")},
}
if SENTRY_DSN := env.text("SENTRY_DSN"):
    from config import error_reports

    try:
        error_reports.start(SENTRY_DSN)
    except ValueError:
        env.stop("SENTRY_DSN", "wants the https:// address that Sentry shows for the project.")

# --- gunicorn and Flower, and what can only be said when everything was asked for ----------------
GUNICORN = servers.gunicorn()
FLOWER = servers.flower(embedded=EMBEDDED)
env.check_names()
env.check_servers(SITE_URL, embedded=EMBEDDED, key=SECRET_KEY)
