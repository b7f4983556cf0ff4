"""A new workspace by the desk, and another one opened."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from desk_visitor import visit_desk
from styrxl.store.workspace import Workspace
from styrxl.web.desk.access import Access
from styrxl.web.desk.actions import make_action_route
from styrxl.web.desk.door import Door, OpenDesk, make_key
from styrxl.web.desk.setup import new_page, plan_page
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.visit import Rooms
from styrxl.web.desk.workplace import Workplace


def test_a_folder_without_a_workspace_leads_to_a_new_one_which_the_desk_then_works_in(tmp_path: Path) -> None:
    folder = tmp_path / "Åköping styrning"
    with visit_desk(tmp_path) as visitor:
        assert 'href="/new"' in visitor.get("/")
        page = visitor.get("/rounds/2027-plan")
        assert "Ny arbetsmapp" in page
        assert str(tmp_path) in page
        path = f"/do/make-workspace?name={quote('Åköping & Co')}&folder={quote(str(folder))}&language=sv&role=R&address=r@example.se"
        shown = visitor.get(path)
        assert f"Mappen {folder} finns inte än" in shown
        assert not folder.exists()
        done = visitor.press(path)
        assert "skrivbordet arbetar i den" in done
        assert list(tmp_path.iterdir()) == [folder]
        settings = Workspace.open(folder).settings
        assert (settings.municipality, settings.contact) == ("Åköping & Co", "R, r@example.se")
        assert "Planen är inte ifylld än" in visitor.get("/rounds/2027-plan")
        assert "Åköping &amp; Co" in visitor.get("/tasks")


@pytest.mark.parametrize(
    "folder, why", [("town", "finns redan en arbetsmapp"), ("filled", "finns redan andra filer"), ("", "är ingen sökväg")]
)
def test_nothing_is_made_over_what_is_there(tmp_path: Path, folder: str, why: str) -> None:
    Workspace.init(tmp_path / "town", "Exempelby")
    (tmp_path / "filled").mkdir()
    (tmp_path / "filled" / "a.txt").write_text("")
    before = sorted(tmp_path.rglob("*"))
    with visit_desk(tmp_path) as visitor:
        path = f"/do/make-workspace?name=X&folder={folder}"
        assert why in visitor.get(path)
        fields = visitor.find_hidden("/do/make-workspace?name=X&folder=free") | {"folder": folder}
        assert visitor.post("/do/make-workspace", fields).status_code == 409
    assert sorted(tmp_path.rglob("*")) == before


def test_another_workspace_is_opened(tmp_path: Path) -> None:
    for name in ("Ena", "Andra"):
        Workspace.init(tmp_path / name, f"{name} kommun")
    moves: list[tuple[Path, Path]] = []
    with visit_desk(tmp_path / "Ena") as visitor:
        visitor.place.when_moved = lambda before, after: moves.append((before, after))
        path = f"/do/open-workspace?there={quote(str(tmp_path / 'Andra'))}"
        assert "Den är för Andra kommun" in visitor.get(path)
        visitor.press(path)
        assert "Andra kommun" in visitor.get("/plan")
    assert moves == [(tmp_path / "Ena", tmp_path / "Andra")]


def test_who_comes_to_a_server_is_shown_none_of_its_folders(tmp_path: Path) -> None:
    Workspace.init(tmp_path, "Exempelby")
    place = Workplace(tmp_path)
    rooms = Rooms(place, Door(OpenDesk(8765, 1, make_key())), TaskBook(lambda: tmp_path))
    routes = [*new_page.list_routes(rooms), *plan_page.list_routes(rooms)]
    app = Starlette(routes=[*routes, *(make_action_route(action, rooms) for action in new_page.ACTIONS)])

    async def seen_by_a_controller(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["access"] = Access("Controller")
        await app(scope, receive, send)

    with TestClient(seen_by_a_controller) as client:
        paths = ("/new", "/do/make-workspace?name=X&folder=x", f"/do/open-workspace?there={tmp_path}")
        assert [client.get(path).status_code for path in paths] == [403, 403, 403]
        assert client.post("/plan/open").status_code == 403
        assert client.get("/plan").status_code == 200


def test_what_was_shown_of_one_workspace_is_not_done_in_another(tmp_path: Path) -> None:
    for name in ("Ena", "Andra"):
        Workspace.init(tmp_path / name, "Kommunen")
    with visit_desk(tmp_path / "Ena") as visitor:
        path = f"/do/make-workspace?name=X&folder={quote(str(tmp_path / 'ny'))}"
        fields = visitor.find_hidden(path)
        visitor.place.move_to(tmp_path / "Andra")
        assert visitor.post("/do/make-workspace", fields).status_code == 409
    assert not (tmp_path / "ny").exists()
