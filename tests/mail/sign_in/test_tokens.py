"""Tokens of a giver on loopback, for a program and for a person, and what it refuses."""

from __future__ import annotations

import logging
import webbrowser
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from ports import free_port
from post_office import Certificates, certificates
from styrxl.mail.sign_in.m365 import M365PersonTokens
from styrxl.mail.sign_in.oauth2 import OAuth2Tokens
from styrxl.mail.sign_in.tokens import choose_scopes, open_tokens
from styrxl.mail.web import WebSession
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import GRAPH_URL, M365, OAUTH2, GraphAccount, Server, SignIn
from token_office import CLIENT_ID, MAILBOX, REFRESH, SECRET, TENANT, Browser, TokenOffice, token_office


@pytest.fixture
def office(made: Certificates) -> Iterator[TokenOffice]:
    with token_office(made) as running:
        yield running


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STYRXL_MAIL_SECRET", "STYRXL_MAIL_CERTIFICATE", "STYRXL_MAIL_REFRESH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def place(office: TokenOffice, made: Certificates, method: str = M365, **others: Any) -> Server:
    sign_in = SignIn(method, TENANT, CLIENT_ID, login_url=office.url, token_url=office.token_url)
    return Server("localhost", 1, "tls", MAILBOX, str(made.authority), replace(sign_in, **others))


def web(made: Certificates) -> WebSession:
    return WebSession(Server("localhost", 1, "tls", None, str(made.authority)), Path(), 60.0)


def get(office: TokenOffice, made: Certificates, **others: Any) -> str:
    return open_tokens(place(office, made, **others), Path("/nowhere"), web(made)).get()


def fails(action: Callable[[], object]) -> StyrxlError:
    with pytest.raises(StyrxlError) as raised:
        action()
    return raised.value


# a program


def test_a_program_gets_tokens_by_its_secret_and_keeps_them(
    office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    tokens = open_tokens(place(office, made), tmp_path, web(made))
    first = tokens.get()
    assert (office.knows(first), tokens.get() == first, len(office.given)) == (True, True, 1)
    assert tokens.get(renew=True) != first
    assert {form["scope"] for form in office.given} == {"https://outlook.office365.com/.default"}
    assert list(tmp_path.rglob("*")) == []  # in memory alone


@pytest.mark.parametrize("kind", ["pem", "locked", "pfx", "text"])
def test_a_program_gets_tokens_by_its_certificate(
    office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    path, thumbprint = make_certificate(tmp_path, kind)
    office.thumbprints.append(thumbprint)
    monkeypatch.setenv("STYRXL_MAIL_CERTIFICATE", path.read_text() if kind == "text" else str(path))
    if kind in {"locked", "pfx"}:
        monkeypatch.setenv("STYRXL_MAIL_SECRET", "nyckelns lösenord")
    assert office.knows(get(office, made))
    assert "client_secret" not in office.given[0]


def make_certificate(folder: Path, kind: str, days: int = 30) -> tuple[Path, str]:
    """Write a certificate with its key, and return its path and thumbprint."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "styrxl")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    certificate = builder.not_valid_before(now - timedelta(days=60)).not_valid_after(now + timedelta(days=days)).sign(key, hashes.SHA256())
    lock = serialization.BestAvailableEncryption("nyckelns lösenord".encode())
    locked = lock if kind == "locked" else serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    path = folder / ("app.pfx" if kind == "pfx" else "app.pem")
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"styrxl", key, certificate, None, lock)
        if kind == "pfx"
        else pem + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path, urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).decode().rstrip("=")


def test_what_is_wrong_with_a_certificate_is_told(
    office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def code(path: Path) -> str:
        monkeypatch.setenv("STYRXL_MAIL_CERTIFICATE", str(path))
        return fails(lambda: get(office, made)).code

    path, _ = make_certificate(tmp_path, "pem")
    assert code(path) == "mail-certificate-unknown"
    ended, _ = make_certificate(tmp_path, "pem", days=-1)
    assert code(ended) == "mail-app-certificate-ended"
    assert code(tmp_path / "borta.pem") == "mail-app-certificate"
    (tmp_path / "app.pem").write_text("-----BEGIN PRIVATE KEY-----\nskräp\n")
    assert code(tmp_path / "app.pem") == "mail-app-certificate"
    locked, _ = make_certificate(tmp_path, "locked")
    assert code(locked) == "mail-app-certificate"
    plain, _ = make_certificate(tmp_path, "pem")
    monkeypatch.setenv("STYRXL_MAIL_CERTIFICATE", str(plain))
    assert fails(lambda: open_tokens(place(office, made), tmp_path, web(made)).get()).code == "mail-app-certificate-here"


@pytest.mark.parametrize(
    "change, code",
    [
        ({"client_id": "another"}, "mail-app-unknown"),
        ({"tenant": "another.example.se"}, "mail-tenant-unknown"),
        ({"login_url": f"https://localhost:{free_port()}"}, "mail-login-unreachable"),
    ],
)
def test_what_is_wrong_in_the_settings_is_told(
    office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], code: str
) -> None:
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    assert fails(lambda: get(office, made, **change)).code == code


@pytest.mark.parametrize(
    "answer, code",
    [
        ("AADSTS7000222: The provided client secret keys are expired.", "mail-secret-ended"),
        ("AADSTS65001: The user or administrator has not consented.", "mail-consent-missing"),
        ("AADSTS53003: Access has been blocked by Conditional Access policies.", "mail-sign-in-policy"),
        ("AADSTS999999: Something new.", "mail-token-refused"),
    ],
)
def test_what_is_refused_is_told_with_the_answer(
    office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch, answer: str, code: str
) -> None:
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    office.refuse = lambda form: ("invalid_client", f"{answer} {form['client_secret']}")
    error = fails(lambda: get(office, made))
    assert (error.code, answer in str(error.facts["why"]), SECRET in str(error)) == (code, True, False)


def test_a_missing_or_wrong_secret_is_told(office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fails(lambda: get(office, made)).code == "mail-secret-missing"
    monkeypatch.setenv("STYRXL_MAIL_SECRET", "fel")
    assert fails(lambda: get(office, made)).code == "mail-secret-wrong"


def test_a_giver_of_tokens_that_cannot_be_trusted_gets_no_secret(
    office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    stranger = WebSession(Server("localhost", 1, "tls"), Path(), 60.0)
    assert fails(lambda: open_tokens(place(office, made), Path("/nowhere"), stranger).get()).code == "mail-certificate"
    assert office.given == []


def test_whom_the_settings_do_not_name_is_not_trusted_because_the_environment_does(
    office: TokenOffice, made: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made.authority))
    stranger = WebSession(Server("localhost", 1, "tls", ca_file=str(certificates(tmp_path).authority)), Path(), 60.0)
    assert fails(lambda: open_tokens(place(office, made), Path("/nowhere"), stranger).get()).code == "mail-certificate"
    assert office.given == []


@pytest.mark.parametrize("method", [M365, OAUTH2])
@pytest.mark.parametrize("trouble", [(500, b"{}"), (503, b"<html>busy</html>")])
def test_a_giver_of_tokens_in_trouble_is_told_as_that(
    office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch, method: str, trouble: tuple[int, bytes]
) -> None:
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    office.trouble = trouble
    assert fails(lambda: get(office, made, method=method)).code == "mail-login-unreachable"


def test_a_page_of_a_proxy_s_is_no_token(office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    office.trouble = (200, b"<html>Log in to the network</html>")
    assert fails(lambda: get(office, made)).code == "mail-login-unreachable"
    assert fails(lambda: get(office, made, method=OAUTH2)).code == "mail-token-refused"


# any other giver


def test_any_giver_gives_tokens_by_secret_or_by_a_token_for_new_ones(
    office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    sign_in = place(office, made, OAUTH2, scopes=("mail.send", "mail.read")).sign_in
    tokens = OAuth2Tokens(sign_in, web(made), lambda: now)
    first = tokens.get()
    now += 3500
    assert tokens.get() == first
    now += 50  # less than a minute before it ends
    second = tokens.get()
    assert (second != first, office.knows(second), office.given[0]["scope"]) == (True, True, "mail.send mail.read")
    monkeypatch.setenv("STYRXL_MAIL_REFRESH_TOKEN", REFRESH)
    assert office.knows(OAuth2Tokens(sign_in, web(made)).get())
    assert [form["grant_type"] for form in office.given] == ["client_credentials", "client_credentials", "refresh_token"]


def test_what_any_giver_refuses_is_told_without_secrets(office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fails(lambda: get(office, made, method=OAUTH2)).code == "mail-secret-missing"
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    office.refuse = lambda form: ("invalid_scope", f"no {form['client_secret']}")
    error = fails(lambda: get(office, made, method=OAUTH2))
    assert (error.code, error.facts["why"]) == ("mail-token-refused", "400 invalid_scope no ***")
    away = place(office, made, OAUTH2, token_url=f"https://localhost:{free_port()}/token")
    assert fails(lambda: open_tokens(away, Path(), web(made)).get()).code == "mail-login-unreachable"


# a person


def person(office: TokenOffice, made: Certificates) -> M365PersonTokens:
    return M365PersonTokens(place(office, made, by_person=True).sign_in, ("https://outlook.office.com/SMTP.Send",), web(made))


@pytest.mark.parametrize("way", ["browser", "code"])
def test_a_person_signs_in_once(office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: str) -> None:
    """In the browser (a code with PKCE), or by a code; later commands get tokens without asking, from the person's own file."""
    assert fails(person(office, made).get).code == "mail-person-not-signed-in"
    told: list[tuple[str, str]] = []
    if way == "browser":
        monkeypatch.setattr(webbrowser, "open", Browser(made).open)
        assert person(office, made).sign_in(print) == MAILBOX
        assert office.given[0]["grant_type"] == "authorization_code"
        assert len(office.given[0]["code_verifier"]) >= 43
    else:
        office.device_pending = 2
        assert person(office, made).sign_in(print, lambda where, code: told.append((where, code))) == MAILBOX
        assert told == [(f"{office.url}/device", "ABCD1234")]
    assert office.knows(person(office, made).get())
    assert office.knows(person(office, made).get(renew=True))
    assert office.given[-1]["grant_type"] == "refresh_token"
    [file] = [path for path in (tmp_path / "state" / "styrxl").iterdir() if path.suffix == ".bin"]
    assert file.stat().st_mode & 0o077 == 0


def test_who_has_to_sign_in_again_is_told(office: TokenOffice, made: Certificates) -> None:
    person(office, made).sign_in(print, lambda *_: None)
    office.refuse = lambda _: ("invalid_grant", "AADSTS700082: The refresh token has expired due to inactivity.")
    assert fails(lambda: person(office, made).get(renew=True)).code == "mail-person-not-signed-in"


def test_a_sign_in_that_was_kept_and_cannot_be_read_is_done_again(office: TokenOffice, made: Certificates, tmp_path: Path) -> None:
    person(office, made).sign_in(print, lambda *_: None)
    [file] = (tmp_path / "state" / "styrxl").glob("*.bin")
    file.write_text("{", "utf-8")
    assert fails(person(office, made).get).code == "mail-person-not-signed-in"


def test_an_app_that_is_not_for_people_is_told(office: TokenOffice, made: Certificates) -> None:
    office.refuse = lambda _: ("invalid_client", "AADSTS7000218: The request body must contain client_assertion or client_secret.")
    assert fails(lambda: person(office, made).sign_in(print, lambda *_: None)).code == "mail-app-not-public"


# what is asked for, and never told


@pytest.mark.parametrize(
    "where, scopes",
    [
        (Server("x", 1, "tls", None, None, SignIn(M365)), ("https://outlook.office365.com/.default",)),
        (
            Server("x", 1, "tls", None, None, SignIn(M365, by_person=True)),
            ("https://outlook.office.com/SMTP.Send", "https://outlook.office.com/IMAP.AccessAsUser.All"),
        ),
        (GraphAccount(GRAPH_URL, MAILBOX, SignIn(M365)), ("https://graph.microsoft.com/.default",)),
        (GraphAccount("https://graph.microsoft.us", MAILBOX, SignIn(M365)), ("https://graph.microsoft.us/.default",)),
        (Server("x", 1, "tls", None, None, SignIn(M365, scopes=("a", "b"))), ("a", "b")),
    ],
)
def test_tokens_are_for_what_they_are_used_for(where: Server | GraphAccount, scopes: tuple[str, ...]) -> None:
    assert choose_scopes(where) == scopes


def test_nothing_secret_is_logged(
    office: TokenOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    token = get(office, made)
    office.refuse = lambda _: ("invalid_client", "AADSTS7000215: Invalid client secret provided.")
    fails(lambda: get(office, made))
    assert [word for word in (token, SECRET) if word in caplog.text] == []
