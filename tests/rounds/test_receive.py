"""Intake: from folders, files and archives, unaltered, once each, whatever they are called and whenever it is killed."""

from __future__ import annotations

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import bombs
from forked import make_process
from long_runs import long_run
from styrxl.cli import main
from styrxl.model.rounds import standard_rounds
from styrxl.rounds import receive
from styrxl.rounds.desk import open_desk
from styrxl.rounds.files_to_receive import Outcome
from styrxl.rounds.receive import make_safe_name
from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.store.ledger import Ledger
from styrxl.store.receipts import Receipt
from town import NOW, ROUND, Town

STAMP = "20270105-100000"  # nine in the morning, UTC


def _take(town: Town, *sources: Path) -> list[Outcome]:
    with Ledger.open(town.workspace.database) as ledger:
        return receive.receive(open_desk(town.workspace, ledger, NOW), standard_rounds().parse(ROUND), sources)


def _receipts(town: Town) -> dict[str, Receipt]:
    with Ledger.open(town.workspace.database) as ledger:
        return ledger.receipts(ROUND)


def _inbox(town: Town) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in town.inbox.iterdir()}


def _write(path: Path, data: bytes, minute: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    at = datetime(2027, 1, 4, 12, minute, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))
    return path


def _zip(path: Path, members: Mapping[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2027, 1, 4, 13, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return path


def test_folders_files_and_archives_are_taken_in(planned: Town, tmp_path: Path) -> None:
    """Named by owner and time, their bytes as they were; what is no return is passed over, and what is none of ours keeps its name."""
    before = set(_inbox(planned))
    school, preschool, library = (planned.filled(owner) for owner in ("UBN-ÅBY", "UBN-ÖST", "KFN-BIB"))
    _write(tmp_path / "mejl" / "rektorn" / "Min plan (3).XLSX", school)
    _write(tmp_path / "mejl" / "~$Min plan (3).XLSX", b"lock")
    _write(tmp_path / "mejl" / "Thumbs.db", b"x")
    _write(tmp_path / "mejl" / "protokoll.pdf", b"%PDF-1.7")
    archive = _zip(
        tmp_path / "svar.zip",
        {
            "enheter/": b"",
            "enheter/ÖST/plan.xlsx": preschool,
            "../../../../etc/cron.d/evil.csv": b"a;b\n1;2\n",
            "/absolut/C:\\Windows\\system32\\x.txt": b"hej hej",
            "__MACOSX/._plan.xlsx": b"x",
            ".DS_Store": b"x",
        },
    )
    outcomes = _take(planned, tmp_path / "mejl", archive, _write(tmp_path / "bib.xlsx", library))
    taken = {outcome.origin: outcome.path.rpartition("/")[2] for outcome in outcomes if outcome.state == "taken"}
    assert taken == {
        f"{tmp_path}/mejl/rektorn/Min plan (3).XLSX": f"UBN-ÅBY_{STAMP}.xlsx",
        f"{tmp_path}/mejl/protokoll.pdf": "protokoll.pdf",
        f"{tmp_path}/bib.xlsx": f"KFN-BIB_{STAMP}.xlsx",
        f"{archive}/enheter/ÖST/plan.xlsx": f"UBN-ÖST_{STAMP}.xlsx",
        f"{archive}/../../../../etc/cron.d/evil.csv": "evil.csv",
        f"{archive}//absolut/C:/Windows/system32/x.txt": "x.txt",
    }
    skipped = {outcome.origin.rpartition("/")[2] for outcome in outcomes if outcome.state == "skipped"}
    assert skipped == {"~$Min plan (3).XLSX", "Thumbs.db", "._plan.xlsx", ".DS_Store"}
    inbox = _inbox(planned)
    assert set(inbox) == before | set(taken.values())
    assert inbox[f"UBN-ÅBY_{STAMP}.xlsx"] == school
    assert not (tmp_path.parent / "etc").exists()
    receipt = _receipts(planned)[f"inbox/{ROUND}/UBN-ÖST_{STAMP}.xlsx"]
    assert (receipt.sha256, receipt.size) == (hashlib.sha256(preschool).hexdigest(), len(preschool))
    assert receipt.origin == f"{archive}/enheter/ÖST/plan.xlsx"
    verdicts = {r["path"].rpartition("/")[2]: r["verdict"] for r in _report(planned)}
    assert verdicts["protokoll.pdf"] == verdicts["evil.csv"] == verdicts["x.txt"] == "unreadable"
    assert verdicts[f"KFN-BIB_{STAMP}.xlsx"] == "accepted"


def _report(town: Town) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(town.run("validate", "--round", ROUND, "--format", "json", expect=None).stdout)["workbooks"]
    return found


def test_the_same_bytes_are_one_return(planned: Town, tmp_path: Path) -> None:
    """Twice in one run, again in a later one, and beside a file that was put there by hand."""
    data = planned.filled("UBN-ÖST")
    first, second = _write(tmp_path / "in" / "a.xlsx", data), _write(tmp_path / "in" / "b.xlsx", data, 1)
    by_hand = planned.put("KFN-BIB.xlsx", planned.filled("KFN-BIB"))
    third = _write(tmp_path / "in" / "c.xlsx", by_hand.read_bytes(), 2)
    name = f"inbox/{ROUND}/UBN-ÖST_{STAMP}.xlsx"
    outcomes = [(outcome.state, outcome.path) for outcome in _take(planned, first, second, third)]
    assert outcomes == [("taken", name), ("known", name), ("known", f"inbox/{ROUND}/KFN-BIB.xlsx")]
    files = set(_inbox(planned))
    assert [outcome.state for outcome in _take(planned, tmp_path / "in")] == ["known"] * 3
    assert set(_inbox(planned)) == files


def test_of_two_from_one_owner_the_one_changed_last_counts(planned: Town, tmp_path: Path) -> None:
    """Though both come in the same second; the older one is kept, and superseded."""
    answers = {"commitments": [{"text": "Läsa mer", "parent_id": "UBN-M1", "responsible": "Rektor"}]}
    _write(tmp_path / "in" / "a nyast.xlsx", planned.filled("UBN-ÖST", answers), 9)
    _write(tmp_path / "in" / "b äldst.xlsx", planned.filled("UBN-ÖST"), 3)
    _take(planned, tmp_path / "in")
    verdicts = {r["path"].rpartition("/")[2]: r["verdict"] for r in _report(planned)}
    assert verdicts[f"UBN-ÖST_{STAMP}.xlsx"] == "superseded"
    assert verdicts[f"UBN-ÖST_{STAMP}_02.xlsx"] == "accepted"


def test_a_forged_owner_names_no_file(planned: Town, tmp_path: Path) -> None:
    """An identity without our signature, or of nobody here, leaves the file its own name."""
    book = open_workbook(planned.filled("UBN-ÖST"))
    for row in book["_styrxl"].iter_rows():
        if row[0].value == "owner":
            row[1].value = "KFN"
    _take(planned, _write(tmp_path / "x.xlsx", save_workbook(book)))
    assert "x.xlsx" in _inbox(planned)


NAMES: Mapping[str, str] = {
    "plan.xlsx": "plan.xlsx",
    "../../etc/passwd": "passwd",
    "C:\\Users\\x\\Plan.XLSX": "Plan.xlsx",
    "19811218-9876 plan.xlsx": "19xx__-____ plan.xlsx",
    "=cmd|' /C calc'!A0.xlsx": "cmd_ _C calc_A0.xlsx",
    "<script>alert(1)</script>.xlsx": "script_.xlsx",
    "con.xlsx": "fil_con.xlsx",
    ".xlsx": "xlsx",
    "  ..xlsx ": "xlsx",
    "": "fil",
    "a\x1b[31m\u202egnp.xlsx": "a_[31m_gnp.xlsx",
    "A\u030akerby.xlsx": "Åkerby.xlsx",
    "x" * 300 + ".xlsx": "x" * 60 + ".xlsx",
}


@pytest.mark.parametrize("given", NAMES)
def test_a_senders_name_means_nothing(given: str) -> None:
    """No folder, no hidden file, no control character, no identity number, no name of Windows' own."""
    safe = make_safe_name(given)
    assert safe == make_safe_name(safe)
    assert not set(safe) & set('/\\:*?"<>|\n\x1b\u202e')
    assert not safe.startswith((".", "~", "-", "="))
    assert "9876" not in safe
    assert len(safe) <= 70


def test_an_archive_that_is_a_bomb_is_refused(planned: Town, tmp_path: Path) -> None:
    """By what it says of its sizes, and by what comes out where it lies; the rest of it is taken in."""
    honest = tmp_path / "honest.zip"
    honest.write_bytes(bombs.zipped({"a.xlsx": [b" " * 1_000_000] * 300}))
    lying = tmp_path / "lying.zip"
    bomb = bombs.Packed(bombs.packed([b" " * 1_000_000] * 300).content, 2_000, 0)
    lying.write_bytes(bombs.zipped({"a.xlsx": bomb, "b.csv": [b"a;b\n"]}))
    outcomes = {outcome.origin.rpartition("/")[2]: outcome for outcome in _take(planned, honest, lying)}
    assert {name: outcome.state for name, outcome in outcomes.items()} == {"honest.zip": "refused", "a.xlsx": "refused", "b.csv": "taken"}
    assert planned.run("receive", ROUND, str(honest), expect=1).stderr.count("orimligt") == 1


def test_a_locked_archive_is_told(planned: Town, tmp_path: Path) -> None:
    """Its files cannot be unpacked; nothing is written for them."""
    archive = _zip(tmp_path / "x.zip", {"a.csv": b"a;b\n"})
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + offset] |= 1
    archive.write_bytes(data)
    [outcome] = _take(planned, archive)
    assert (outcome.state, outcome.why and outcome.why.key) == ("refused", "not_unpacked")


def test_a_damaged_archive_is_taken_in_as_it_is(planned: Town, tmp_path: Path) -> None:
    """It may be a workbook that was cut off: its sender is told; at first it may be on its way."""
    archive = _zip(tmp_path / "x.zip", {"a.csv": b"a;b\n" * 1000})
    archive.write_bytes(archive.read_bytes()[:-40])
    assert [outcome.state for outcome in _take(planned, archive)] == ["refused"]
    os.utime(archive, (time.time() - 3600, time.time() - 3600))
    [outcome] = _take(planned, archive)
    assert (outcome.state, outcome.path) == ("taken", f"inbox/{ROUND}/x.zip")


def test_a_file_far_too_large_is_not_taken_in(planned: Town, tmp_path: Path) -> None:
    """One somewhat too large is, so that its sender gets to know; it is not read whole to be judged."""
    with (planned.root / "styrxl.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[limits]\nfile_mb = 1\n")
    _write(tmp_path / "in" / "a.xlsx", bytes(3_000_000))
    _write(tmp_path / "in" / "b.xlsx", bytes(11_000_000))
    outcomes = {outcome.origin.rpartition("/")[2]: outcome.state for outcome in _take(planned, tmp_path / "in")}
    assert outcomes == {"a.xlsx": "taken", "b.xlsx": "refused"}
    [found] = [r for r in _report(planned) if r["path"].endswith("a.xlsx")]
    assert found["verdict"] == "unreadable"
    assert found["sha256"] == hashlib.sha256(bytes(3_000_000)).hexdigest()


def test_a_workspace_is_no_source(planned: Town, tmp_path: Path) -> None:
    """A folder that happens to hold one: its key, its plan and what it handed out are not returns."""
    _write(tmp_path / "svar.csv", b"a;b\n")
    outcomes = {outcome.origin: outcome.state for outcome in _take(planned, tmp_path)}
    assert outcomes == {f"{tmp_path}/svar.csv": "taken", str(planned.root): "skipped"}


def test_an_empty_folder_is_said_to_be_one(planned: Town, tmp_path: Path) -> None:
    (tmp_path / "tom").mkdir()
    assert planned.run("receive", ROUND, str(tmp_path / "tom")).stderr == "Där finns inga filer att ta emot. Inget har gjorts.\n"


def test_the_command_tells_what_it_did(planned: Town, tmp_path: Path) -> None:
    """What was taken in on stdout, the rest on stderr; no source, or one that is not there, is a wrong use."""
    _write(tmp_path / "in" / "a.xlsx", planned.filled("UBN-ÖST"))
    _write(tmp_path / "in" / "~$a.xlsx", b"x")
    done = planned.run("receive", ROUND, str(tmp_path / "in"))
    assert done.stdout.startswith(f"{tmp_path}/in/a.xlsx → inbox/{ROUND}/UBN-ÖST_")
    assert "Hoppade över" in done.stderr
    assert f"1 tagen till inbox/{ROUND}, 0 fanns redan, 1 överhoppad, 0 inte intagna" in done.stderr
    planned.run("receive", ROUND, expect=2)
    planned.run("receive", ROUND, str(tmp_path / "nowhere"), expect=2)


def _receive(words: list[str], left: int) -> None:
    """Run a command that dies at a point at which it touches a file or the ledger, before that is done or after it."""

    def step(real: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*args: Any, **kwargs: Any) -> Any:
            pass_point()
            done = real(*args, **kwargs)
            pass_point()
            return done

        return stepping

    def pass_point() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(9)

    for place, name in ((os, "open"), (os, "fsync"), (receive, "create_atomically"), (Ledger, "register_receipts")):
        setattr(place, name, step(getattr(place, name)))
    main(words)


@pytest.mark.parametrize("at", [1, 2, 3, 5, 8, 9, 13, 16, 18, 19][:: long_run(2, 1)])
def test_killed_at_any_point_and_run_again(planned: Town, tmp_path: Path, at: int) -> None:
    """The next run ends with the same files and receipts as an undisturbed one, none doubled and none lost."""
    sources = tmp_path / "in"
    for minute, owner in enumerate(("UBN-ÅBY", "UBN-ÖST", "KFN-BIB")):
        _write(sources / f"{owner} plan.xlsx", planned.filled(owner), minute)
    before = set(_inbox(planned))
    process = make_process(_receive, ["--workspace", str(planned.root), "receive", ROUND, str(sources)], at)
    process.start()
    process.join(120)
    assert process.exitcode == 9
    planned.run("receive", ROUND, str(sources))
    inbox = {name: data for name, data in _inbox(planned).items() if name not in before and not name.startswith(".")}
    assert sorted(name.partition("_")[0] for name in inbox) == ["KFN-BIB", "UBN-ÅBY", "UBN-ÖST"]
    assert sorted(inbox.values()) == sorted(path.read_bytes() for path in sources.iterdir())
    receipts = {path.rpartition("/")[2]: receipt for path, receipt in _receipts(planned).items()}
    assert {name: hashlib.sha256(data).hexdigest() for name, data in inbox.items()} == {
        name: receipt.sha256 for name, receipt in receipts.items() if name in inbox
    }
    assert {receipts[name].origin for name in inbox} == {str(path) for path in sources.iterdir()}
