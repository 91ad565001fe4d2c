"""What `manage.py setup` remembers, and what is kept of log-ins."""

from config.models.log_ins import Attempts, RecoveryCode, StaffSession
from config.models.mails import LEASE, AccountMail, AccountMailQuerySet
from config.models.setup import SetupStep

__all__ = ["LEASE", "AccountMail", "AccountMailQuerySet", "Attempts", "RecoveryCode", "SetupStep", "StaffSession"]
