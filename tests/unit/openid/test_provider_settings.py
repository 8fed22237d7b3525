"""What is set of the OpenID provider goes together, or the server does not start."""

from pathlib import Path

import pytest

from api.openid.provider import is_safe, provider_of
from api.settings import ApiSettings
from domain.errors import ConfigurationError


@pytest.fixture
def settings(tmp_path: Path) -> ApiSettings:
    """Settings that go together."""
    secret = tmp_path / "secret"
    secret.write_text("of a test\n")
    return ApiSettings(
        database_url="postgresql://nowhere",
        public_url="https://desk.example",
        oidc_issuer="https://provider.example/realm",
        oidc_client_id="civicwatt",
        oidc_client_secret_file=secret,
    )


def test_the_provider_is_called_by_its_host_and_told_where_to_send_people_back(
    settings: ApiSettings,
) -> None:
    provider = provider_of(settings)
    assert provider is not None
    assert provider.name == "provider.example"
    assert provider.redirect == "https://desk.example/api/v1/session/provider/answer"
    assert provider_of(settings.model_copy(update={"oidc_issuer": ""})) is None


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"oidc_issuer": "http://provider.example"}, "CIVICWATT_OIDC_ISSUER"),
        ({"public_url": ""}, "CIVICWATT_PUBLIC_URL"),
        ({"oidc_client_id": ""}, "CIVICWATT_OIDC_CLIENT_ID"),
        ({"oidc_client_secret_file": Path("/nowhere/secret")}, "CIVICWATT_OIDC_CLIENT_SECRET_FILE"),
        ({"oidc_client_secret_file": Path("/dev/null")}, "CIVICWATT_OIDC_CLIENT_SECRET_FILE"),
    ],
)
def test_settings_that_do_not_go_together_stop_the_server(
    settings: ApiSettings, other: dict[str, object], named: str
) -> None:
    with pytest.raises(ConfigurationError, match=named):
        provider_of(settings.model_copy(update=other))


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://provider.example", True), ("http://127.0.0.1:9", True), ("http://[::1]/", True),
        ("http://localhost/realm", True), ("http://provider.example", False), ("https://", False),
        ("http://127.0.0.1.example", False), ("ftp://127.0.0.1", False), ("", False),
    ],
)  # fmt: skip
def test_nothing_is_sent_in_the_open_but_on_this_machine(address: str, *, safe: bool) -> None:
    assert is_safe(address) is safe
