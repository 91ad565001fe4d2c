"""Whether an address of ours can be written into a mail: asked of the very parts that write and send it."""

from email import policy
from email.errors import HeaderParseError, InvalidHeaderDefect, NonPrintableDefect
from email.parser import HeaderParser

from anymail.exceptions import AnymailInvalidAddress
from anymail.utils import parse_single_address
from django.core.exceptions import ValidationError
from django.core.mail.message import forbid_multi_line_headers, sanitize_address
from django.core.validators import validate_email

LONGEST = 320  # characters, with the name
LIKE = "desk@example.com or Name <desk@example.com>"


def why_unusable(value: str) -> str:
    """Empty, or what the variable wants."""
    if len(value) > LONGEST:
        return f"wants a mail address of at most {LONGEST} characters, such as {LIKE}."
    if not value.isprintable():
        return f"wants a mail address on one line, such as {LIKE}."
    try:
        _write(value)
        bare = parse_single_address(value).addr_spec
        validate_email(bare)
    except (ValueError, ValidationError, HeaderParseError, AnymailInvalidAddress):
        return f'wants one mail address, such as {LIKE}. Put a name with , ; : @ ( ) [ ] or \\ in quotes: "Name, Inc.".'
    return ""


def bare(value: str) -> str:
    """The address without its name."""
    return str(parse_single_address(value).addr_spec)


def _write(value: str) -> None:
    """As the From header and as the envelope's sender; both must be read back as one and the same address."""
    envelope = HeaderParser(policy=policy.default).parsestr(f"From: {sanitize_address(value, 'utf-8')}\n\n")["From"]
    _name, written = forbid_multi_line_headers("From", value, "utf-8")
    header = HeaderParser(policy=policy.default).parsestr(f"From: {written}\n\n")["From"]
    if any(isinstance(defect, InvalidHeaderDefect | NonPrintableDefect) for defect in header.defects):
        raise ValueError
    if [a.addr_spec for a in header.addresses] != [a.addr_spec for a in envelope.addresses] or len(header.groups) != 1:
        raise ValueError
