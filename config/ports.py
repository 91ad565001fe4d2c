"""Are the two ports of `make demo` free? Run by itself, too, before anything is installed: standard library only."""

import errno
import re
import socket
import sys


def refusal(port: int, flower_port: int) -> str:
    """A sentence with the cure when one of them can't be listened on."""
    if port == flower_port:
        return f"PORT and FLOWER_PORT are both {port}. Set one to another, such as FLOWER_PORT={port + 1}."
    for name, number in (("PORT", port), ("FLOWER_PORT", flower_port)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError as error:
                why = "is taken" if error.errno == errno.EADDRINUSE else f"can't be used ({error.strerror})"
                free = number + 1 if 1023 < number < 65535 else 8000 + (name == "FLOWER_PORT")
                return f"Port {number} {why}. Set {name} to a free one: make demo {name}={free}"
    return ""


def numbers(*texts: str) -> list[int]:
    """Without those where the settings will say what is wrong."""
    found = [int(text) for text in texts if re.fullmatch("[0-9]{1,5}", text)]
    return [number for number in found if 0 < number < 65536]


if __name__ == "__main__":
    given = [text or default for text, default in zip(sys.argv[1:], ("8000", "5555"), strict=True)]
    if len(ports := numbers(*given)) == 2:
        sys.exit(refusal(*ports) or 0)
