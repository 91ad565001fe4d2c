"""The tests reach no other machine; what one of them starts as a process gets loopback addresses only."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

ELSEWHERE = ("192.0.2.1", 443)  # RFC 5737: nobody's


def test_other_machines_are_out_of_reach() -> None:
    with pytest.raises(SocketConnectBlockedError), socket.socket() as client:
        client.connect(ELSEWHERE)


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=30).close()
