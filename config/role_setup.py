"""`manage.py setup` makes the roles, and keeps what people edited."""

from collections.abc import Iterator

from django.contrib.auth.models import Group, Permission

from config.roles import ROLES


def role_steps() -> Iterator[str]:
    """Every role and every permission of a role, as the names that setup remembers."""
    for role, permissions in ROLES.items():
        yield f"role:{role}"
        yield from (f"grant:{role}:{permission}" for permission in sorted(permissions))


def give_roles(*, steps: frozenset[str]) -> None:
    """Make the groups and grant the permissions that `steps` (of role_steps) name; nothing is ever taken away."""
    ids = _permission_ids()
    for role, permissions in ROLES.items():
        if f"role:{role}" in steps:
            Group.objects.get_or_create(name=role)
        granted = [ids[name] for name in permissions if f"grant:{role}:{name}" in steps]
        for group in Group.objects.filter(name=role):  # none: an operator has deleted or renamed it
            group.permissions.add(*granted)


def _permission_ids() -> dict[str, int]:
    """{"app.codename": id} of every permission in a role. A KeyError in the caller names one that doesn't exist."""
    apps = {name.partition(".")[0] for permissions in ROLES.values() for name in permissions}
    rows = Permission.objects.filter(content_type__app_label__in=apps)
    return {f"{app}.{code}": pk for app, code, pk in rows.values_list("content_type__app_label", "codename", "pk")}
