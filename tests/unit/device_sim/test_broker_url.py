import pytest

from domain.broker_url import BrokerUrl
from domain.errors import ConfigurationError


def test_a_plain_url_gets_the_usual_port() -> None:
    assert BrokerUrl.parse("mqtt://localhost") == BrokerUrl("localhost", 1883)


def test_a_full_url_is_read_with_its_escapes() -> None:
    url = BrokerUrl.parse("mqtts://meter:p%40ss%2Fw@[::1]:9999/")
    assert (url.host, url.port, url.tls) == ("::1", 9999, True)
    assert (url.username, url.password) == ("meter", "p@ss/w")


def test_the_password_is_never_shown() -> None:
    url = BrokerUrl.parse("mqtts://meter:secret@broker")
    assert "secret" not in f"{url} {url!r}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost:1883",
        "http://u:secret@h",
        "mqtt://u:secret@",
        "mqtt://u:secret@h:99999",
        "mqtt://u:secret@h:x",
        "mqtt://:secret@h",
        "mqtt://h/topic",
        "mqtt://u:secret@[h",
    ],
)
def test_anything_else_is_refused_in_one_line_without_the_password(text: str) -> None:
    with pytest.raises(ConfigurationError, match="want mqtt://") as refused:
        BrokerUrl.parse(text)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
