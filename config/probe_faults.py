"""A server that isn't as the environment names it, in one line."""

import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class ServerFault:
    name: str
    what: str
    lasting: bool = True  # it needs a person

    def __str__(self) -> str:
        return f"{self.name} {self.what}."


def unknown_host(name: str, hosts: list[str]) -> ServerFault | None:
    """None when one of them is found."""
    fault = None
    for host in hosts:
        try:
            socket.getaddrinfo(host, None)
        except (socket.gaierror, UnicodeError) as error:
            passing = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
            why = "can't be looked up now" if passing else "isn't found; correct it (compose's names hold only there)"
            fault = ServerFault(name, f"names the host {host}, which {why}", lasting=not passing)
        else:
            return None
    return fault


def away(name: str, server: str) -> ServerFault:
    cure = "see that it runs there, or correct host and port"
    return ServerFault(name, f"names {server}, which doesn't answer now; {cure}", lasting=False)
