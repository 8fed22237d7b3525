import socket

import pytest

from civicwatt.commands.serve import listen
from civicwatt.loopback import HOST
from domain.errors import ConfigurationError


def test_the_body_of_an_answer_does_not_wait_for_its_head_to_be_acknowledged() -> None:
    with listen(HOST, 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_an_address_that_is_taken_is_named() -> None:
    with listen(HOST, 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"cannot listen on {HOST}:{port}: "):
            listen(HOST, port)
