"""The desk's way in, and what every page keeps to."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from desk_visitor import ORIGIN, visit_desk
from styrxl.store.workspace import Workspace
from styrxl.web.desk.texts import list_text_files, read_texts


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make a new workspace."""
    Workspace.init(tmp_path, "Exempelby")
    return tmp_path


def test_the_link_lets_in_once(town: Path) -> None:
    with visit_desk(town, enter=False) as visitor:
        assert visitor.client.get("/").status_code == 403
        first = visitor.enter()
        assert first.status_code == 200
        assert "HttpOnly" in first.headers["set-cookie"]
        assert "SameSite=strict" in first.headers["set-cookie"]
        visitor.client.cookies.clear()
        assert visitor.enter().status_code == 403


@pytest.mark.parametrize("cookie", ["", "x", "InZpc2l0Ig.x.y"])
def test_nobody_comes_in_by_a_cookie_of_their_own(town: Path, cookie: str) -> None:
    with visit_desk(town, enter=False) as visitor:
        visitor.client.cookies.set("styrxl-8765", cookie)
        assert visitor.client.get("/").status_code == 403


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Host": "evil.example.se"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Host": "localhost:8765"}, 421),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_requests_that_are_not_the_desks_own_are_refused(town: Path, headers: dict[str, str], status: int) -> None:
    with visit_desk(town) as visitor:
        assert visitor.client.get("/", headers=headers).status_code == status


@pytest.mark.parametrize("origin", [None, "null", "http://127.0.0.1:1", "http://evil.example.se", f"{ORIGIN}.example.se"])
def test_what_is_sent_must_come_from_the_desks_own_pages(town: Path, origin: str | None) -> None:
    with visit_desk(town) as visitor:
        answer = visitor.client.post("/", headers={"Origin": origin} if origin else {})
        assert answer.status_code == 403


def test_every_answer_says_what_browsers_may_do(town: Path) -> None:
    with visit_desk(town) as visitor:
        for path in ("/", "/tasks", "/tasks/none", "/static/desk.css", "/nowhere"):
            headers = visitor.client.get(path).headers
            assert headers["content-security-policy"].startswith("default-src 'none'")
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["referrer-policy"] == "same-origin"  # browsers tell where a form comes from by it
            assert headers["x-content-type-options"] == "nosniff"


def test_the_secret_of_the_way_in_goes_nowhere(town: Path) -> None:
    with visit_desk(town, enter=False) as visitor:
        assert visitor.enter().headers["referrer-policy"] == "no-referrer"
        assert visitor.enter().headers["referrer-policy"] == "no-referrer"  # spent


def test_no_page_holds_script_or_style_of_its_own(town: Path) -> None:
    with visit_desk(town) as visitor:
        for path in ("/tasks", "/nowhere"):
            page = visitor.client.get(path).text
            assert "<style" not in page
            assert " style=" not in page
            assert page.count("<script") == page.count('<script src="/static/desk.js" defer></script>') == 1


def test_a_page_that_is_not_there_says_so(town: Path) -> None:
    with visit_desk(town) as visitor:
        assert "Sidan finns inte" in visitor.get("/nowhere", expect=404)


@pytest.mark.parametrize("page", list_text_files())
def test_texts_are_there_in_both_languages_with_the_same_facts(page: str) -> None:
    for key, texts in read_texts(page).items():
        assert set(texts) == {"sv", "en"}, key
        facts = [{name for _, name, _, _ in Formatter().parse(texts[language]) if name} for language in ("sv", "en")]
        assert facts[0] == facts[1], key


def test_no_two_pages_share_a_name() -> None:
    assert len(set(list_text_files())) == len(list_text_files())
