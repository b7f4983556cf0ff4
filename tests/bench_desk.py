"""The desk and the site in the benchmark: how long their pages take, warm, in a municipality that has been through a whole year.

And how long the annual report takes when its year's other rounds were judged before, against judging its own round alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

YEAR = "2027-year"
AT = datetime(2028, 2, 15, 9, tzinfo=UTC)  # when the sample's annual report is put together
_TIMES = 7
PAGES = {  # what is measured -> the most that it may take (s), and where it is
    "the first screen": (0.2, "/"),
    "a round's table": (0.2, f"/rounds/{YEAR}"),
    "a board's return": (0.3, f"/rounds/{YEAR}/returns/UBN.xlsx"),
    "a unit's return": (0.3, f"/rounds/{YEAR}/returns/UBN-ALBY.xlsx"),
    "the year's report as a page": (3.0, f"/rounds/{YEAR}/report"),
}
CHECK, MEMORY = "a unit's workbook looked at on the site", "the site after fifty at once"
MOST_AT_SITE = {CHECK: 0.3, MEMORY: 600.0}  # s; MB
PDF, MOST_FOR_PDF = "the year's report as PDF", 30.0


def make_year(folder: Path, units: int) -> Path:
    """Play a sample municipality's year, or return the one that is there."""
    from styrxl.model.form_files import Forms
    from styrxl.model.standard_folder import standard_folder

    root, mark = folder / f"year-{units}", folder / f"year-{units}.json"
    made_of = json.dumps(Forms([standard_folder()]).sources(), sort_keys=True)
    if not mark.is_file() or mark.read_text("utf-8") != made_of:
        print(f"playing a year of {units} units in {root} …", file=sys.stderr, flush=True)
        command = [sys.executable, "-P", "-m", "styrxl", "demo", str(root), "--units", str(units)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        mark.write_text(made_of, "utf-8")
    return root


def forget_year(root: Path) -> None:
    """Forget what was read and judged of the annual report."""
    name = hashlib.sha256(YEAR.encode()).hexdigest()[:16]
    for path in (root / ".styrxl-cache").glob(f"{name}.*"):
        path.unlink()


def play_desk(root: str) -> Mapping[str, tuple[float, float]]:
    """Open each page once, and return how long it takes after that, by the clock and of the processor (s); and the report as PDF.

    Of a PDF nothing is said where none can be made.
    """
    from desk_visitor import visit_desk

    took: dict[str, tuple[float, float]] = {}
    with visit_desk(Path(root), AT) as visitor:
        for name, (_, path) in PAGES.items():
            visitor.get(path)
            took[name] = _find_median(partial(visitor.get, path))
    return {**took, **_time_pdf(Path(root))}


def play_site(root: str) -> Mapping[str, tuple[float, float]]:
    """Run the site, and return how long it takes to look at a unit's workbook once it has looked at one (s), and its memory (MB).

    Both with what its processor took for one workbook (s). Memory is the most that it took, and known on Linux alone.
    """
    from concurrent.futures import ThreadPoolExecutor

    from ports import free_port
    from running_site import make_link, set_up, start_site
    from town import Town

    copy = Path(root).with_name(f"{Path(root).name}-site")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy)
    town = Town(copy)
    set_up(town, f'[server]\nlisten = "127.0.0.1:{free_port()}"\n')
    units = [path for path in sorted((copy / "inbox" / YEAR).glob("*-*.xlsx")) if " " not in path.stem][:50]
    links = {path: make_link(town, path.stem, YEAR) for path in units}
    with start_site(town) as site:
        site.check(links[units[0]], units[0].read_bytes())
        before = _read_cpu(site.process.pid)
        times = [_time(partial(site.check, links[unit], unit.read_bytes()))[0] for unit in units[1:12]]
        cpu = (_read_cpu(site.process.pid) - before) / len(times)
        with ThreadPoolExecutor(len(units)) as pool:
            list(pool.map(lambda unit: site.check(links[unit], unit.read_bytes()), units))
        memory = _read_memory(site.process.pid)
    shutil.rmtree(copy)
    return {CHECK: (statistics.median(times), cpu)} | ({MEMORY: (memory, cpu)} if memory else {})


def _read_cpu(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    return sum(map(int, stat.read_text("utf-8").rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def _read_memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def _find_median(work: Callable[[], object]) -> tuple[float, float]:
    times = [_time(work) for _ in range(_TIMES)]
    return statistics.median(wall for wall, _ in times), statistics.median(cpu for _, cpu in times)


def _time(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _time_pdf(root: Path) -> Mapping[str, tuple[float, float]]:
    from styrxl.rounds.judge_inbox import judge_inbox_quietly
    from styrxl.rounds.opening.keeper import WorkspaceKeeper
    from styrxl.web.report.make_pdf import make_pdf
    from styrxl.web.report.publish_report import gather_report

    with WorkspaceKeeper(root, find_now=lambda: AT).read() as desk:
        round_ = desk.workspace.rounds.parse(YEAR)
        judged = judge_inbox_quietly(desk, round_)
        made: list[bytes | None] = []
        took = _time(lambda: made.append(make_pdf(gather_report(desk, round_, judged).render(on_paper=True))))
        return {PDF: took} if made[0] else {}
