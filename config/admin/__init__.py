"""Admin pages of models that belong to no app of ours, and those that only whoever runs the house may see."""

from config.admin import api_keys, groups, jobs, login, results, schedules, users

__all__ = ["api_keys", "groups", "jobs", "login", "results", "schedules", "users"]
