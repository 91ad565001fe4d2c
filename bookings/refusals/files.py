"""Why a file can't be read or imported."""

from notifications.refusals import Refused


class UnreadableFile(Refused):
    """Nothing of the file can be used; `why` says what to do. Its sentences stand beside the checks of the file."""

    code = "unreadable_file"
    sentence = "{why}"
    why: str


class ImportClash(Refused):
    code = "import_clash"
    sentence = "Somebody else added the same {what} just now. Nothing was written; import the file again."
    what: str


class ImportRefused(Refused):
    code = "import_refused"
    sentence = "The database refused a row. Nothing was written; tell whoever runs Tourdesk."
