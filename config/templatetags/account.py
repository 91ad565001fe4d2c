"""The QR code of a new second factor, drawn here: the key goes to no other host."""

import segno
from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def qr_code(text: str) -> SafeString:
    """An inline SVG, dark on light in both themes, as cameras want it; its letters are digits and colours only."""
    return mark_safe(segno.make(text, error="m").svg_inline(scale=4, border=4, light="#fff", dark="#000"))  # noqa: S308
