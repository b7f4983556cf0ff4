"""Signing in by OpenID Connect: who comes in as what, all that is no sign-in, and how it ends."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from post_office import Certificates
from sign_in_office import CONTROLLER
from signed_in import COOKIE, ORIGIN, PEOPLE, READER, SignedInSite, open_signed_in_site, write_settings
from styrxl.store.ledger import Ledger
from styrxl.web.serve.sessions import LONGEST, Sessions
from town import ROUND, Town


@pytest.fixture(scope="module")
def shared_site(shared_planned: Town, made: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedInSite]:
    """Open a site to controllers and owners with links."""
    with pytest.MonkeyPatch.context() as patch:
        town = shared_planned.copy(tmp_path_factory.mktemp("signed-in") / "town")
        with open_signed_in_site(town, made, patch) as opened:
            yield opened


@pytest.fixture
def site(shared_site: SignedInSite) -> SignedInSite:
    """Return the site as nobody has signed in to it: for those who change nothing of the town."""
    shared_site.client.cookies.clear()
    shared_site.office.forget()
    return shared_site


@pytest.fixture
def own_site(planned: Town, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignedInSite]:
    """Open a site of one's own."""
    with open_signed_in_site(planned, made, monkeypatch) as opened:
        yield opened


def test_a_controller_signs_in_and_the_ledger_says_who_did_what(own_site: SignedInSite) -> None:
    own_site.get("/", 401)
    back = own_site.sign_in()
    assert (back.status_code, back.headers["location"]) == (303, "/")
    assert "Inloggad som Controllern (controller@example.se)" in own_site.get("/")
    own_site.press(f"/rounds/{ROUND}/do/set-aside?file=inbox/{ROUND}/UBN.xlsx", reason="Fel version")
    with Ledger.open(own_site.town.workspace.database) as ledger:
        decided = [one for many in ledger.decisions(ROUND).values() for one in many]
    assert [(one.kind, one.decided_by) for one in decided] == [("set-aside", "Controllern (controller@example.se)")]


def test_a_reader_reads_and_does_nothing(site: SignedInSite) -> None:
    site.sign_in(READER)
    assert "Utbildningsnämnden" in site.get(f"/rounds/{ROUND}")
    hidden = site.find_hidden(site.get("/"))
    given = f"/rounds/{ROUND}/do/set-aside"
    assert site.post(given, {**hidden, "file": f"inbox/{ROUND}/UBN.xlsx", "reason": "x"}).status_code == 403


@pytest.mark.parametrize(
    "claims, seen, unseen",
    [
        ({"roles": ["ubn-controller"]}, "UBN-ÖST", "KFN-BIB"),
        ({"email": "Nämndsekreterare@example.se", "email_verified": True}, "KFN-BIB", "UBN-ÖST"),
        ({"email": "nämndsekreterare@example.se", "xms_edov": "1"}, "KFN-BIB", "UBN-ÖST"),
    ],
    ids=["by role", "by address", "by Entra's word on an address"],
)
def test_somebody_of_one_board_is_known_by_role_or_address(site: SignedInSite, claims: dict[str, Any], seen: str, unseen: str) -> None:
    assert site.sign_in({"sub": "u-3", "name": "Någon", **claims}).headers["location"] == "/"
    key = site.town.workspace.sign(("site", "sessions"))
    visitor = Sessions(site.place, ORIGIN, key, lambda: site.place.today).recognise(dict(site.client.cookies))
    assert visitor
    assert visitor.access.sees(seen)
    assert not visitor.access.sees(unseen)
    assert not visitor.access.sees_all


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"roles": ["others"]},
        {"roles": {"controllers": 1}},
        {"email": "nämndsekreterare@example.se"},
        {"email": "nämndsekreterare@example.se", "email_verified": False, "xms_edov": ["1"]},
    ],
    ids=["none", "another role", "no list", "an address that nobody vouches for", "one that is said not to be vouched for"],
)
def test_without_a_role_one_is_told_what_to_do_and_sees_nothing(site: SignedInSite, claims: dict[str, Any]) -> None:
    assert site.sign_in({"sub": "u-4", "name": "Någon", "preferred_username": "n@example.se", **claims}).headers["location"] == "/mine"
    told = site.client.get("/mine", headers={"Sec-Fetch-Site": "cross-site"})
    assert "Du är inloggad som Någon (n@example.se), men har ingen roll här" in told.text
    for path in ("/", f"/rounds/{ROUND}", "/settings", "/plan", f"/files/inbox/{ROUND}/UBN.xlsx"):
        assert "Utbildningsnämnden" not in site.get(path, 401)


@pytest.mark.parametrize(
    "says",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iss": "https://elsewhere.example.se"},
        {"iss": None},
        {"aud": "another-site"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
    ],
    ids=lambda says: " ".join(f"{key}={value}" for key, value in says.items()),
)
def test_a_token_that_says_anything_wrong_lets_nobody_in(site: SignedInSite, says: dict[str, Any]) -> None:
    site.office.says = says
    refused = site.sign_in()
    assert refused.status_code == 403
    assert "Inloggningen gick inte igenom" in refused.text
    assert COOKIE not in site.client.cookies
    site.get("/", 401)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_is_not_signed_by_a_published_key_lets_nobody_in(site: SignedInSite, algorithm: str) -> None:
    site.office.algorithm = algorithm
    assert site.sign_in().status_code == 403
    site.get("/", 401)


def test_a_forged_signature_lets_nobody_in(site: SignedInSite) -> None:
    site.office.forges_key = True
    assert site.sign_in().status_code == 403
    site.get("/", 401)


def test_a_provider_that_calls_itself_something_else_lets_nobody_in(own_site: SignedInSite) -> None:
    own_site.office.calls_itself = own_site.office.says["iss"] = f"{own_site.office.issuer}/other"
    assert own_site.sign_in().status_code == 403


def test_state_is_the_browsers_own(site: SignedInSite) -> None:
    address = site.office.sign_in(site.begin())
    site.client.cookies.clear()  # as somebody else's browser, which is led here by a trap
    assert site.come_back(address).status_code == 403
    site.begin()
    assert site.come_back(address).status_code == 403
    wrong = site.office.sign_in(site.begin()).replace("state=", "state=x")
    assert site.come_back(wrong).status_code == 403
    assert COOKIE not in site.client.cookies


def test_a_code_counts_once(site: SignedInSite) -> None:
    site.office.person = {**CONTROLLER, "roles": ["controllers"]}
    url = site.begin()
    signing_in = dict(site.client.cookies)
    address = site.office.sign_in(url)
    assert site.come_back(address).headers["location"] == "/"
    assert site.come_back(address).status_code == 403
    site.client.cookies.clear()
    site.client.cookies.update(signing_in)  # even with the cookie of the first time
    assert site.come_back(address).status_code == 403


def test_somebody_who_breaks_off_is_told_so(site: SignedInSite) -> None:
    site.office.refuses = "access_denied"
    assert site.sign_in().status_code == 403


def test_a_provider_that_changes_its_keys_is_followed(site: SignedInSite) -> None:
    assert site.sign_in().headers["location"] == "/"
    site.office.change_key()
    site.client.cookies.clear()
    assert site.sign_in().headers["location"] == "/"


def test_a_provider_that_is_away_is_told_and_those_who_are_in_work_on(own_site: SignedInSite) -> None:
    own_site.office.is_away = True
    told = own_site.client.get("/sign-in")
    assert told.status_code == 502
    assert "Det går inte att nå inloggningen just nu" in told.text
    own_site.office.is_away = False
    address = own_site.office.sign_in(own_site.begin())
    own_site.office.is_away = True
    assert own_site.come_back(address).status_code in {403, 502}
    own_site.office.is_away = False
    own_site.sign_in()
    own_site.office.is_away = True
    own_site.get("/")


def test_signing_in_asks_for_a_proof_and_names_no_more_than_is_needed(site: SignedInSite) -> None:
    url = urlsplit(site.begin())
    asked = {key: value[0] for key, value in parse_qs(url.query).items()}
    assert url.scheme == "https"
    assert (asked["response_type"], asked["code_challenge_method"], asked["redirect_uri"]) == ("code", "S256", f"{ORIGIN}/sign-in/back")
    assert asked["scope"] == "openid profile email"
    assert len(asked["nonce"]) >= 20


def test_the_cookie_is_the_sites_alone(site: SignedInSite) -> None:
    cookies = site.sign_in().headers.get_list("set-cookie")
    (session,) = [one for one in cookies if one.startswith(f"{COOKIE}=")]
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= {part.strip().lower() for part in session.split(";")}
    assert "domain" not in session.lower()
    assert "Controllern" not in session
    for other in set(cookies) - {session}:
        assert {"httponly", "secure", "samesite=lax", "path=/sign-in"} <= {part.strip().lower() for part in other.split(";")}


def test_each_sign_in_has_a_cookie_of_its_own_and_one_from_elsewhere_opens_nothing(site: SignedInSite) -> None:
    site.client.cookies.set(COOKIE, "laid-there-before", domain="styrning.example.se", path="/")
    site.get("/", 401)
    site.sign_in()
    first = site.client.cookies[COOKIE]
    assert first != "laid-there-before"
    site.sign_in()
    assert site.client.cookies[COOKIE] != first


@pytest.mark.parametrize("change", [lambda cookie: cookie.swapcase(), lambda _: "", lambda cookie: cookie * 2])
def test_a_cookie_that_was_changed_opens_nothing(site: SignedInSite, change: Any) -> None:
    site.sign_in()
    cookie = site.client.cookies[COOKIE]
    site.client.cookies.clear()
    site.get("/", 401)
    site.client.cookies.set(COOKIE, change(cookie))
    site.get("/", 401)


def test_a_sign_in_holds_a_working_day(site: SignedInSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.sign_in()
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _: int(now + LONGEST - 60))
    site.get("/")
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _: int(now + LONGEST + 60))
    site.get("/", 401)


def test_those_who_are_signed_in_stay_so_when_the_server_is_started_anew(site: SignedInSite) -> None:
    site.sign_in()
    with site.again() as again:
        assert "Controllern" in again.get("/")


def test_signing_out_ends_the_sign_in_here_and_there_also_after_a_restart(site: SignedInSite) -> None:
    site.sign_in()
    cookie = site.client.cookies[COOKIE]
    out = site.post("/sign-out", site.find_hidden(site.get("/")))
    assert out.status_code == 200
    assert "Du är utloggad" in out.text
    (further,) = re.findall(r'<a class="button" href="([^"]+)"', out.text)
    back = site.office.sign_in(further.replace("&amp;", "&"))
    assert back == f"{ORIGIN}/sign-in/closed?out=1"
    assert "Du är utloggad" in site.come_back(back).text
    assert COOKIE not in site.client.cookies
    site.client.cookies.set(COOKIE, cookie)
    site.get("/", 401)
    site.get("/mine", 303)
    with site.again() as again:
        again.get("/", 401)


def test_signing_out_works_where_the_provider_is_away(site: SignedInSite) -> None:
    site.sign_in()
    hidden = site.find_hidden(site.get("/"))
    with site.again() as again:
        again.office.is_away = True
        assert again.post("/sign-out", hidden).status_code == 200
        again.get("/", 401)


def test_nobody_is_signed_out_by_another_sites_form(site: SignedInSite) -> None:
    site.sign_in()
    hidden = site.find_hidden(site.get("/"))
    assert site.post("/sign-out", hidden, origin="https://evil.example.se").status_code == 403
    assert site.post("/sign-out", {}).status_code == 403
    assert site.post("/sign-out", {"form_mark": "x"}).status_code == 403
    assert site.client.get("/sign-out").status_code == 405
    site.get("/")


def test_a_role_that_the_settings_take_away_is_gone_at_once(own_site: SignedInSite) -> None:
    own_site.sign_in()
    own_site.get("/")
    write_settings(own_site.town, own_site.office, people=PEOPLE[1:])
    own_site.get("/", 401)
    write_settings(own_site.town, own_site.office, people=({"who": "controllers", "may": "read"},))
    assert own_site.post(f"/rounds/{ROUND}/do/set-aside", own_site.find_hidden(own_site.get("/"))).status_code == 403


def test_who_may_see_everybody_comes_in_to_mend_a_plan_that_cannot_be_read(own_site: SignedInSite) -> None:
    own_site.sign_in()
    (own_site.town.root / "flerarsplan.xlsx").write_bytes(b"broken")
    assert "går inte att läsa" in own_site.get("/plan")
    own_site.sign_in({"sub": "u-3", "roles": ["ubn-controller"]})
    assert "Det går inte just nu" in own_site.get("/mine", 503)


def test_a_name_that_somebody_gives_themselves_stands_with_their_account(site: SignedInSite) -> None:
    site.sign_in({"sub": "u-9", "name": "Kontrollern\u202e\n<b>", "preferred_username": "annan@example.se", "roles": ["readers"]})
    page = site.get("/")
    assert "(annan@example.se)" in page
    assert "<b>" not in page
    assert "\u202e" not in page


def test_answers_ask_for_https_alone_from_then_on(site: SignedInSite) -> None:
    assert site.client.get("/o").headers["strict-transport-security"] == "max-age=31536000"
