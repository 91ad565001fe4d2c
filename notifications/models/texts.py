"""The texts that staff may change."""

from django.conf import settings
from django.db import models

from notifications.kinds import kind_choices
from notifications.template_checks import check_template


class MessageTemplate(models.Model):
    """Staff's own words for one kind of mail in one language; without a row the built-in text is used."""

    kind = models.CharField("kind", max_length=40, choices=kind_choices)
    language = models.CharField("language", max_length=10, default="en", choices=settings.LANGUAGES)
    subject = models.CharField("subject", max_length=200)
    body = models.TextField("text", help_text="Plain text. {{ reference }} and the like stand for the facts.")
    is_active = models.BooleanField("in use", default=True)
    updated_at = models.DateTimeField("changed", auto_now=True)

    class Meta:
        ordering = ("kind", "language")
        verbose_name = "mail text"
        verbose_name_plural = "mail texts"
        constraints = (models.UniqueConstraint(fields=("kind", "language"), name="one_template_per_kind_and_language"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"

    def clean(self) -> None:
        check_template(kind=self.kind, subject=self.subject, body=self.body)
