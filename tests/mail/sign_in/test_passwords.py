"""Passwords: where they may come from."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from styrxl.mail.sign_in.passwords import find_password
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import Server

SERVER = Server("smtp.example.se", 587, "starttls", "planering", None)
NAME = "STYRXL_SMTP_PASSWORD"


class KeyringError(Exception):
    """As the keyring's own."""


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """Put a keyring in the system's place, and return what it holds."""
    held: dict[tuple[str, str], str] = {}
    module = ModuleType("keyring")
    vars(module).update(get_password=lambda *key: held.get(key), errors=SimpleNamespace(KeyringError=KeyringError))
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.delenv(NAME, raising=False)
    return held


def test_the_environment_goes_before_the_keyring(keyring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    keyring["styrxl smtp.example.se", "planering"] = "ur nyckelringen"
    assert find_password(SERVER, NAME) == "ur nyckelringen"
    monkeypatch.setenv(NAME, "ur miljön")
    assert find_password(SERVER, NAME) == "ur miljön"


def test_without_either_it_is_said_how_to_give_it(keyring: dict[tuple[str, str], str]) -> None:
    keyring["styrxl imap.example.se", "planering"] = "en annan servers"
    with pytest.raises(StyrxlError, match="mail-password-missing") as raised:
        find_password(SERVER, NAME)
    assert (raised.value.facts["variable"], raised.value.facts["host"], raised.value.facts["user"]) == (
        NAME,
        "smtp.example.se",
        "planering",
    )


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize("state", ["missing", "locked"])
def test_a_keyring_that_is_not_there_or_locked_has_nothing(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    def locked(*_: str) -> str:
        raise KeyringError

    if state == "missing":
        monkeypatch.setitem(sys.modules, "keyring", None)
    else:
        monkeypatch.setattr(sys.modules["keyring"], "get_password", locked)
    with pytest.raises(StyrxlError, match="mail-password-missing"):
        find_password(SERVER, NAME)
