"""The workspace."""

from __future__ import annotations

import hashlib
import hmac
import os
import sys
import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import standard_rounds
from styrxl.store.workspace import InboxFiles, Workspace

PLAN = standard_rounds().parse("2027-plan")
KEY = "0123456789abcdef" * 4


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.init(tmp_path / "botkyrka", "Botkyrka kommun", key=KEY)


def test_init_makes_a_workspace(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "a" / "Åre", "Åre kommun", language="en", role="Chief of staff")
    assert sorted(path.name for path in workspace.root.iterdir()) == [
        "boards", "council", "inbox", "outbox", "returned", "styrxl.key", "styrxl.toml",
    ]  # fmt: skip
    assert (workspace.settings.municipality, workspace.settings.language) == ("Åre kommun", "en")
    assert workspace.settings.contact == "Chief of staff"
    assert len(bytes.fromhex(workspace.key_path.read_text())) == 32


def test_each_workspace_has_a_key_of_its_own(tmp_path: Path) -> None:
    one, other = (Workspace.init(tmp_path / name, "Åre kommun") for name in ("a", "b"))
    assert one.sign(["UBN"]) != other.sign(["UBN"])


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no modes")
def test_the_key_is_not_for_everybody(workspace: Workspace) -> None:
    assert workspace.key_path.stat().st_mode & 0o007 == 0


def test_init_leaves_a_workspace_as_it_is(workspace: Workspace) -> None:
    workspace.settings_path.write_text('[municipality]\nname = "mine"\n')
    with pytest.raises(StyrxlError) as caught:
        Workspace.init(workspace.root, "Salem")
    assert (caught.value.code, caught.value.facts) == ("workspace-exists", {"path": str(workspace.root)})
    assert workspace.settings_path.read_text() == '[municipality]\nname = "mine"\n'
    assert workspace.key_path.read_text() == f"{KEY}\n"


def test_init_goes_on_where_it_was_cut_short(workspace: Workspace) -> None:
    workspace.settings_path.unlink()
    assert Workspace.init(workspace.root, "Salem").sign(["UBN"]) == workspace.sign(["UBN"])


def test_init_in_the_place_of_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "botkyrka").touch()
    with pytest.raises(StyrxlError) as caught:
        Workspace.init(tmp_path / "botkyrka", "Botkyrka kommun")
    assert caught.value.code == "not-writable"


@pytest.mark.parametrize("folder", [".", "not-there"])
def test_a_folder_without_settings_is_no_workspace(tmp_path: Path, folder: str) -> None:
    with pytest.raises(StyrxlError) as caught:
        Workspace.open(tmp_path / folder)
    assert (caught.value.code, caught.value.facts) == ("no-workspace", {"path": str(tmp_path / folder)})


def test_open_reads_the_settings(workspace: Workspace) -> None:
    assert Workspace.open(workspace.root).settings.municipality == "Botkyrka kommun"
    workspace.settings_path.write_text("[municipality\n")
    with pytest.raises(StyrxlError) as caught:
        Workspace.open(workspace.root)
    assert caught.value.code == "own-files-broken"


def test_each_round_has_its_places(workspace: Workspace) -> None:
    places = [workspace.outbox(PLAN), workspace.inbox(PLAN), workspace.returned(PLAN), workspace.boards(PLAN), workspace.council(PLAN)]
    assert [workspace.shown(place) for place in places] == [
        "outbox/2027-plan", "inbox/2027-plan", "returned/2027-plan", "boards/2027-plan", "council/2027-plan.xlsx",
    ]  # fmt: skip
    assert workspace.shown(workspace.plan_path) == "flerarsplan.xlsx"


@pytest.mark.parametrize(
    "url,place",
    [
        (None, "{root}/styrxl.db"),
        ("sqlite:///ledger/a.db", "{root}/ledger/a.db"),
        ("postgresql://styrxl@server/styrxl", "postgresql://styrxl@server/styrxl"),
    ],
)
def test_the_ledger_lies_in_the_workspace_unless_told_otherwise(workspace: Workspace, url: str | None, place: str) -> None:
    with workspace.settings_path.open("a", encoding="utf-8") as file:
        file.write(f'[database]\nurl = "{url}"\n' if url else "")
    assert str(Workspace.open(workspace.root).database) == place.format(root=workspace.root)


def test_the_workspace_s_forms_lie_over_the_standard_ones(workspace: Workspace) -> None:
    other = Workspace.init(workspace.root.with_name("annan"), "Annan kommun")
    before = (other.forms.profiles("annual_plan"), workspace.forms.profiles("annual_plan"))
    own = workspace.root / "sheets" / "annual_plan.egen.yaml"
    own.parent.mkdir()
    own.write_text("{}")
    again = Workspace.open(workspace.root).forms
    assert (before, again.profiles("annual_plan"), "annual_plan" in again.names()) == (([], []), ["egen"], True)
    assert again.edition("annual_plan", "egen").profile == "egen"
    assert workspace.forms.edition("annual_plan", "egen").profile is None  # as it was opened
    assert Workspace.open(other.root).forms.profiles("annual_plan") == []


def test_a_logo_lies_in_the_workspace(workspace: Workspace) -> None:
    assert workspace.logo is None
    text = workspace.settings_path.read_text("utf-8").replace('# logo = "logotyp.png"', 'logo = "logotyp.png"')
    workspace.settings_path.write_text(text, "utf-8")
    workspace = Workspace.open(workspace.root)
    with pytest.raises(StyrxlError) as caught:
        _ = workspace.logo
    assert (caught.value.code, caught.value.facts) == ("logo-missing", {"path": str(workspace.root / "logotyp.png")})
    (workspace.root / "logotyp.png").touch()
    assert workspace.logo == workspace.root / "logotyp.png"


def test_the_inbox_holds_returns_and_tells_what_it_passed_over(workspace: Workspace) -> None:
    inbox = workspace.inbox(PLAN)
    (inbox / "a folder").mkdir(parents=True)
    for name in (
        "UBN.xlsx",
        "~$UBN.xlsx",
        ".~lock.UBN.xlsx#",
        ".DS_Store",
        "Desktop.ini",
        "Thumbs.db",
        "empty.xlsx",
        "notes.txt",
        "ÄN.ods",
    ):
        (inbox / name).touch()
    found = workspace.inbox_files(PLAN)
    assert [path.name for path in found.files] == ["UBN.xlsx", "empty.xlsx", "notes.txt", "ÄN.ods"]
    assert [path.name for path in found.skipped] == [
        ".DS_Store", ".~lock.UBN.xlsx#", "Desktop.ini", "Thumbs.db", "a folder", "~$UBN.xlsx",
    ]  # fmt: skip


def test_an_inbox_that_is_not_there_is_empty(workspace: Workspace) -> None:
    assert workspace.inbox_files(PLAN) == InboxFiles((), ())


def test_an_inbox_that_is_a_file_is_not_readable(workspace: Workspace) -> None:
    workspace.inbox(PLAN).touch()
    with pytest.raises(StyrxlError) as caught:
        workspace.inbox_files(PLAN)
    assert (caught.value.code, caught.value.facts["path"]) == ("not-readable", str(workspace.inbox(PLAN)))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_shown_composed_and_open_as_they_are(workspace: Workspace, form: Literal["NFC", "NFD"]) -> None:
    inbox = workspace.inbox(PLAN)
    inbox.mkdir()
    # In code points a decomposed Ä begins with A and sorts before B, composed it sorts after.
    for name in ("ÄN-SKOLAN.xlsx", "BN.xlsx"):
        (inbox / unicodedata.normalize(form, name)).write_bytes(b"content")
    files = workspace.inbox_files(PLAN).files
    assert [workspace.shown(path) for path in files] == ["inbox/2027-plan/BN.xlsx", "inbox/2027-plan/ÄN-SKOLAN.xlsx"]
    assert [path.read_bytes() for path in files] == [b"content", b"content"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes any bytes for a name")
def test_a_name_that_is_no_text_can_be_shown_and_opened(workspace: Workspace) -> None:
    inbox = workspace.inbox(PLAN)
    inbox.mkdir()
    Path(os.fsdecode(os.fsencode(inbox) + b"/\xc4N.xlsx")).write_bytes(b"content")
    (path,) = workspace.inbox_files(PLAN).files
    assert workspace.shown(path) == "inbox/2027-plan/\ufffdN.xlsx"
    assert path.read_bytes() == b"content"


def test_what_lies_elsewhere_is_shown_in_full(workspace: Workspace, tmp_path: Path) -> None:
    assert workspace.shown(tmp_path / "elsewhere.xlsx") == (tmp_path / "elsewhere.xlsx").as_posix()


def test_a_signature_is_an_hmac_of_the_identity(workspace: Workspace) -> None:
    expected = hmac.new(bytes.fromhex(KEY), b'["annual_plan","1","\\u00c4N"]', hashlib.sha256).hexdigest()
    assert workspace.sign(["annual_plan", "1", "ÄN"]) == expected
    assert workspace.verify(["annual_plan", "1", "ÄN"], expected)


@given(st.lists(st.text()), st.lists(st.text()))
def test_two_identities_never_share_a_signature(one: list[str], other: list[str]) -> None:
    workspace = Workspace(Path("unused"))
    workspace.__dict__["_key"] = bytes(32)
    assert workspace.verify(one, workspace.sign(other)) == (one == other)


@pytest.mark.parametrize("signature", ["", "0" * 64, "Å", "\ud800", "a" * 100_000])
def test_any_text_can_be_held_against_an_identity(workspace: Workspace, signature: str) -> None:
    assert not workspace.verify(["UBN"], signature)


@pytest.mark.parametrize(
    "content,code",
    [(None, "key-missing"), ("", "key-broken"), ("00" * 31, "key-broken"), ("zz" * 32, "key-broken"), ("Å" * 64, "key-broken")],
)
def test_a_key_that_cannot_be_used_is_told(workspace: Workspace, content: str | None, code: str) -> None:
    workspace.key_path.unlink()
    if content is not None:
        workspace.key_path.write_text(content, "utf-8")
    with pytest.raises(StyrxlError) as caught:
        workspace.sign(["UBN"])
    assert (caught.value.code, caught.value.facts) == (code, {"path": str(workspace.key_path)})


def test_a_key_that_may_not_be_read_is_told(workspace: Workspace) -> None:
    workspace.key_path.unlink()
    workspace.key_path.mkdir()
    with pytest.raises(StyrxlError) as caught:
        workspace.sign(["UBN"])
    assert (caught.value.code, caught.value.facts["path"]) == ("not-readable", str(workspace.key_path))
