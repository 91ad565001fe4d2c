import pytest

from config.mail_address import bare, why_unusable

GOOD = [
    "desk@tourdesk.example",
    "<desk@tourdesk.example>",
    "Tourdesk <desk@tourdesk.example>",
    "Tours & Co. <desk@tourdesk.example>",
    '"Tours, Inc." <desk@tourdesk.example>',
    '"Tours [Addis]" <desk@tourdesk.example>',
    "Tours (Addis) <desk@tourdesk.example>",
    "O'Hara's <desk@tourdesk.example>",
    "Désk <desk@tourdesk.example>",
    "አልማዝ ጉዞ <desk@tourdesk.example>",
    "desk@localhost",
    "desk@münchen.example",
    "Reise <desk@münchen.example>",
]
BAD = [
    "desk",
    "desk@",
    "@tourdesk.example",
    "Tours, Inc. <desk@tourdesk.example>",
    "አልማዝ, ጉዞ <desk@tourdesk.example>",
    "Tours [Addis] <desk@tourdesk.example>",
    "Tours; Addis <desk@tourdesk.example>",
    "Tours: Addis <desk@tourdesk.example>",
    "Tours: desk@tourdesk.example;",
    "Tour @ desk <desk@tourdesk.example>",
    'Tour"desk <desk@tourdesk.example>',
    "Tour\\desk <desk@tourdesk.example>",
    "desk@tourdesk.example <desk@tourdesk.example>",
    "desk@tourdesk.example, help@tourdesk.example",
    "desk@tourdesk.example; help@tourdesk.example",
    "desk@tourdesk.example junk",
    "desk@tourdesk.example>",
    "<desk@tourdesk.example",
    "Tour <desk@tourdesk.example> junk",
    "Tour <desk@tourdesk.example",
    "mailto:desk@tourdesk.example",
    "a b@tourdesk.example",
    "désk@tourdesk.example",
    "desk..a@tourdesk.example",
    ".desk@tourdesk.example",
    "desk@tourdesk..example",
    f"desk@{'x' * 64}.example",
    f"{'x' * 320} <desk@tourdesk.example>",
    "Tour\nBcc: x@y.example <desk@tourdesk.example>",
    "Tour\rdesk <desk@tourdesk.example>",
    "Tour\x01 <desk@tourdesk.example>",
    "Tour\u2028 <desk@tourdesk.example>",
]


def test_what_every_part_that_sends_can_write_is_good() -> None:
    assert [(value, wants) for value in GOOD if (wants := why_unusable(value))] == []


@pytest.mark.parametrize("value", BAD)
def test_what_one_of_them_could_not_write_stops_the_start_in_one_line(value: str) -> None:
    wants = why_unusable(value)
    assert wants.startswith("wants ")
    assert "desk@example.com" in wants
    assert "\n" not in wants


def test_an_address_for_texts_and_links_stands_alone() -> None:
    assert bare('"Help, please" <help@tourdesk.example>') == "help@tourdesk.example"
