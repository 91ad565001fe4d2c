"""Flower's options: `celery -A config flower` runs this file (through FLOWER_CONF, set in config/celery.py).

Each name below is an option of Flower's, and so would an imported one be (`logging`). Flower looks for the FLOWER_*
variables before .env is read, so those that stand in .env.example are named here; the command line wins over all.
Flower never runs open: without FLOWER_BASIC_AUTH the embedded mode makes a password once and keeps it under var/, and
any other refuses to start.
"""

from logging import getLogger

from django.conf import settings
from django.utils.crypto import salted_hmac

from config import env, probes

probes.before_serving(getLogger(__name__).warning)
globals().update(settings.FLOWER)
basic_auth = [env.flower_log_in(settings.VAR_DIR, required=not settings.EMBEDDED)]
cookie_secret = salted_hmac("config.flower", "cookie secret", algorithm="sha256").hexdigest()
purge_offline_workers = 3600  # seconds
