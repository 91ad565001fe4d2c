"""A line to a server that can be cut: PostgreSQL runs for everybody, so its absence is made here."""

import contextlib
import socket
import threading


class Proxy:
    """Passes bytes on to 127.0.0.1:`target`. While it is cut, connections are lost and new ones refused."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.lines: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self._listen()

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self.lines += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for line in (source, sink):
            _end(line)

    def cut(self) -> None:
        for line in [self.listener, *self.lines]:
            _end(line)
        self.lines = []

    def restore(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self._listen()


def _end(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
