"""Proofs of payment: files that customers send, checked by what they are, never opened, never shown as a page.

They lie under MEDIA_ROOT, which no address leads to; the admin hands them out as downloads.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from payments.models import proof_path
from payments.refusals.proofs import NotAProof, ProofTooLarge

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
SUFFIXES = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG}
BEGINNINGS = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
ACCEPTED = ",".join(SUFFIXES)
LONGEST = max(map(len, BEGINNINGS.values()))
Keep = Callable[["File[bytes] | None"], str]


def check_proof(file: "File[bytes]") -> None:
    """Raises a WrongProof unless name and first bytes agree on PDF, JPEG or PNG, and it is of a size that we keep.

    Nothing is unpacked: a picture that would fill the memory does no harm here.
    """
    most = settings.MAX_PROOF_BYTES
    if file.size > most:
        raise ProofTooLarge(most // 1024**2)
    if type_of(file) is None:
        raise NotAProof


def type_of(file: "File[bytes]") -> str | None:
    """The media type on which the file's name and its first bytes agree; None where they don't."""
    suffix = PurePath(file.name or "").suffix.lower()
    file.seek(0)
    beginning = file.read(LONGEST)
    file.seek(0)
    media_type = SUFFIXES.get(suffix)
    return media_type if media_type and beginning.startswith(BEGINNINGS[media_type]) else None


@contextmanager
def keeping() -> Iterator["Keep"]:
    """A function that stores a checked file and gives its name; what it stored goes again when the block fails.

    Put it around the transaction: a file can't be rolled back.
    """
    names = []

    def keep(file: "File[bytes] | None") -> str:
        if file is None:
            return ""
        names.append(default_storage.save(proof_path(None, file.name or ""), file))
        return names[-1]

    try:
        yield keep
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise
