"""Settings of a server."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from bakeoff.server.settings import SettingError, Settings, split_address


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("127.0.0.1:50051", "127.0.0.1", 50051),
        ("localhost:0", "localhost", 0),
        ("[::1]:65535", "::1", 65535),
        ("bakeoff.example.org:1", "bakeoff.example.org", 1),
    ],
)
def test_an_address_is_a_host_and_a_port(address: str, host: str, port: int) -> None:
    assert split_address(address) == (host, port)


@pytest.mark.parametrize(
    "address",
    ["", "50051", ":50051", "localhost", "localhost:", "localhost:x", "::1:50051", "a:65536"],
)
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(SettingError, match="HOST:PORT"):
        Settings(address=address)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.5.5.5:1", "localhost:1", "[::1]:1"])
def test_loopback_needs_no_tls_and_reflects(address: str) -> None:
    settings = Settings(address=address)
    assert (settings.on_loopback, settings.reflects) == (True, True)


@pytest.mark.parametrize("address", ["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1"])
def test_beyond_loopback_plaintext_must_be_asked_for(address: str) -> None:
    with pytest.raises(SettingError, match="can be reached from other machines"):
        Settings(address=address)
    plain = Settings(address=address, insecure=True)
    assert (plain.on_loopback, plain.reflects) == (False, False)
    secure = Settings(address=address, tls_cert=Path("c"), tls_key=Path("k"), reflection="on")
    assert secure.reflects


def test_reflection_can_be_off_on_loopback() -> None:
    assert not Settings(reflection="off").reflects


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tls_cert": Path("c")}, "belong together"),
        ({"tls_key": Path("k")}, "belong together"),
        ({"tls_client_ca": Path("a")}, "needs tls_cert"),
        ({"reflection": "maybe"}, "auto, on, off"),
        ({"log_level": "loud"}, "debug, info"),
        ({"max_candidate_bytes": 0}, "max_candidate_bytes must be above 0"),
        ({"call_deadline_s": -1.0}, "call_deadline_s must be above 0"),
        ({"call_deadline_s": float("nan")}, "call_deadline_s must be above 0"),
        ({"worker_memory_limit_bytes": -1}, "must be 0 or more"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    given: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingError, match=said):
        Settings(**given)


def test_every_setting_has_a_help_text_and_cannot_be_changed() -> None:
    settings = Settings()
    for one in fields(settings):
        assert one.metadata["help"].endswith(".")
        with pytest.raises(FrozenInstanceError):
            setattr(settings, one.name, None)


def test_data_lies_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert Settings().data_dir == Path("/somewhere/bakeoff")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/anna")
    assert Settings().data_dir == Path("/home/anna/.local/share/bakeoff")
