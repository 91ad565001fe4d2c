"""What the outbox refuses: a code for machines and a sentence that a clerk understands."""


class MessageRefused(Exception):  # noqa: N818 - the word staff and code use for it
    """Nothing was written. `detail` is shown as it stands."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
