"""Each line of .env is understood, or the start ends with its number; its text, maybe a password, is never said."""

from pathlib import Path

import pytest

from config.env import dotenv

NEEDLE = "n33dle"


def write(tmp_path: Path, raw: bytes | str) -> Path:
    file = tmp_path / ".env"
    file.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return file


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=value", "value"),
        ("NAME = value", "value"),
        ("\tNAME\t=\tvalue\t", "value"),
        ("export NAME=value", "value"),
        ("NAME=value # a remark", "value"),
        ("NAME=# a remark", ""),
        ("NAME= # a remark", ""),
        ("NAME=pass#word", "pass#word"),
        ("NAME=", ""),
        ("NAME=''", ""),
        ("NAME='a # b' # a remark", "a # b"),
        ("NAME='$HOME \\n'", "$HOME \\n"),
        ('NAME="two words"', "two words"),
        (r'NAME="a \"quoted\" \\ word"', r'a "quoted" \ word'),
        ("NAME=$HOME${X}", "$HOME${X}"),
        ("NAME=a=b==", "a=b=="),
        ("NAME=Sara's Tours", "Sara's Tours"),
        ("NAME=Tourdesk <desk@example.com>", "Tourdesk <desk@example.com>"),
        ("NAME=ጉዞ", "ጉዞ"),
    ],
)
@pytest.mark.parametrize("frame", ["{}", "\ufeff{}\n", "# first\r\n\r\n{}\r\n", "{}\r# last\r"])
def test_a_line_is_read_as_it_was_meant_whatever_the_editor_did(
    tmp_path: Path, line: str, value: str, frame: str
) -> None:
    found = dotenv.read(write(tmp_path, frame.format(line)))

    assert {name: line.value for name, line in found.items()} == {"NAME": value}


@pytest.mark.parametrize(
    "line",
    [
        f"NAME {NEEDLE}",
        NEEDLE,
        f"NAME: {NEEDLE}",
        f"-NAME={NEEDLE}",
        f"set NAME={NEEDLE}",
        f"NA ME={NEEDLE}",
        f"NAME-X={NEEDLE}",
        f"={NEEDLE}",
        f"NAME='{NEEDLE}",
        f'NAME="{NEEDLE}',
        f"NAME={NEEDLE}'",
        f"NAME='{NEEDLE}'{NEEDLE}",
        f'NAME="{NEEDLE}\\"',
        f"NAME=“{NEEDLE}”",
        f"NAME={NEEDLE}\0",
        f"NAME={NEEDLE}\x1b[1m",
        f"\u200bNAME={NEEDLE}",
        f"NAME\u00a0=\u00a0{NEEDLE}",
    ],
)
def test_a_line_that_can_t_be_read_is_told_by_its_number_alone(tmp_path: Path, line: str) -> None:
    with pytest.raises(dotenv.UnreadableError, match=r"in line 3[ ;]") as refused:
        dotenv.read(write(tmp_path, f"# one\nFIRST=1\n{line}\nLAST=1\n"))

    assert NEEDLE not in str(refused.value)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (f"NAME={NEEDLE}\n".encode("utf-16"), "UTF-16"),
        (f"NAME={NEEDLE}\n".encode("utf-16-le"), "line 1"),
        (f"FIRST=1\nNAME={NEEDLE}\u00e9\n".encode("latin-1"), "line 2"),
        (f"NAME={NEEDLE}\n\nNAME=other\n".encode(), "line 1 and again in line 3"),
        (b"#" * 300_000 + NEEDLE.encode(), "256 KB"),
    ],
)
def test_a_file_that_is_no_such_text_is_told_without_it(tmp_path: Path, raw: bytes, said: str) -> None:
    with pytest.raises(dotenv.UnreadableError, match=said) as refused:
        dotenv.read(write(tmp_path, raw))

    assert NEEDLE not in str(refused.value)
