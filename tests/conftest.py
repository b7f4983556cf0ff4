"""What all tests share: programs that may be missing, and how the suite is run."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, cast

import hypothesis
import psutil
import pytest
from playwright.sync_api import BrowserContext

import chromium as browsers
import office as libreoffice
import post_office
import postgres as server
import styrxl
from dearest_first import put_dearest_first
from followup_returns import CLEAN, filled, issued
from hostile_town import hostile_town
from kept_checks import frames_held_once
from kept_plans import plans_judged_once
from kept_templates import templates_made_once
from long_runs import LONG, long_run
from made_once import make_folder_once, make_value_once
from mail_town import followed_mail_town, mail_town, planned_mail_town
from next_year import two_years
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.sample.faults.followup import break_followup, list_followup_faults
from styrxl.sample.faults.plan import Fault, NotHereError, break_return, list_faults
from styrxl.scale import garbage_collection
from styrxl.store.ledger import Ledger
from town import NOW, ROUND, Town, full_town, new_town, planned_town
from year import Followed, followed_town, play_to_last

# Processes that tests start find the tests' own functions here; last, so that styrxl is still the one that is installed.
sys.path.append(str(Path(__file__).parent.parent))

OWNERS = ("UBN", "KFN", "UBN-ÖST", "UBN-ÅBY")  # two forms in both languages, and a profile
# Faults that tests look for in one owner's return.
NAMED = {("wrong-type", "UBN"), ("wrong-type", "KFN"), ("concern-denied", "UBN"), ("out-of-range", "UBN"), ("too-long", "UBN")}

MEMORY = Path("/dev/shm")  # noqa: S108 -- Linux keeps in memory what lies here; pytest makes a folder of its own in it
ROOM = 12 << 30  # bytes: a run needs a tenth of it

Faults = dict[tuple[str, str], tuple[bytes, Fault]]
FollowupFaults = dict[tuple[str, str, str], tuple[bytes, Fault]]

# Workbooks in memory are full of cycles: looking for them less often saves a tenth of the time, and costs little memory.
gc.set_threshold(50_000, 10, 10)
garbage_collection.SHARE = 0.005

# At each column of each table pandera tries to import a library that is not here: nothing is looked for where its name stands for nothing.
sys.modules.setdefault("geopandas", cast(Any, None))

IN_CI = os.environ.get("CI") == "true"

EXAMPLES = long_run(50, 2_000)
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=EXAMPLES)
hypothesis.settings.register_profile("here", deadline=None, max_examples=EXAMPLES)  # times vary too much on a shared machine
hypothesis.settings.load_profile("ci" if IN_CI else "here")


def keep_files_in_memory() -> None:
    """Have all processes write what is gone when the tests are done into memory, where that has room: they write and remove thousands."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    if min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) > ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # was found before


keep_files_in_memory()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make test` insist on what a user has."""
    parser.addoption("--installed", action="store_true", help="refuse to test anything but an installed styrxl")


def pytest_report_header() -> str:
    """Say which styrxl is tested."""
    return f"styrxl: {Path(styrxl.__file__).parent}"


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a checkout where an installed styrxl is meant."""
    if config.getoption("installed") and not Path(styrxl.__file__).is_relative_to(sys.prefix):
        raise pytest.UsageError(f"styrxl comes from {styrxl.__file__}, which is not what a user has installed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the dearest files."""
    put_dearest_first(items)


def pytest_runtest_teardown() -> None:
    """Let what a command set aside, as one that ends soon, be searched for cycles again: here thousands of them are one process."""
    gc.unfreeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Search for cycles once when all is done, rather than five times as pytest does: that takes as long as many tests."""
    gc.collect()
    gc.freeze()


def leave_out(program: str) -> NoReturn:
    """Leave the test out because a program is missing; where everything must be there, fail it."""
    if IN_CI:
        pytest.fail(f"{program} is missing", pytrace=False)
    pytest.skip(f"{program} is missing")


@pytest.fixture(scope="session", autouse=True)
def made_once() -> Iterator[None]:
    """Make each template of a workbook once, judge each plan once, and check each table; tests of how that is done have it done anew."""
    with templates_made_once(), plans_judged_once(), frames_held_once():
        yield


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[libreoffice.Office]:
    """LibreOffice, one for the session; tests that ask for it are left out where it is missing."""
    if program := libreoffice.missing():
        leave_out(program)
    with libreoffice.opened(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[server.Server]:
    """PostgreSQL, one for the session; tests that ask for it are left out where it is missing."""
    if program := server.missing():
        leave_out(program)
    with server.opened() as opened:
        yield opened


@pytest.fixture(scope="session")
def chromium() -> Iterator[browsers.Chromium]:
    """Chromium, one for the session; tests that ask for it are left out where it is missing."""
    if browsers.program() is None:
        leave_out("Chromium (Debian's chromium)")
    with browsers.opened() as running:
        yield running


@pytest.fixture
def browser(chromium: browsers.Chromium) -> Iterator[BrowserContext]:
    """Return a context of the test's own in Chromium: ``browser.new_page()`` is what somebody reads in."""
    with chromium.open_context() as context:
        yield context


@pytest.fixture(scope="session")
def pango() -> None:
    """Pango, with which WeasyPrint sets PDFs; tests that ask for it are left out where it is missing."""
    try:
        import weasyprint  # noqa: F401, PLC0415 -- finds the library when it is imported
    except OSError:
        leave_out("Pango")


@pytest.fixture(scope="session")
def pdftoppm() -> str:
    """Path of the program that turns PDF pages into pictures."""
    return shutil.which("pdftoppm") or leave_out("pdftoppm (Debian's poppler-utils)")


def copy_town(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Town:
    """Return this process's own copy of a town that one process has made for all."""
    made = make_folder_once(factory, name, lambda folder: make(folder / "åköping"))
    return Town(made / "åköping").copy(factory.mktemp(name) / "åköping")


@pytest.fixture(scope="session")
def shared_asked(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town whose boards have their workbooks, and have returned nothing."""
    return copy_town(tmp_path_factory, "asked", lambda root: ask_boards(new_town(root)))


def ask_boards(town: Town) -> Town:
    """Hand out a town's workbooks to its boards."""
    town.run("distribute", ROUND, "--level", "board")
    return town


@pytest.fixture
def asked(shared_asked: Town, tmp_path: Path) -> Town:
    """Give a town of the test's own, whose boards have their workbooks."""
    return shared_asked.copy(tmp_path / "åköping")


@pytest.fixture(scope="session")
def shared_mail_asked(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town with addresses, whose boards have their workbooks, and whose mail has no server; to be copied."""
    return copy_town(tmp_path_factory, "mail-asked", lambda root: ask_boards(mail_town(root)))


@pytest.fixture
def mail_asked(shared_mail_asked: Town, tmp_path: Path) -> Town:
    """Give such a town of the test's own."""
    return shared_mail_asked.copy(tmp_path / "åköping")


@pytest.fixture(scope="session")
def shared_planned(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return copy_town(tmp_path_factory, "planned", planned_town)


@pytest.fixture(scope="session")
def shared_full(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return copy_town(tmp_path_factory, "full", full_town)


@pytest.fixture(scope="session")
def shared_judged(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town in which everybody has answered, and whose plans have been judged; to be copied."""
    made = shared_full.copy(tmp_path_factory.mktemp("judged") / "town")
    with Ledger.open(made.workspace.database) as ledger:
        judge_inbox(open_desk(made.workspace, ledger, NOW), standard_rounds().parse(ROUND))
    return made


@pytest.fixture(scope="session")
def spoilt(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Faults:
    """Faults in otherwise valid returns of owners that have a place for them, by fault and owner."""
    return make_value_once(tmp_path_factory, "spoilt", lambda: break_each(shared_full))


def break_each(town: Town) -> Faults:
    """Return each fault in the return of one owner that has a place for it, of each in turn; in the long run in those of all."""
    found: Faults = {}
    for number, name in enumerate(list_faults()):
        placed = 0
        for owner in (*OWNERS[number % 4 :], *OWNERS[: number % 4]):
            if LONG or not placed or (name, owner) in NAMED:
                with suppress(NotHereError):
                    found[name, owner] = break_return(name, town.filled(owner), town.form(owner), town.language(owner))
                    placed += 1
    return found


@pytest.fixture(scope="session")
def spoilt_followups(whole: Followed, tmp_path_factory: pytest.TempPathFactory) -> FollowupFaults:
    """Every fault in the otherwise valid follow-ups that have a place for it, by fault, kind of round and owner."""
    return make_value_once(tmp_path_factory, "spoilt-followups", lambda: break_each_followup(whole))


def break_each_followup(year: Followed) -> FollowupFaults:
    """Return each fault in two follow-ups that have a place for it, of each in turn; in the long run in all."""
    found: FollowupFaults = {}
    followups = [(kind, owner, filled(year, kind, owner, answers)) for (kind, owner), answers in CLEAN.items()]
    for number, name in enumerate(list_followup_faults()):
        placed, first = 0, number % len(followups)
        for kind, owner, clean in (*followups[first:], *followups[:first]):
            if LONG or placed < 2:
                with suppress(NotHereError):
                    form, made = year.form(kind, owner), issued(year, kind, owner)
                    found[name, kind, owner] = break_followup(name, clean, form, made)
                    placed += 1
    return found


@pytest.fixture(scope="session")
def shared_hostile(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town in which all that anybody writes is made to do harm; to be copied."""
    return copy_town(tmp_path_factory, "hostile", hostile_town)


@pytest.fixture
def planned(shared_planned: Town, tmp_path: Path) -> Town:
    """Give a town of the test's own, whose boards have accepted plans and whose units have their workbooks."""
    return shared_planned.copy(tmp_path / "planned")


@pytest.fixture
def full(shared_full: Town, tmp_path: Path) -> Town:
    """Give a town of the test's own in which everybody has answered."""
    return shared_full.copy(tmp_path / "full")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> post_office.Certificates:
    """Certificates for mail servers on loopback."""
    return post_office.certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def smtp(made: post_office.Certificates) -> Iterator[post_office.SmtpServer]:
    """Run an SMTP server with STARTTLS and a login."""
    with post_office.smtp_server(made) as running:
        yield running


@pytest.fixture(scope="session")
def dovecot_() -> str:
    """Path of Dovecot's program; tests that ask for it are left out where it is missing."""
    return post_office.dovecot_program() or leave_out("dovecot (Debian's dovecot-imapd)")


@pytest.fixture(scope="session")
def shared_imap(dovecot_: str, made: post_office.Certificates) -> Iterator[post_office.Dovecot]:
    """Run an IMAP server for the session: it takes a second to stop."""
    with post_office.dovecot(dovecot_, made) as running:
        yield running


@pytest.fixture
def imap(shared_imap: post_office.Dovecot) -> post_office.Dovecot:
    """Return an IMAP server with empty mailboxes."""
    shared_imap.empty()
    return shared_imap


@pytest.fixture(scope="session")
def mail_planned(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town with addresses, whose boards have accepted plans and whose units have their workbooks; to be copied."""
    return copy_town(tmp_path_factory, "mail", planned_mail_town)


@pytest.fixture(scope="session")
def mail_followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Return such a town whose plans are all accepted, and which has handed out its first follow-up; to be copied."""
    return Followed(copy_town(tmp_path_factory, "mail-followed", followed_mail_town))


@pytest.fixture(scope="session")
def shared_first_asked(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Return a town that has handed out its first follow-up; to be copied."""
    return Followed(copy_town(tmp_path_factory, "first", followed_town))


@pytest.fixture
def first_asked(shared_first_asked: Followed, tmp_path: Path) -> Followed:
    """Return a town of the test's own that has handed out its first follow-up."""
    return Followed(shared_first_asked.town.copy(tmp_path / "followed"))


@pytest.fixture(scope="session")
def whole(shared_first_asked: Followed, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Return a year whose last follow-up is handed out, for tests that change nothing in it."""
    return Followed(copy_town(tmp_path_factory, "year", lambda root: play_to_last(Followed(shared_first_asked.town.copy(root)))))


@pytest.fixture(scope="session")
def shared_two_years(whole: Followed, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Return a year whose plan has frames for the next one too; to be copied."""
    return Followed(copy_town(tmp_path_factory, "two-years", lambda root: two_years(whole, root)))
