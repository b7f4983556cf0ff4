"""How fast styrxl is, beside what it is measured against: ``make bench``, or ``python -P tests/bench.py --help``.

Builds its own inputs (a municipality with so many units, all of which have answered), which are kept for the next time, and runs each
contender as a process of its own, one after the other and in turns, on the same files. *Floor* is python-calamine reading all sheets of
the same files into lists. What is compared is the wall clock of whole processes; on a busy machine the processor's own time, which
stands beside it, says more.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import wraps
from importlib import metadata
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from styrxl.model.forms import Form, Sheet

ROUND = "2027-plan"
PROGRAMS = ("python-calamine", "pandas", "pandera", "openpyxl", "frictionless", "dask")
_VAST = 20_000  # units beyond which all that is asked is whether it goes, in what time and memory
_DESK_UNITS = 500
_EATER = "two million texts"
_ALL = 1_000_000  # returns, more than there ever are
_AT_ONCE = 500  # owners that a process answers for
STAGES = ("start", "plan", "read", "parse", "check", "link", "report", "write")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process took: seconds of wall clock and of processor (with the processes that it started), and its largest memory in MB."""

    wall: float
    cpu: float
    memory: float
    said: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: what was measured, its target, what came of it, and by the processor's clock."""

    what: str
    target: str
    reached: str
    met: bool | None
    cpu: str = ""


@dataclass(slots=True)
class Bench:
    """A run of the benchmark."""

    folder: Path
    repeats: int
    sample: int
    lines: list[Line] = field(default_factory=list)
    profile: dict[str, float] = field(default_factory=dict)
    profiled: int = 0  # units of the round that the profile is of

    def town(self, units: int) -> Path:
        """Return a workspace in which so many units have answered."""
        return town(self.folder, units)

    def add(self, what: str, target: str, reached: str, cpu: str = "", *, met: bool | None = None) -> None:
        """Add a line to the table, and show it."""
        line = Line(what, target, reached, met, cpu)
        self.lines.append(line)
        print(f"  {what}: {reached} (target {target}){' · ' + cpu if cpu else ''}", file=sys.stderr, flush=True)

    def ratio(self, what: str, most: float, of: Sequence[Ran], against: Sequence[Ran], scale: float = 1.0) -> None:
        """Add a line that says how many times as long one took as another, the median over turns."""
        wall, cpu = (
            statistics.median(getattr(a, k) / getattr(b, k) for a, b in zip(of, against, strict=True)) * scale for k in ("wall", "cpu")
        )
        self.add(what, f"≤ {most:g} ×", f"{wall:.2f} ×", f"cpu {cpu:.2f} ×", met=wall <= most)


# inputs


def town(folder: Path, units: int) -> Path:
    """Make a workspace in which all units and boards have answered, or return the one that is there."""
    from styrxl.model.form_files import Forms
    from styrxl.model.standard_folder import standard_folder

    root, mark = folder / f"units-{units}", folder / f"units-{units}.json"
    made_of = json.dumps(Forms([standard_folder()]).sources(), sort_keys=True)
    if mark.is_file() and mark.read_text("utf-8") == made_of:
        return root
    print(f"building {units} unit plans in {root} …", file=sys.stderr, flush=True)
    shutil.rmtree(root, ignore_errors=True)
    ran("town", str(root), str(units))  # a process that has grown large is taken for the memory of those that it starts
    mark.write_text(made_of, "utf-8")
    return root


def play_town(where: str, count: str) -> None:
    """Make a workspace in which so many units, and all boards, have answered."""
    with redirect_stdout(StringIO()):
        _build(Path(where), int(count))


def _build(root: Path, units: int) -> None:
    from filled import fill_plan
    from styrxl.cli import cli
    from styrxl.sample.plan_answers import answer_council_plan
    from styrxl.scale.processes import count_cores
    from styrxl.store.ledger import Ledger
    from styrxl.store.workspace import Workspace

    def run(*words: str) -> None:
        try:
            cli.main(args=["--workspace", str(root), *words], prog_name="styrxl")
        except SystemExit as end:
            if end.code not in {0, None}:
                raise

    cli.main(args=["init", str(root), "--rows", str(units + 60)], standalone_mode=False)
    workspace = Workspace.open(root)
    workspace.plan_path.write_bytes(fill_plan(workspace, answer_council_plan(units), units + 60))
    (root / "inbox" / ROUND).mkdir(parents=True)
    with ProcessPoolExecutor(count_cores()) as pool:
        for level in ("board", "unit"):
            run("distribute", ROUND, "--level", level)
            with Ledger.open(workspace.database) as ledger:
                owners = [o for o, issue in ledger.issues(ROUND).items() if workspace.forms.form(issue.form).level == level]
            some = [owners[start : start + _AT_ONCE] for start in range(0, len(owners), _AT_ONCE)]
            for _ in pool.map(_answer, [root] * len(some), [level] * len(some), some):
                pass


def _answer(root: Path, level: str, owners: Sequence[str]) -> None:
    """Fill in the workbooks of some owners, and hand them in."""
    from styrxl.model.prefill import Prefill
    from styrxl.prefill.plan import sign_issue
    from styrxl.rounds.look import read_look
    from styrxl.sample.fill import fill
    from styrxl.sample.plan_answers import answer_board_plan, answer_unit_plan
    from styrxl.store.ledger import Ledger
    from styrxl.store.workspace import Workspace

    workspace, mine = Workspace.open(root), frozenset(owners)
    shown = read_look(workspace)
    with Ledger.open(workspace.database) as ledger:
        issues = {owner: issue for owner, issue in ledger.issues(ROUND).items() if owner in mine}
        texts = ledger.prefills(issue.issue_id for issue in issues.values())
    forms: dict[tuple[str, str | None], Form] = {}
    at = datetime(2027, 1, 20, 9, tzinfo=UTC).timestamp()
    for owner, issue in issues.items():
        prefill = Prefill.from_json(texts[issue.issue_id])
        form = forms.setdefault((issue.form, issue.profile), workspace.forms.form(issue.form, issue.profile, ROUND))
        path = root / "inbox" / ROUND / f"{owner}.xlsx"
        answers = answer_board_plan(prefill) if level == "board" else answer_unit_plan(prefill)
        path.write_bytes(fill(form, sign_issue(prefill, issue.issue_id, workspace.sign), answers, shown))
        os.utime(path, (at, at))


def returns(root: Path) -> list[Path]:
    """Return the files in a workspace's inbox."""
    return sorted((root / "inbox" / ROUND).iterdir())


# processes


def ran(*words: str, script: bool = True) -> Ran:
    """Run this script's part named first (or a command as it is) as a process, and return what it took."""
    command = [sys.executable, "-P", __file__, "--play", *words] if script else list(words)
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)
        errors = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode()
    if process.returncode:  # what a command finds to mend is no error here: ``command`` lets it pass
        raise SystemExit(errors.decode())
    return Ran(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said)


def spaced(number: int) -> str:
    """Return a number with spaces between its thousands."""
    return f"{number:,}".replace(",", " ")


def in_turns(repeats: int, *parts: Callable[[], Ran]) -> list[list[Ran]]:
    """Run each part so many times, in turns."""
    found: list[list[Ran]] = [[] for _ in parts]
    for _ in range(repeats):
        for results, part in zip(found, parts, strict=True):
            results.append(part())
    return found


def fresh(root: Path) -> None:
    """Forget what was read and judged before."""
    shutil.rmtree(root / ".styrxl-cache", ignore_errors=True)


# what is measured


def single(bench: Bench, units: int) -> None:
    """Validate and consolidate in one process, from nothing, against the floor; then in two, and again with one in a hundred changed."""
    root = bench.town(units)

    def judged(*options: str) -> Callable[[], Ran]:
        def run() -> Ran:
            fresh(root)
            return ran("styrxl", str(root), *options)

        return run

    repeats = bench.repeats if units <= 2000 else min(bench.repeats, 3)
    floors, alone, both = in_turns(repeats, lambda: ran("floor", str(root)), judged("--jobs", "1"), judged("--jobs", "2"))
    name = f"validate + consolidate of {spaced(units)} unit plans"
    bench.ratio(f"{name}, one process", 2.2 if units <= 2000 else 1.8, alone, floors)
    memory = max(one.memory for one in alone)
    most = 500 if units <= 2000 else 1000
    bench.add(f"{name}, one process: memory", f"≤ {spaced(most)} MB", f"{memory:.0f} MB", met=memory <= most)
    bench.ratio(f"{name}, --jobs 2", 1.0, both, floors)
    per = statistics.median(one.wall for one in floors) / len(returns(root)) * 1000
    bench.add(f"floor, {spaced(units)} unit plans", "–", f"{per:.2f} ms a workbook")
    bench.profile, bench.profiled = json.loads(alone[-1].said), units
    first, again = _again(root, repeats)
    bench.ratio(f"validate {spaced(units)} again with 1 in 100 changed, against the first time", 0.15, again, first)


def vast(bench: Bench, units: int) -> None:
    """Validate and consolidate so many once, from nothing, in one process."""
    root = bench.town(units)
    fresh(root)
    took = ran("styrxl", str(root), "--jobs", "1")
    name = f"validate + consolidate of {spaced(units)} unit plans"
    each = f"cpu {took.cpu / len(returns(root)) * 1000:.2f} ms a return, {took.wall:.0f} s in all"
    bench.add(f"{name}, one process, once: memory", "≤ 1 000 MB", f"{took.memory:.0f} MB", each, met=took.memory <= 1000)


def _again(root: Path, repeats: int) -> tuple[list[Ran], list[Ran]]:
    first, again = [], []
    for turn in range(repeats):
        fresh(root)
        first.append(ran("validate", str(root), "--jobs", "1"))
        with _changed(returns(root)[turn::100]):
            again.append(ran("validate", str(root), "--jobs", "1"))
    return first, again


@contextmanager
def _changed(paths: Sequence[Path]) -> Iterator[None]:
    """Change some returns for a while: a comment at the end of a zip is other bytes and the same workbook."""
    before = {path: path.read_bytes() for path in paths}
    for path, data in before.items():
        mark = os.urandom(8).hex().encode()
        path.write_bytes(data[:-2] + len(mark).to_bytes(2, "little") + mark)
    try:
        yield
    finally:
        for path, data in before.items():
            path.write_bytes(data)


def peers(bench: Bench, units: int) -> None:
    """Hold reading and checking against pandas with openpyxl and pandera, and against frictionless, on a sample of the files.

    Ours is a whole command on all of the files, divided by their number; of the peers what they take to start is left out.
    """
    root = bench.town(units)
    fresh(root)
    ours = ran("validate", str(root), "--jobs", "1")
    each = ours.cpu / len(returns(root))
    for name, least in (("pandas", 25), ("frictionless", 60)):
        try:
            took = ran(name, str(root), str(bench.sample)).cpu - ran(name, str(root), "0").cpu
        except SystemExit as error:
            bench.add(f"against {name}", f"≥ {least} ×", f"not measured: {str(error).strip().splitlines()[-1]}")
            continue
        times = took / bench.sample / each
        what = {"pandas": "pandas.read_excel (openpyxl) + pandera per sheet and file", "frictionless": "frictionless"}[name]
        per = f"{took / bench.sample * 1000:.0f} ms a file on {bench.sample} files, ours {each * 1000:.1f} ms on {len(returns(root))}"
        bench.add(f"against {what}", f"≥ {least} ×", f"{times:.0f} ×", per, met=times >= least)


def handing_out(bench: Bench, units: int) -> None:
    """Distribute to all units, against building each workbook with openpyxl."""
    root = bench.town(units)
    outbox, aside = root / "outbox" / ROUND, root / "outbox" / "aside"
    took = []
    for _ in range(min(bench.repeats, 3)):
        aside.mkdir(exist_ok=True)
        took.append(ran("distribute", str(root)))
    shutil.rmtree(aside, ignore_errors=True)
    count = sum(path.stat().st_size > 0 for path in outbox.iterdir())
    told = [json.loads(one.said) for one in took]
    each, cpu = (statistics.median(t[name] for t in told) / count * 1000 for name in ("writing", "cpu"))
    whole = statistics.median(one.wall for one in took) / count * 1000
    built = json.loads(ran("build", str(root), "12").said)["each"] * 1000
    bench.add(
        f"distribute to {spaced(units)} units",
        "≤ 10 ms a workbook",
        f"{each:.1f} ms",
        f"{cpu:.1f} ms of processor; {whole:.1f} ms with all of the process",
        met=each <= 10,
    )
    bench.add(
        "distribute, against building each with openpyxl",
        "≥ 8 × faster",
        f"{built / each:.0f} ×",
        f"{built:.0f} ms to build one",
        met=built / each >= 8,
    )


def annotating(bench: Bench, units: int) -> None:
    """Give back a hundred returns in which something is to be mended, in one process."""
    told = json.loads(ran("annotate", str(bench.town(units)), "100").said)
    count, took = int(told["count"]), told["cpu"]
    each = f"{took / count * 1000:.0f} ms of processor each, {told['wall']:.0f} s by the clock"
    bench.add(f"{count} annotated returns on one core", f"≤ {count * 0.3:.0f} s", f"{took:.0f} s", each, met=took <= count * 0.3)


def writing(bench: Bench, units: int) -> None:
    """Write the council's workbook, against openpyxl's write-only mode writing the same cells bare."""
    told = json.loads(ran("write", str(bench.town(units))).said)
    times = told["ours"] / told["bare"]
    what = f"consolidate writing {told['commitments']:,} commitments".replace(",", " ")
    bench.add(
        what,
        "≤ 2 × openpyxl write-only",
        f"{times:.2f} ×",
        f"{told['ours']:.1f} s against {told['bare']:.1f} s for {told['cells']} cells",
        met=times <= 2,
    )


def consolidating(bench: Bench, units: int) -> None:
    """Put the annual report together when the year's other rounds were judged before, against judging its own round alone."""
    from bench_desk import YEAR, forget_year, make_year

    root = make_year(bench.folder, units)
    ran("command", str(root), "consolidate", YEAR)

    def anew(*words: str) -> Callable[[], Ran]:
        def run() -> Ran:
            forget_year(root)
            return ran("command", str(root), *words)

        return run

    report = anew("consolidate", YEAR, "--jobs", "1")
    alone, whole = in_turns(bench.repeats, anew("validate", "--round", YEAR, "--output", str(root / "report.txt"), "--jobs", "1"), report)
    bench.ratio(f"consolidate {YEAR} of {spaced(units)} units, against judging that round alone", 1.5, whole, alone)


def visiting(bench: Bench, units: int) -> None:
    """Open pages of the desk, each of which was opened before."""
    from bench_desk import MOST_FOR_PDF, PAGES, PDF, make_year

    root = make_year(bench.folder, units)
    try:
        took = json.loads(ran("desk", str(root)).said)
    except SystemExit as error:
        bench.add("the desk", "–", f"not measured: {str(error).strip().splitlines()[-1]}")
        return
    most = {name: limit for name, (limit, _) in PAGES.items()} | {PDF: MOST_FOR_PDF}
    for name, limit in most.items():
        if name in took:
            wall, cpu = took[name]
            what = f"desk, {spaced(units)} units: {name}"
            bench.add(what, f"≤ {limit:g} s", f"{wall:.2f} s", f"{cpu:.2f} s of processor", met=wall <= limit)
        else:
            bench.add(f"desk, {spaced(units)} units: {name}", f"≤ {limit:g} s", "not measured: WeasyPrint is not installed")


def looking(bench: Bench, units: int) -> None:
    """Look at units' workbooks on the site, one after another and fifty at once."""
    from bench_desk import CHECK, MEMORY, MOST_AT_SITE, make_year

    root = make_year(bench.folder, units)
    try:
        took = json.loads(ran("site", str(root)).said)
    except SystemExit as error:
        bench.add("the site", "–", f"not measured: {str(error).strip().splitlines()[-1]}")
        return
    for name, unit in ((CHECK, "s"), (MEMORY, "MB")):
        if name in took:
            most, (value, cpu) = MOST_AT_SITE[name], took[name]
            told = f"{value:.2f} s" if unit == "s" else f"{value:.0f} MB"
            bench.add(
                f"site, {spaced(units)} units: {name}", f"≤ {most:g} {unit}", told, f"{cpu:.2f} s of processor each", met=value <= most
            )


def publishing(bench: Bench, units: int) -> None:
    """Put the council's and all boards' workbooks together from nothing, in one process.

    To be held against another version: run this file with that one first on the path of Python's modules.
    """
    root, took = bench.town(units), []
    for _ in range(min(bench.repeats, 3)):
        fresh(root)
        took.append(ran("command", str(root), "consolidate", ROUND, "--all", "--jobs", "1"))
    wall, cpu, memory = (statistics.median(getattr(one, name) for one in took) for name in ("wall", "cpu", "memory"))
    said = f"{cpu:.1f} s of processor, {memory:.0f} MB"
    bench.add(f"consolidate --all of {spaced(units)} unit plans from nothing, one process", "–", f"{wall:.1f} s", said)


def helping(bench: Bench) -> None:
    """Ask for help."""
    ours, click = in_turns(
        2 * bench.repeats + 1,
        lambda: ran(sys.executable, "-P", "-m", "styrxl", "--help", script=False),
        lambda: ran(sys.executable, "-P", "-c", "import click", script=False),
    )
    bench.ratio("styrxl --help, against import click", 3, ours, click)


def bombing(bench: Bench) -> None:
    """Read the bombs and the broken mails of the tests, each in a process of its own: what is told of them the tests hold."""
    bombs = [(name, ran("bomb", name)) for name in json.loads(ran("bomb").said)]
    mails = [(name, ran("mail", name)) for name in json.loads(ran("mail").said)]
    for what, most, took in (("a bomb", 2.0, bombs), ("a broken mail", 5.0, mails)):
        cpu = {name: float(json.loads(one.said)["cpu"]) for name, one in took}
        slowest, largest = max(cpu, key=cpu.__getitem__), max(took, key=lambda one: one[1].memory)
        told = f"{cpu[slowest]:.2f} s of processor"
        bench.add(f"{what}, the slowest of {len(took)}", f"≤ {most:g} s", told, slowest, met=cpu[slowest] <= most)
        memory = largest[1].memory
        bench.add(f"{what}, the largest of {len(took)}", "≤ 300 MB", f"{memory:.0f} MB", largest[0], met=memory <= 300)

    eater = ran("bomb", _EATER).memory
    bench.add(f"a file that eats memory ({_EATER}), ended past 300 MB", "≤ 330 MB", f"{eater:.0f} MB", met=eater <= 330)


def clustered(bench: Bench, units: int) -> None:
    """Read and check on one Dask worker and on two."""
    try:
        metadata.version("distributed")
    except metadata.PackageNotFoundError:
        bench.add("two Dask workers against one", "≥ 1.8 ×", "not measured: Dask is not installed")
        return
    root = bench.town(units)
    took = {count: float(json.loads(ran("cluster", str(root), str(count)).said)["read"]) for count in (1, 2)}
    times = took[1] / took[2]
    bench.add(
        f"two Dask workers against one, reading and checking {spaced(units)} returns",
        "≥ 1.8 ×", f"{times:.2f} ×", f"{took[1]:.1f} s, {took[2]:.1f} s; wants a core for each worker and the command", met=times >= 1.8,
    )  # fmt: skip


def flat(bench: Bench, few: int, many: int) -> None:
    """Hold the time for each of many returns against that for each of few, without what a command takes whatever their number."""
    turns = 3 if many <= _VAST else 1

    def judged(units: int) -> Callable[[], Ran]:
        def run() -> Ran:
            root = bench.town(units)
            fresh(root)
            return ran("validate", str(root), "--jobs", "1")

        return run

    empty, *those = in_turns(turns, judged(20), judged(few), judged(many))
    started = statistics.median(one.cpu for one in empty)
    counts = [len(returns(bench.town(units))) for units in (few, many)]
    each = [[(one.cpu - started) / count * 1000 for one in took] for took, count in zip(those, counts, strict=True)]
    more = statistics.median(b / a for a, b in zip(*each, strict=True))
    what = f"time per return, {spaced(many)} against {spaced(few)}"
    said = f"{statistics.median(each[0]):.2f} ms, {statistics.median(each[1]):.2f} ms of processor"
    bench.add(what, "within 15 %", f"{more:.2f} ×", said, met=more <= 1.15)


# the parts that are run as processes


def play(part: str, words: Sequence[str]) -> None:
    """Run one part, and print what it has to say as JSON."""
    from bench_desk import play_desk, play_site

    made: dict[str, Callable[..., Any]] = {
        "floor": play_floor, "styrxl": play_styrxl, "validate": play_validate, "pandas": play_pandas, "frictionless": play_frictionless,
        "distribute": play_distribute, "build": play_build, "annotate": play_annotate, "write": play_write, "cluster": play_cluster,
        "bomb": play_bomb, "mail": play_mail,
        "town": play_town, "desk": play_desk, "site": play_site, "command": lambda root, *words: command("--workspace", root, *words),
    }  # fmt: skip
    told = made[part](*words)
    if told is not None:
        print(json.dumps(told))


def play_floor(root: str) -> None:
    """Read all sheets of all files into lists."""
    from python_calamine import CalamineWorkbook

    for path in returns(Path(root)):
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


def command(*words: str) -> None:
    """Type a command."""
    from styrxl.cli import main

    with redirect_stdout(StringIO()):
        try:
            main(words)
        except SystemExit as end:
            if end.code not in {0, 1, None}:
                raise


def play_styrxl(root: str, *options: str) -> Mapping[str, float]:
    """Validate and consolidate, and return where the time went."""
    spent = watched()
    command("--workspace", root, "validate", "--round", ROUND, "--output", str(Path(root) / "report.txt"), *options)
    command("--workspace", root, "consolidate", ROUND, *options)
    spent["other"] = time.process_time() - sum(spent.values())
    return spent


def play_validate(root: str, *options: str) -> None:
    """Validate."""
    command("--workspace", root, "validate", "--round", ROUND, "--output", str(Path(root) / "report.txt"), *options)


def watched() -> dict[str, float]:
    """Measure from now on where the processor's time goes, by stage; what one stage takes within another is its own."""
    from styrxl.commands import findings_report
    from styrxl.returns import typed_columns
    from styrxl.rounds import desk, judge_inbox, publish
    from styrxl.validation import examine

    spent = {"start": time.process_time(), **dict.fromkeys(STAGES[1:], 0.0)}
    running: list[str] = []
    since = [time.process_time()]

    def turn() -> None:
        now = time.process_time()
        if running:
            spent[running[-1]] += now - since[0]
        since[0] = now

    def watch(module: Any, name: str, stage: str) -> None:
        inner = getattr(module, name)

        @wraps(inner)
        def timed(*arguments: Any, **more: Any) -> Any:
            turn()
            running.append(stage)
            try:
                return inner(*arguments, **more)
            finally:
                turn()
                running.pop()

        setattr(module, name, timed)

    def watch_each(module: Any, name: str, stage: str) -> None:
        inner = getattr(module, name)

        def timed(*arguments: Any, **more: Any) -> Iterator[Any]:
            found = inner(*arguments, **more)
            while True:
                turn()
                running.append(stage)
                try:
                    one = next(found, None)
                finally:
                    turn()
                    running.pop()
                if one is None:
                    return
                yield one

        setattr(module, name, timed)

    watch(desk, "read_plan", "plan")
    watch_each(judge_inbox, "read_returns", "read")
    watch(typed_columns.TableTyper, "typed", "parse")
    watch(examine, "make_frame", "parse")
    for name in ("check_locked", "check_conditions", "check_ids", "check_schema"):
        watch(examine, name, "check")
    watch(examine, "check_links", "link")
    watch(findings_report, "format_text", "report")
    watch(publish, "council_book", "write")
    return spent


def _tables(path: Path, form: Form) -> Iterator[tuple[str, Sheet, int | None]]:
    """Yield a plan's sheets to fill in, and the row of their headings; None where they stand in the first column."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    for spec in form.tables:
        name = next(name for name in spec.name.values() if name in book.sheet_names)
        sheet = book.get_sheet_by_name(name)
        top = (sheet.start or (0, 0))[0]
        rows = sheet.to_python()
        heading = top + max(range(min(len(rows), 12)), key=lambda n: sum(v != "" for v in rows[n]))
        yield name, spec, None if spec.layout == "down" else heading


def _unit_plans(root: str, count: str) -> list[Path]:
    return [path for path in returns(Path(root)) if "-" in path.stem][: int(count)]


def play_pandas(root: str, count: str) -> None:
    """Read each sheet with pandas and openpyxl, and check it with a pandera schema."""
    import warnings

    import pandas as pd
    import pandera.pandas as pa

    from styrxl.model.form_files import Forms
    from styrxl.model.standard_folder import standard_folder
    from styrxl.returns.tables import normalise_heading, split_heading
    from styrxl.validation.rules.schema import Schemas, read_schema

    forms = Forms([standard_folder()])
    schemas = Schemas(forms)
    form = forms.form("unit_plan")
    fields = {normalise_heading(heading): c.field for s in form.tables for c in s.columns for heading in c.heading.values()}
    where = {path: list(_tables(path, form)) for path in _unit_plans(root, count)}
    warnings.simplefilter("ignore")
    for path, sheets in where.items():
        for name, sheet, top in sheets:
            frame = pd.read_excel(path, sheet_name=name, header=top, engine="openpyxl")
            if top is None:
                frame = pd.DataFrame([frame.iloc[:, 1].tolist()], columns=frame.iloc[:, 0])
            frame = frame.rename(
                columns={column: fields.get(normalise_heading(split_heading(str(column))[0]), str(column)) for column in frame.columns}
            )
            schema = read_schema(schemas.key(sheet.table or ""))
            for column, asked in schema.columns.items():
                made = frame[column] if column in frame else pd.Series([None] * len(frame), dtype="object")
                dates, numbers = str(asked.dtype).startswith("datetime"), str(asked.dtype) in {"Int64", "float64"}
                frame[column] = (
                    pd.to_datetime(made, errors="coerce") if dates else pd.to_numeric(made, errors="coerce") if numbers else made
                )
                frame[column] = frame[column].astype(
                    "Int64" if str(asked.dtype) == "Int64" else frame[column].dtype if dates or numbers else "str"
                )
            try:
                schema.validate(frame[list(schema.columns)], lazy=True)
            except pa.errors.SchemaErrors as errors:
                errors.failure_cases.to_dict("records")


def play_frictionless(root: str, count: str) -> None:
    """Let frictionless validate each sheet by a schema with the same demands."""
    from frictionless import Dialect, Resource, Schema, formats, system

    from styrxl.model.form_files import Forms
    from styrxl.model.standard_folder import standard_folder

    form = Forms([standard_folder()]).form("unit_plan")
    kinds = {"number": "number", "integer": "integer", "date": "any"}
    where = {path: list(_tables(path, form)) for path in _unit_plans(root, count)}
    with system.use_context(trusted=True):
        for path, sheets in where.items():
            for name, sheet, top in sheets:
                wanted: list[Any] = [
                    {
                        "name": c.field,
                        "type": kinds.get(c.kind, "string"),
                        "constraints": {"maxLength": c.max_length} if c.max_length else {},
                    }
                    for c in sheet.columns
                ]
                if top is None:
                    wanted = [{"name": "heading", "type": "string"}, {"name": "answer", "type": "string"}]
                controls = [formats.ExcelControl(sheet=name)]
                dialect = (
                    Dialect(header=False, controls=[*controls]) if top is None else Dialect(header_rows=[top + 1], controls=[*controls])
                )
                Resource(path=str(path), format="xlsx", dialect=dialect, schema=Schema.from_descriptor({"fields": wanted})).validate()


def play_distribute(root: str) -> Mapping[str, float]:
    """Distribute to the units, and return how long the workbooks themselves took."""
    from styrxl.rounds import issue

    inner, took = issue._issue, [0.0, 0.0]

    def timed(*arguments: Any) -> list[Path]:
        start, began = time.perf_counter(), time.process_time()
        found = inner(*arguments)
        took[0] += time.perf_counter() - start
        took[1] += time.process_time() - began
        return found

    vars(issue)["_issue"] = timed
    command("--workspace", root, "distribute", ROUND, "--level", "unit")
    return {"writing": took[0], "cpu": took[1]}


def play_build(root: str, count: str) -> Mapping[str, float]:
    """Build some units' workbooks, each from the beginning."""
    from styrxl.model.prefill import Prefill
    from styrxl.store.ledger import Ledger
    from styrxl.store.workspace import Workspace
    from styrxl.templates.build import build

    workspace = Workspace.open(Path(root))
    with Ledger.open(workspace.database) as ledger:
        issues = [issue for issue in ledger.issues(ROUND).values() if issue.form == "unit_plan"][: int(count)]
        prefills = [Prefill.from_json(text) for text in ledger.prefills(issue.issue_id for issue in issues).values()]
    start = time.perf_counter()
    for prefill in prefills:
        build(workspace.forms.form(prefill.form, prefill.profile, ROUND), prefill)
    return {"each": (time.perf_counter() - start) / len(prefills)}


def play_annotate(root: str, count: str) -> Mapping[str, float]:
    """Break some returns, judge them and give them back."""
    from styrxl.model.rounds import standard_rounds
    from styrxl.rounds.desk import open_desk
    from styrxl.rounds.give_back import give_back
    from styrxl.rounds.judge_inbox import judge_files
    from styrxl.sample.faults.plan import NotHereError, break_return
    from styrxl.store.ledger import Ledger
    from styrxl.store.workspace import Workspace

    workspace = Workspace.open(Path(root))
    with tempfile.TemporaryDirectory() as folder, Ledger.open(workspace.database) as ledger:
        paths: list[Path] = []
        form = workspace.forms.form("unit_plan", None, ROUND)
        for path in _unit_plans(root, str(_ALL)):
            with suppress(NotHereError):  # a unit whose plan stands elsewhere
                data, _ = break_return("missing-value", path.read_bytes(), form, "sv")
                paths.append(Path(folder) / path.name)
                paths[-1].write_bytes(data)
            if len(paths) == int(count):
                break
        desk = open_desk(workspace, ledger, datetime.now(UTC))
        judged = judge_files(desk, paths, standard_rounds().parse(ROUND))
        give_back(desk, judged, paths[:1])
        shutil.rmtree(workspace.root / "returned" / ROUND, ignore_errors=True)
        start, began = time.perf_counter(), time.process_time()
        written = give_back(desk, judged, paths)
        wall, cpu = time.perf_counter() - start, time.process_time() - began
        shutil.rmtree(workspace.root / "returned" / ROUND, ignore_errors=True)
    return {"count": len(written), "wall": wall, "cpu": cpu}


def play_write(root: str) -> Mapping[str, float]:
    """Write the council's workbook of a round, and its cells again with openpyxl alone."""
    from openpyxl import Workbook
    from python_calamine import CalamineWorkbook

    from styrxl.model.rounds import standard_rounds
    from styrxl.reports.book import council_book
    from styrxl.rounds.desk import open_desk
    from styrxl.rounds.judge_inbox import judge_inbox_quietly
    from styrxl.rounds.publish import list_issued, make_scope
    from styrxl.store.ledger import Ledger
    from styrxl.store.workspace import Workspace

    workspace, round_ = Workspace.open(Path(root)), standard_rounds().parse(ROUND)
    with Ledger.open(workspace.database) as ledger:
        desk = open_desk(workspace, ledger, datetime.now(UTC))
        judged = judge_inbox_quietly(desk, round_)
        start = time.process_time()
        data = council_book(judged, desk.plan, list_issued(desk, round_), make_scope(desk, round_, "sv")).workbook
        ours = time.process_time() - start
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    start = time.process_time()
    bare = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = bare.create_sheet(name)
        for row in rows:
            sheet.append(row)
    bare.save(BytesIO())
    dumped = time.process_time() - start
    cells = sum(value != "" for rows in sheets.values() for row in rows for value in row)
    return {"ours": ours, "bare": dumped, "cells": cells, "commitments": len(judged.in_force("commitments"))}


def play_cluster(root: str, workers: str) -> Mapping[str, float]:
    """Read all returns on a cluster of so many workers, and hold their rows against the schemas there."""
    from distributed import LocalCluster

    from styrxl.scale.read_all import read_returns
    from styrxl.scale.return_files import ReadingMethod, ReturnFile, read_modified_time
    from styrxl.store.workspace import Workspace

    workspace = Workspace.open(Path(root))
    found = [ReturnFile(workspace.shown(path), path, read_modified_time(path)) for path in returns(workspace.root)]
    with LocalCluster(n_workers=int(workers), threads_per_worker=1, dashboard_address=None) as cluster:
        how = ReadingMethod(scheduler=cluster.scheduler_address, keep=False)
        list(read_returns(workspace.root, "warm", found[:200], workspace.forms, workspace.settings.limits, how))
        start = time.perf_counter()
        list(read_returns(workspace.root, "bench", found, workspace.forms, workspace.settings.limits, how))
        return {"read": time.perf_counter() - start}


def play_bomb(name: str = "") -> Any:
    """Read a bomb, and return what that took of the processor, here and in the other process; the bombs' names without one."""
    import bombs
    from styrxl.returns.isolated import IsolatedReader

    if not name:
        return list(bombs.MADE)
    data = {**bombs.MADE, _EATER: bombs.many_texts}[name]()
    with _timed() as took, IsolatedReader() as reader:
        reader.read(data)
    return took


def play_mail(name: str = "") -> Any:
    """Read a broken mail, and return what that took of the processor; the mails' names without one."""
    from broken_mails import BROKEN, FINE
    from styrxl.mail.incoming.message import read_message

    mails = {name: data for name, data, _ in BROKEN} | dict(FINE)
    if not name:
        return list(mails)
    with _timed() as took:
        read_message(mails[name])
    return took


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """Fill in what the block has taken of the processor (``cpu``), with the processes that it ended."""
    took: dict[str, float] = {}
    began = sum(os.times()[:4])
    yield took
    took["cpu"] = sum(os.times()[:4]) - began


# what comes of it


def machine() -> str:
    """Say what machine this is."""
    named = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = [int(line.split()[1]) // 1_000_000 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    name = named[0] if named else platform.processor() or platform.machine()
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    gigabytes = f", {memory[0]} GB" if memory else ""
    return f"{os.cpu_count()} cores of {name}{gigabytes}, {platform.system()}, Python {platform.python_version()}{load}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []


def versions() -> str:
    """Say which versions of the others were there."""
    found = []
    for name in PROGRAMS:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def as_table(bench: Bench, command_: str) -> str:
    """Return what was measured as tables in Markdown."""
    marks = {True: "✓", False: "no", None: ""}
    rows = [f"| {l.what} | {l.target} | {l.reached} | {marks[l.met]} | {l.cpu} |" for l in bench.lines]  # noqa: E741
    table = ["| what | target | reached | met | beside |", "| --- | --- | --- | --- | --- |", *rows]
    total = sum(bench.profile.values())
    parts = [f"| {name} | {seconds:.2f} | {seconds / total:.0%} |" for name, seconds in bench.profile.items()]
    where = [
        "",
        f"Where the processor's time goes for {spaced(bench.profiled)} unit plans (`validate` and `consolidate`, one process):",
        "",
        "| stage | s | share |",
        "| --- | --- | --- |",
        *parts,
    ]
    head = [f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; {versions()}. `{command_}`", ""]
    return "\n".join([*head, *table, *(where if total else ())]) + "\n"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Measure styrxl beside a floor and its peers.")
    parser.add_argument("--sizes", default="1000,10000", help="numbers of units, the smallest first (1000,10000)")
    parser.add_argument("--repeats", type=int, default=5, help="turns that medians are taken of (5)")
    parser.add_argument("--sample", type=int, default=40, help="files that the slow ones get (40)")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "styrxl-bench", help="where inputs are kept")
    parser.add_argument("--desk", action="store_true", help="the desk and the annual report alone")
    parser.add_argument("--json", type=Path, help="write the results to this file as well")
    parser.add_argument("--play", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.play:
        play(asked.play[0], asked.play[1:])
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    sizes = [int(size) for size in asked.sizes.split(",")]
    bench = Bench(asked.folder, asked.repeats, asked.sample)
    if asked.desk:
        consolidating(bench, _DESK_UNITS)
        visiting(bench, _DESK_UNITS)
        looking(bench, _DESK_UNITS)
        print(as_table(bench, "python -P tests/bench.py --desk"))
        return
    helping(bench)
    bombing(bench)
    ordinary = [size for size in sizes if size <= _VAST] or sizes[:1]
    for size in sizes:
        (single if size in ordinary else vast)(bench, size)
    peers(bench, ordinary[-1])
    handing_out(bench, sizes[0])
    annotating(bench, sizes[0])
    writing(bench, ordinary[-1])
    for size in ordinary:
        publishing(bench, size)
    clustered(bench, ordinary[-1])
    consolidating(bench, _DESK_UNITS)
    visiting(bench, _DESK_UNITS)
    looking(bench, _DESK_UNITS)
    for size in sizes[1:]:
        flat(bench, sizes[0], size)
    print(as_table(bench, f"make bench SIZES={asked.sizes}"))
    if asked.json:
        lines = [asdict(line) for line in bench.lines]
        result = {"machine": machine(), "versions": versions(), "lines": lines, "profile": bench.profile, "profiled": bench.profiled}
        asked.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parent))  # which -P leaves out, with the checkout
    main()
