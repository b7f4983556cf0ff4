"""The desk as a program of its own: started, opened, ended and killed."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
import pytest

from desk_in_chromium import find_origin, fork_desk
from styrxl.store.workspace import Workspace
from styrxl.web.desk.door import find_open_desk
from styrxl.web.desk.server import run_desk
from styrxl.web.desk.tasks import Done, Task, TaskBook
from styrxl.web.desk.workplace import Workplace

LINK = re.compile(r"http://127\.0\.0\.1:\d+/enter/\S+")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make a new workspace in a folder with a space and letters of our own in its name."""
    root = tmp_path / "Åre å"
    Workspace.init(root, "Exempelby")
    return root


@contextmanager
def start_desk(root: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the program; yields its process and the link that it prints."""
    command = [sys.executable, "-P", "-m", "styrxl", "--workspace", str(root), "desk", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout
            link = process.stdout.readline().strip()
            assert LINK.fullmatch(link), link
            yield process, link
        finally:
            process.kill()


@contextmanager
def enter(link: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=find_origin(link)) as client:
        assert client.get(link).status_code == 200
        yield client


def test_it_starts_ends_by_ctrl_c_and_starts_again_where_open_tabs_find_it(town: Path) -> None:
    with start_desk(town) as (process, link):
        with enter(link) as client:
            assert client.get("/tasks").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        said = process.communicate()
        assert link.rpartition("/")[2] not in "".join(said)
    with fork_desk(town) as (_, again):
        assert find_origin(again) == find_origin(link)
        assert httpx.get(link).status_code == 403


def test_a_link_can_be_followed_at_once(town: Path) -> None:
    """A browser that is quicker than the server is waited for."""

    def follow(link: str) -> None:
        port = int(find_origin(link).rpartition(":")[2])
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run_desk(Workplace(town, None), None, browser=False, tell=follow)


def test_a_second_one_in_the_same_workspace_gives_a_new_link_to_the_first(town: Path) -> None:
    with fork_desk(town) as (_, link):
        with fork_desk(town) as (second, another):
            assert second.wait(60) == 0
        assert another != link
        with enter(another) as client, enter(link) as other:
            assert [one.get("/tasks").status_code for one in (client, other)] == [200, 200]


def test_one_that_makes_a_workspace_is_found_in_it_and_no_longer_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "Ny å"
    with fork_desk(tmp_path) as (process, link), enter(link) as client:
        assert find_open_desk(tmp_path) is None
        assert not (tmp_path / ".styrxl-cache").exists()
        path = f"/do/make-workspace?name=Exempelby&folder={quote(str(folder))}"
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', client.get(path).text))
        answer = client.post("/do/make-workspace", data=hidden, headers={"Origin": find_origin(link)})
        assert answer.status_code == 303
        last = time.monotonic() + 30
        while find_open_desk(folder) is None and time.monotonic() < last:
            time.sleep(0.05)
        found = find_open_desk(folder)
        assert found
        assert (found.pid, found.origin) == (process.pid, find_origin(link))


def test_a_killed_one_leaves_nothing_in_the_way(town: Path) -> None:
    with fork_desk(town) as (process, _):
        process.kill()
        process.wait(20)
        assert find_open_desk(town) is None
    with fork_desk(town) as (_, link), enter(link) as client:
        assert client.get("/tasks").status_code == 200


@pytest.mark.skipif(sys.platform == "win32", reason="a Windows folder knows its owner by other means")
def test_what_lets_people_in_is_its_owners_alone(town: Path) -> None:
    with fork_desk(town):
        assert (town / ".styrxl-cache" / "desk.json").stat().st_mode & 0o077 == 0


def test_what_was_at_work_when_it_ended_is_told_at_the_next_start(town: Path) -> None:
    ended = town / ".styrxl-cache" / "at-work"

    def work(_: Task) -> Done:
        kept = (town / ".styrxl-cache" / "desk-task.json").read_bytes()
        ended.write_bytes(kept)
        return Done()

    first = TaskBook(lambda: town)
    task = first.begin("Dela ut", "2027-plan", "/rounds/2027-plan/do/hand-out", work)
    first.wait_until_idle()
    assert task.state == "done"
    again = TaskBook(lambda: town)
    again.find_interrupted()
    assert again.list_tasks() == []
    ended.replace(town / ".styrxl-cache" / "desk-task.json")  # as a kill in the middle leaves it
    again.find_interrupted()
    assert [(one.title, one.state, one.back) for one in again.list_tasks()] == [("Dela ut", "interrupted", "/rounds/2027-plan/do/hand-out")]
