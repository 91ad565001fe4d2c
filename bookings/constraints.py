"""Which of our constraints the database found broken. What else its text says is the database's own wording."""

from django.db import IntegrityError
from django.db.models import Model, UniqueConstraint

UNIQUE_VIOLATION = "23505"


def violates(error: IntegrityError, model: type[Model], name: str) -> bool:
    """Whether it is the model's constraint of this name.

    PostgreSQL names the constraint. SQLite names the columns of a unique one, so there two on the same columns are
    the same. The statement must have stood in a transaction of its own (a savepoint), which is undone.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == name)
    [constraint] = [constraint for constraint in model._meta.constraints if constraint.name == name]  # noqa: SLF001
    broken = str(error).partition(": ")[2].split(", ")
    return broken in ([name], [f"index '{name}'"], _columns(model, constraint))


def doubled_in(error: IntegrityError) -> str:
    """The table in which something that may be there once would be there twice; nothing for another rule."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.table_name) if diagnosis.sqlstate == UNIQUE_VIOLATION else ""
    rule, _, columns = str(error).partition(": ")
    return columns.partition(".")[0] if rule == "UNIQUE constraint failed" else ""


def _columns(model: type[Model], constraint: object) -> list[str]:
    meta = model._meta  # noqa: SLF001 (Django's documented API)
    fields = constraint.fields if isinstance(constraint, UniqueConstraint) else ()
    columns = {field.name: field.column for field in meta.concrete_fields}
    return [f"{meta.db_table}.{columns[field]}" for field in fields]
