"""Flower's options: `celery -A config flower` runs this file (through FLOWER_CONF, set in config/celery.py).

Each name below is an option of Flower's. Flower looks for the FLOWER_* variables before .env is read, so those that
stand in .env.example are named here; the command line wins over all. Flower never runs open: without
FLOWER_BASIC_AUTH the embedded mode makes a password once and keeps it under var/, and any other refuses to start.
"""

from django.conf import settings
from django.utils.crypto import salted_hmac

from config import env

address = env.text("FLOWER_ADDRESS", "127.0.0.1")
basic_auth = [env.flower_log_in(settings.VAR_DIR, required=not settings.EMBEDDED)]
cookie_secret = salted_hmac("config.flower", "cookie secret", algorithm="sha256").hexdigest()
port = env.port("FLOWER_PORT", 5555)
url_prefix = env.text("FLOWER_URL_PREFIX")
max_tasks = env.number("FLOWER_MAX_TASKS", 5000, least=100)
purge_offline_workers = 3600  # seconds
read_only = env.flag("FLOWER_READ_ONLY", default=not settings.EMBEDDED)
xheaders = env.flag("TRUST_PROXY")
