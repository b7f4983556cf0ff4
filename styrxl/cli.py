"""The commands: click, and nothing else. What they do stands in the modules named after it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from styrxl import __version__
from styrxl.model.limits import OWN_ROWS

if TYPE_CHECKING:
    from datetime import datetime

    from styrxl.mail.outgoing.run import Room
    from styrxl.model.findings import Word
    from styrxl.model.rounds import Round
    from styrxl.rounds.decide import Settled as Decided
    from styrxl.rounds.desk import Desk
    from styrxl.rounds.receive import Outcome
    from styrxl.store.lock import Holder
    from styrxl.store.workspace import Workspace

FINE, FINDINGS, USAGE, OPERATOR = 0, 1, 2, 3


class Reads(NamedTuple):
    """Where and how returns are read, as the options say."""

    jobs: int | None = None
    scheduler: str | None = None
    inbox: str | None = None


ALONE = Reads()


class Operator(click.ClickException):
    """What the operator must act on: told on stderr, exit status 3."""

    exit_code = OPERATOR

    def show(self, file: Any = None) -> None:
        """Print the text alone, without click's own word for error."""
        click.echo(self.format_message(), err=True, file=file)


class Settled:
    """What the options before the command say."""

    def __init__(self, root: Path, language: str | None, now: datetime | None = None) -> None:
        """Take the workspace's folder, the language asked for, if any, and the time that it is to be, if not the clock's."""
        self.root = root
        self.asked = language
        self._now = now

    def now(self) -> datetime:
        """Time that what is done is recorded with."""
        from datetime import UTC, datetime

        return self._now or datetime.now(UTC)

    def language(self, workspace: Workspace | None = None) -> str:
        """Language to speak: the one asked for, else the workspace's, else Swedish."""
        return self.asked or (workspace.settings.language if workspace else "sv")

    @contextmanager
    def desk(self, *, reading: bool = False, by: str | None = None, reads: Reads = ALONE) -> Iterator[Desk]:
        """Open the workspace, its plan and its ledger, and keep others from writing there unless this is only for reading."""
        from datetime import UTC, datetime

        from styrxl.commands.progress import told_on
        from styrxl.rounds.desk import open_desk
        from styrxl.scale.read_all import How
        from styrxl.store.ledger import Ledger
        from styrxl.store.lock import user_name, writing
        from styrxl.store.workspace import Workspace

        with self.telling():
            workspace = Workspace.open(self.root)
            self.asked = self.language(workspace)
            user = by or user_name()
            with ExitStack() as stack:
                if not reading:
                    command = click.get_current_context().command_path.partition(" ")[2]
                    stack.enter_context(writing(workspace, command, user, datetime.now(UTC), self._waiting))
                ledger = stack.enter_context(Ledger.open(workspace.database))
                how = How(reads.jobs, reads.scheduler, progress=told_on(None, self.language()), inbox=reads.inbox)
                yield open_desk(workspace, ledger, self.now(), user, how)

    def room(self, desk: Desk) -> Room:
        """Return the mail room for a desk."""
        from styrxl.mail.outgoing.run import Room

        return Room(desk, click.get_current_context().command_path.partition(" ")[2], self._waiting)

    def _waiting(self, holder: Holder) -> None:
        from styrxl.model.findings import word

        told = word("waiting_for", self.language(), user=holder.user, host=holder.host, command=holder.command)
        click.echo(told, err=True)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turn a StyrxlError into its text and exit status 3."""
        from styrxl.model.errors import StyrxlError

        try:
            yield
        except StyrxlError as error:
            raise Operator(self._told(error)) from error

    def _told(self, error: Any) -> str:
        from styrxl.model.findings import Word, error_text, say

        language = self.language()
        facts = {name: say(fact, language) if isinstance(fact, Mapping | Word) else fact for name, fact in error.facts.items()}
        text = error_text(error.code, facts, language)
        if "judged" in error.facts:
            from styrxl.commands.findings_report import as_text
            from styrxl.model.judged import JudgedRound

            text += "\n\n" + as_text(JudgedRound("", (error.facts["judged"],), {}), language, {})
        return text


settled = click.make_pass_decorator(Settled)


def round_of(context: click.Context, _: click.Parameter, value: str | None) -> Round | None:
    """Read a round's id, or end with what is wrong with it."""
    if value is None:
        return None
    from styrxl.model.rounds import Round

    with context.ensure_object(Settled).telling():
        return Round.parse(value.strip().lower())


def reading_returns(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say where and how returns are read."""
    options = (
        click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Processes that read (as many as pay)."),
        click.option("--scheduler", metavar="ADDRESS", help="Read and check on the Dask cluster at tcp://HOST:PORT."),
        click.option("--inbox", metavar="ADDRESS", help="Where the returns lie, if not in inbox/ROUND: s3://… or the like."),
    )

    @wraps(command)
    def reads(*arguments: Any, jobs: int | None, scheduler: str | None, inbox: str | None, **others: Any) -> None:
        command(*arguments, reads=Reads(jobs, scheduler, inbox), **others)

    for option in reversed(options):
        reads = option(reads)
    return reads


the_round = click.argument("round_", metavar="ROUND", callback=round_of)


_ABOUT = """Steer by goals, with Excel: workbooks out, returns validated, linked and consolidated.

\b
A round: distribute, collect the returns in inbox/ROUND, validate, consolidate.
ROUND is a year and a kind: 2027-plan, 2027-t1, 2027-t2, 2027-year.

Exit status: 0 fine, 1 findings to mend or owners not served, 2 wrong usage, 3 you must act first.
"""  # the sign after the first line keeps click from joining the lines of that paragraph


@click.group(help=_ABOUT, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="styrxl")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="The municipality's folder (this one).",
)
@click.option("--lang", type=click.Choice(["sv", "en"]), help="Language of what is said (the municipality's).")
@click.pass_context
def cli(context: click.Context, workspace: Path, lang: str | None) -> None:
    """Steer by goals, with Excel: workbooks out, returns validated, linked and consolidated."""
    context.obj = Settled(workspace, lang, context.obj)  # the demonstration says what time it is


@cli.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", default="Min kommun", show_default=True, help="The municipality's name.")
@click.option("--rows", type=click.IntRange(1, OWN_ROWS), help="Rows for the organisation; the other sheets get as many, up to 2000.")
@settled
def init(settings: Settled, folder: Path, name: str, rows: int | None) -> None:
    """Make a new workspace in DIR, with settings and an empty multi-year plan to fill in."""
    from styrxl.model.days import local_day
    from styrxl.model.findings import word
    from styrxl.rounds.issue import empty_plan
    from styrxl.store.files import write_atomically
    from styrxl.store.workspace import Workspace

    with settings.telling():
        workspace = Workspace.init(folder, name, language=settings.language())
        if not workspace.plan_path.exists():
            write_atomically(workspace.plan_path, empty_plan(workspace, rows))
        round_ = f"{local_day(settings.now()).year + 1}-plan"
        click.echo(word("init_done", settings.language(), path=folder, plan=workspace.plan_path, round=round_))


@cli.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--units", type=click.IntRange(1, 20000), default=40, show_default=True, help="How many units the municipality has.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other answers.")
@settled
def demo(settings: Settled, folder: Path, units: int, seed: int) -> None:
    """Play a sample municipality's year in DIR, plan to annual report: workbooks out, returns in, some faulty, and the results.

    Uses the same commands as you would, and shows each. An earlier demo in DIR is replaced, anything else there is let be.
    """
    from styrxl.model.findings import word
    from styrxl.sample.play import Stage, play, run_in_process

    with settings.telling():
        language = settings.language()
        made = play(Stage(folder, units, seed, language, run_in_process(cli.main), click.echo))
        click.echo("\n" + word("demo_open", language))
        for path in made:
            click.echo(f"  {path}")


@cli.command()
@the_round
@click.option("--level", type=click.Choice(["board", "unit"]), help="Boards or units alone.")
@click.option("--to", "only", multiple=True, metavar="OWNER", help="An owner's id; several times for more.")
@click.option("--rows", type=click.IntRange(1, 2000), help="Rows on each sheet, where the form's own are too few.")
@settled
def distribute(settings: Settled, round_: Round, level: str | None, only: tuple[str, ...], rows: int | None) -> None:
    """Write each owner's workbook to outbox/ROUND, prefilled.

    A unit's workbook needs its board's accepted plan; owners that cannot be served are named, the others are served.
    """
    from styrxl.model.findings import word
    from styrxl.rounds.issue import issue_round, levels_of

    with settings.desk() as desk:
        done = issue_round(desk, round_, levels_of(level), frozenset(only), rows)
        language = settings.language()
        folder = desk.workspace.shown(desk.workspace.outbox(round_))
        click.echo(word("distributed", language, n=len(done.written), folder=folder))
        groups: dict[tuple[str, str | None], list[str]] = {}
        for unserved in done.unserved:
            groups.setdefault((unserved.why, unserved.board), []).append(unserved.owner)
        for (why, board), names in groups.items():
            reason = word(f"why_{why}", language, board=board)
            click.echo(word("not_served", language, n=len(names), owners=", ".join(names), why=reason), err=True)
        if not done.written and not done.unserved:
            click.echo(word("nothing_distributed", language), err=True)
        _say_notes(done.notes, language)
    sys.exit(FINDINGS if done.unserved else FINE)


def _say_notes(notes: Sequence[Word], language: str) -> None:
    from styrxl.model.findings import say

    for note in notes:
        click.echo(say(note, language), err=True)


def _say_next(desk: Desk, round_: Round, language: str, *, came: bool | None = None) -> None:
    """Say what comes first, where nothing has been handed out or (unless ``came`` says otherwise) nothing has come in."""
    from styrxl.rounds.hints import next_step

    there = bool(desk.workspace.inbox_files(round_).files) if came is None else came
    issued, folder = bool(desk.ledger.issues(round_.id)), desk.workspace.shown(desk.workspace.inbox(round_))
    _say_notes([*next_step(round_, folder, issued=issued, came=there)], language)


def lying(context: click.Context, parameter: click.Parameter, value: tuple[Path, ...]) -> tuple[Path, ...]:
    """Find sources: from where one stands, from the workspace, or within the round's inbox."""
    root, round_ = context.ensure_object(Settled).root, context.params.get("round_")
    folders = (Path(), root, *([root / "inbox" / round_.id] if round_ else []))
    found = []
    for path in value:
        there = next((folder / path for folder in folders if (folder / path).exists()), None)
        if there is None:
            raise click.BadParameter(f"there is no {path}", param=parameter)
        found.append(there)
    return tuple(found)


def some_words(_: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Demand that a reason says something."""
    if value is not None and not value.strip():
        raise click.BadParameter("must not be empty", param=parameter)
    return value


the_reason = click.option("--reason", required=True, metavar="TEXT", callback=some_words, help="Why; it is kept and shown.")
the_decider = click.option("--by", metavar="NAME", help="Who decides (STYRXL_USER, or whom the computer knows).")


@cli.command()
@the_round
@click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=click.Path(path_type=Path), callback=lying)
@click.option("--imap", is_flag=True, help="Take what has come to the mailbox that styrxl.toml names.")
@click.option(
    "--maildir",
    "maildirs",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Take what lies in a maildir.",
)
@click.option("--owner", metavar="OWNER", help="Whose it is: for one workbook that lost its identity, also one in the inbox.")
@click.option("--form", "form_name", metavar="FORM", help="Which form it is (the one that OWNER has in the round).")
@click.option("--reason", metavar="TEXT", callback=some_words, help="Why it is OWNER's; it is kept and shown.")
@the_decider
@settled
def receive(  # the options are what they are
    settings: Settled,
    round_: Round,
    sources: tuple[Path, ...],
    maildirs: tuple[Path, ...],
    owner: str | None,
    form_name: str | None,
    reason: str | None,
    by: str | None,
    *,
    imap: bool,
) -> None:
    """Take returns in SOURCE (folders, files, zip archives, .eml and .mbox) into inbox/ROUND, as they are.

    They are named by owner and time. What lies there already is not taken in twice; lock files and litter are passed over.
    What comes by mail, saved in a folder or archive too, must be from a contact of the owner that the workbook belongs to; else it
    waits in quarantine.

    With --owner a single workbook that does not say whose it is counts as OWNER's from now on. Say another OWNER, and it is that one's.
    """
    from styrxl.mail.incoming.sources import is_mail

    by_mail = [*(path for path in sources if is_mail(path)), *maildirs]
    files = [path for path in sources if not is_mail(path)]
    if not (files or by_mail or imap):
        raise click.UsageError("Name a SOURCE, or --imap.")
    if owner is None and (form_name or reason):
        raise click.UsageError("--form and --reason need --owner.")
    if owner is not None:
        if by_mail or imap:
            raise click.UsageError("--owner is for a workbook, not for mail. Take the mail in first, then name the file in the inbox.")
        sys.exit(FINDINGS if _receive_one(settings, round_, files, owner, form_name, reason or "", by) else FINE)
    held = _receive_mail(settings, round_, by_mail, files, imap=imap)
    refused = _receive_files(settings, round_, files) if files else False
    sys.exit(FINDINGS if held or refused else FINE)


def _receive_one(
    settings: Settled, round_: Round, files: Sequence[Path], owner: str, form: str | None, reason: str, by: str | None
) -> bool:
    """Take in a workbook as somebody's, and tell whether it was refused."""
    from styrxl.model.days import local_day
    from styrxl.model.findings import say, word
    from styrxl.rounds.assign import claim_of, receive_as, workbooks

    if len(files) != 1 or workbooks(files[0]) != 1:
        raise click.UsageError("--owner is for one workbook at a time: name that file alone.")
    with settings.desk(by=by) as desk:
        language = settings.language()
        done = receive_as(desk, round_, files[0], claim_of(desk, round_, owner, form), reason)
        refused = _say_received(desk, round_, done.outcomes, language)
        if done.decision and done.judged:
            decision, title = done.decision, desk.workspace.forms.form(done.decision.form or "").title[language]
            facts = {"path": decision.path, "owner": decision.owner, "form": title}
            at = {} if done.new else {"by": decision.decided_by, "at": say(local_day(decision.decided_at), language)}
            state = word(f"verdict_{done.judged.verdict}", language)
            click.echo(word("assigned" if done.new else "assigned_before", language, state=state, **facts, **at))
    return refused


def _receive_mail(settings: Settled, round_: Round, paths: Sequence[Path], files: Sequence[Path], *, imap: bool) -> bool:
    """Take in mails, those that lie among files too, and tell whether anything waits for a controller."""
    from itertools import chain

    from styrxl.mail.incoming.in_files import any_mail, from_files, mails_in
    from styrxl.mail.incoming.sources import from_paths
    from styrxl.mail.incoming.take_in import line, sums, take_in
    from styrxl.model.findings import say, word
    from styrxl.rounds.receive import Outcome
    from styrxl.store.mail_log import Brought, MailBook

    if not (paths or imap or any_mail(files)):
        return False
    from styrxl.mail.incoming.watch import mailbox_of

    with settings.desk(reading=True) as desk:
        room, language, notes, refused = settings.room(desk), settings.language(), list[Brought](), list[Outcome]()
        box = mailbox_of(room) if imap else tuple
        items = chain(from_paths(paths), from_files(mails_in(desk, files), refused.append), box())
        with room.alone("inbox", patience=10.0):
            for note in take_in(desk, MailBook(desk.ledger.database), round_, items, room.noting):
                click.echo(line(note, language))
                notes.append(note)
        for one in refused:
            click.echo(word("received_not", language, origin=one.origin, why=say(one.why, language)), err=True)
        click.echo(sums(notes, language), err=True)
    return bool(refused) or any(note.outcome == "held" for note in notes)


def _receive_files(settings: Settled, round_: Round, sources: Sequence[Path]) -> bool:
    """Take in what lies in folders, files and archives, and tell whether anything was refused."""
    from styrxl.rounds.receive import receive as take

    with settings.desk() as desk:
        return _say_received(desk, round_, take(desk, round_, sources), settings.language())


def _say_received(desk: Desk, round_: Round, outcomes: Sequence[Outcome], language: str) -> bool:
    """Say what became of files, and tell whether anything was refused."""
    from styrxl.model.findings import say, word
    from styrxl.rounds.receive import states

    for outcome in outcomes:
        if outcome.state == "taken":
            click.echo(word("received", language, origin=outcome.origin, path=outcome.path))
        elif outcome.state == "known":
            click.echo(word("received_known", language, origin=outcome.origin, path=outcome.path), err=True)
        elif outcome.state == "skipped":
            click.echo(word("skipped", language, path=outcome.origin), err=True)
        else:
            click.echo(word("received_not", language, origin=outcome.origin, why=say(outcome.why, language)), err=True)
    counted = states(outcomes)
    click.echo(word("received_sum", language, folder=desk.workspace.shown(desk.workspace.inbox(round_)), **counted), err=True)
    return bool(counted["refused"])


@cli.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--round", "round_", metavar="ROUND", callback=round_of, help="The round (needed where inbox/ holds several).")
@click.option(
    "--format", "form_of_report", type=click.Choice(["text", "json", "html"]), default="text", show_default=True, help="Form of the report."
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the report to FILE.")
@click.option("--owner", metavar="OWNER", help="Whose it is, for a workbook that lost its identity.")
@click.option("--form", "form_name", metavar="FORM", help="Which form it is, for a workbook that lost its identity.")
@click.option("--annotate", is_flag=True, help="Write returned/ROUND/OWNER.xlsx for each that needs completing, with what to mend marked.")
@reading_returns
@settled
def validate(
    settings: Settled,
    paths: tuple[Path, ...],
    round_: Round | None,
    form_of_report: str,
    output: Path | None,
    owner: str | None,
    form_name: str | None,
    *,
    annotate: bool,
    reads: Reads,
) -> None:
    """Judge the returns in inbox/ROUND, or those in PATH (files or folders), and say what to mend.

    Files named by PATH are judged against what was issued, and are not recorded.
    """
    from styrxl.commands.findings_report import summary
    from styrxl.model.days import local_day
    from styrxl.rounds.assign import claim_of
    from styrxl.rounds.desk import judge_files, judge_inbox, named_files, only_round
    from styrxl.validation.identity import Claim

    if reads.inbox and (paths or annotate):
        raise click.UsageError("--inbox is for judging all that lies there, without PATH and --annotate.")
    if (owner or form_name) and not paths:
        raise click.UsageError("--owner and --form are about a PATH. For a file in the inbox: styrxl receive ROUND FILE --owner OWNER.")
    with settings.desk(reading=bool(paths) and not annotate, reads=reads) as desk:
        if paths:
            files = named_files(paths)
            claim = claim_of(desk, round_, owner, form_name) if owner and round_ else Claim(owner and desk.plan.spelled(owner), form_name)
            judged = judge_files(desk, files, round_, claim if owner or form_name else None)
        else:
            round_ = round_ or only_round(desk.workspace, local_day(desk.now).year)
            _say_skipped(desk, round_, settings.language())
            judged = judge_inbox(desk, round_)
            if not judged.returns and not reads.inbox:
                _say_next(desk, round_, settings.language())
            files = list(desk.workspace.inbox_files(round_).files) if annotate else []
        _report(settings, desk, judged, round_, form_of_report, output)
        if annotate:
            _give_back(desk, judged, files, settings.language())
    sys.exit(FINDINGS if summary(judged)["errors"] else FINE)


def _give_back(desk: Desk, judged: Any, files: Sequence[Path], language: str) -> None:
    from styrxl.model.findings import word
    from styrxl.rounds.give_back import give_back

    written = give_back(desk, judged, files)
    for folder in sorted({path.parent for path in written}):
        n = sum(path.parent == folder for path in written)
        click.echo(word("annotated", language, n=n, folder=desk.workspace.shown(folder)), err=True)


def _say_skipped(desk: Desk, round_: Round, language: str) -> None:
    from styrxl.model.findings import word

    for path in desk.workspace.inbox_files(round_).skipped:
        click.echo(word("skipped", language, path=desk.workspace.shown(path)), err=True)


def _report(settings: Settled, desk: Desk, judged: Any, round_: Round | None, form_of_report: str, output: Path | None) -> None:
    from styrxl.commands import findings_report
    from styrxl.model.days import local_day
    from styrxl.model.findings import word
    from styrxl.store.files import write_atomically

    language = settings.language()
    names = desk.plan.names(round_.day if round_ else local_day(desk.now))
    writers: dict[str, Callable[[], str]] = {
        "text": lambda: findings_report.as_text(judged, language, names),
        "json": lambda: findings_report.as_json(judged, language),
        "html": lambda: findings_report.as_html(
            judged, language, names, word("report_title", language, round=judged.round or ""), _accent(desk)
        ),
    }
    text = writers[form_of_report]()
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text.encode("utf-8"))
        click.echo(word("written", language, path=output), err=True)


def _accent(desk: Desk) -> str:
    from styrxl.rounds.issue import look

    return look(desk.workspace).accent


@cli.command()
@the_round
@click.option("--units", is_flag=True, help="Show the units' goals and commitments too, not just how many.")
@settled
def link(settings: Settled, round_: Round, *, units: bool) -> None:
    """Show the goal tree of ROUND with what hangs on it, and what hangs loose."""
    import shutil

    from styrxl.commands.link import as_text, broken
    from styrxl.model.goal_tree import tree_of
    from styrxl.rounds.desk import judge_inbox

    with settings.desk() as desk:
        judged = judge_inbox(desk, round_)
        nodes = tree_of(judged, desk.plan, round_.year, round_.day)
        width = shutil.get_terminal_size((120, 40)).columns
        click.echo(as_text(nodes, judged, settings.language(), units=units, width=width), nl=False)
        if not judged.returns:
            _say_next(desk, round_, settings.language())
    sys.exit(FINDINGS if broken(judged) else FINE)


@cli.command()
@the_round
@click.option("--board", "boards", multiple=True, metavar="OWNER", help="A board's workbook; several times for more.")
@click.option("--all", "every", is_flag=True, help="The council's workbook and every board's.")
@reading_returns
@settled
def consolidate(settings: Settled, round_: Round, boards: tuple[str, ...], *, every: bool, reads: Reads) -> None:
    """Write council/ROUND.xlsx, or boards/ROUND/OWNER.xlsx, from the accepted returns.

    The inbox is judged anew. Only accepted returns go in; what is missing is said in the workbook.
    """
    from styrxl.model.findings import word
    from styrxl.rounds.publish import publish

    with settings.desk(reads=reads) as desk:
        done = publish(desk, round_, boards, every=every)
        for path in done.written:
            click.echo(word("written", settings.language(), path=desk.workspace.shown(path)))
        if done.missing:
            click.echo(word("consolidated_missing", settings.language(), n=len(done.missing)), err=True)
        _say_notes(done.notes, settings.language())


@cli.command()
@the_round
@settled
def status(settings: Settled, round_: Round) -> None:
    """Say who has been issued, returned, accepted and reminded in ROUND."""
    from styrxl.rounds.status import as_text, stand

    with settings.desk(reading=True) as desk:
        click.echo(as_text(stand(desk, round_), settings.language()), nl=False)
        _say_next(desk, round_, settings.language(), came=True)


@cli.command("set-aside")
@the_round
@click.argument("name", metavar="FILE|OWNER")
@the_reason
@the_decider
@settled
def set_aside_(settings: Settled, round_: Round, name: str, reason: str, by: str | None) -> None:
    """Let a return in ROUND not count, for a reason. It stays where it is; an older one that is done counts again."""
    from styrxl.rounds.decide import set_aside

    with settings.desk(by=by) as desk:
        _say_decided(set_aside(desk, round_, name, reason), "set_aside", settings.language())


@cli.command("take-back")
@the_round
@click.argument("name", metavar="FILE|OWNER")
@the_reason
@the_decider
@settled
def take_back_(settings: Settled, round_: Round, name: str, reason: str, by: str | None) -> None:
    """Let a return in ROUND count again that was set aside."""
    from styrxl.rounds.decide import take_back

    with settings.desk(by=by) as desk:
        _say_decided(take_back(desk, round_, name, reason), "taken_back", settings.language())


def _say_decided(done: Decided, key: str, language: str) -> None:
    from styrxl.model.days import local_day
    from styrxl.model.findings import say, word

    decision, standing = done.decision, ""
    if not done.new:
        at = say(local_day(decision.decided_at), language)
        click.echo(word(f"{key}_before", language, path=decision.path, by=decision.decided_by, at=at, reason=decision.reason))
        return
    if decision.owner:
        counts = "counts_now" if done.counts else "counts_nothing"
        standing = word(counts, language, owner=decision.owner, **({"path": done.counts.path} if done.counts else {}))
    click.echo(word(key, language, path=decision.path, standing=standing).rstrip())


@cli.command()
@the_round
@click.argument("owner", metavar="OWNER")
@click.option("--newer-wins", is_flag=True, help="Where both have filled in a sheet, take the newer return's.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it is kept and shown.")
@the_decider
@settled
def merge(settings: Settled, round_: Round, owner: str, reason: str, by: str | None, *, newer_wins: bool) -> None:
    """Join two returns of OWNER in ROUND that fill different sheets, into a new return.

    The newest one's answers, and on the sheets where it has none those of the older one. Both are kept.
    """
    from styrxl.model.findings import message, word
    from styrxl.rounds.decide import merge_returns

    with settings.desk(by=by) as desk:
        language = settings.language()
        done = merge_returns(desk, round_, owner, newer_wins=newer_wins, reason=reason)
        state = word(f"verdict_{done.verdict}", language)
        facts = {"older": done.older.path, "newer": done.newer.path, "sheets": ", ".join(done.sheets), "state": state}
        click.echo(word("merged", language, path=done.path, **facts))
        for path, found in done.left:
            click.echo(word("merged_left", language, path=path, what=message(found, language)), err=True)
    sys.exit(FINE if done.verdict == "accepted" else FINDINGS)


@cli.command()
@the_round
@click.argument("name", metavar="[OWNER|FILE]", required=False)
@click.option(
    "--format", "form_of_report", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of the report."
)
@settled
def log(settings: Settled, round_: Round, name: str | None, form_of_report: str) -> None:
    """Tell what has happened in ROUND: issued, received, judged, decided and mailed; of all, or of an OWNER or a FILE."""
    from styrxl.rounds.log import tell

    with settings.desk(reading=True) as desk:
        click.echo(tell(desk, round_, name, settings.language(), form_of_report), nl=False)
        if form_of_report == "text":
            _say_next(desk, round_, settings.language(), came=True)


@cli.command()
@click.argument("year", metavar="YEAR", type=click.IntRange(2001, 2099))
@settled
def rollover(settings: Settled, year: int) -> None:
    """Write a proposal for YEAR beside the multi-year plan: all that it holds, and a row for each thing to fill in.

    The plan itself is left alone. The boards' own goals that still hold come with distribute YEAR-plan, under their ids.
    """
    from styrxl.model.findings import word
    from styrxl.rounds.rollover import roll_over

    with settings.desk() as desk:
        done, language, plan = roll_over(desk, year), settings.language(), desk.workspace.plan_path.name
        missing = done.missing
        if done.path is None:
            click.echo(word("rollover_nothing", language, plan=plan, year=year))
        else:
            click.echo(word("rollover_done", language, path=desk.workspace.shown(done.path), plan=plan, year=year))
        told = {
            "rollover_frames": [o.org_id for o in missing.frames],
            "rollover_indicators": [row["indicator_id"] for row in missing.indicators],
            "rollover_goals": missing.goals,
            "rollover_gone": missing.gone,
        }
        for key, names in told.items():
            if names:
                click.echo(word(key, language, n=len(names), names=", ".join(names), year=year))
        if not missing.any_goal:
            click.echo(word("rollover_no_goal", language, year=year))


@cli.command()
@settled
def unlock(settings: Settled) -> None:
    """Remove the lock of a command that no longer runs, and say whose it was."""
    from styrxl.model.findings import word
    from styrxl.store.lock import break_lock, is_running
    from styrxl.store.workspace import Workspace

    with settings.telling():
        workspace = Workspace.open(settings.root)
        language = settings.language(workspace)
        holder = break_lock(workspace.root)
        if holder is None:
            click.echo(word("not_locked", language))
            return
        facts = {"user": holder.user, "host": holder.host, "pid": holder.pid, "command": holder.command}
        click.echo(word("unlocked", language, since=f"{holder.since.astimezone():%Y-%m-%d %H:%M}", **facts))
        if is_running(holder):
            click.echo(word("unlocked_running", language), err=True)


@cli.group()
def mail() -> None:
    """Write to owners: previews in outmail/ROUND, and mails on their way with --send alone."""


def mailing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a mail command the options that all of them have."""
    options = (
        the_round,
        click.option("--to", "only", multiple=True, metavar="OWNER", help="An owner's id; several times for more."),
        click.option("--send", is_flag=True, help="Send; without it nothing leaves."),
        click.option("--redirect-to", metavar="ADDRESS", help="Send everything to this address alone, as a test."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@mail.command("templates")
@mailing
@settled
def mail_templates(settings: Settled, round_: Round, only: tuple[str, ...], redirect_to: str | None, *, send: bool) -> None:
    """Mail each owner its workbook, the last day and how to return it."""
    _mail(settings, round_, "templates", only, redirect_to, send=send)


@mail.command("answers")
@mailing
@settled
def mail_answers(settings: Settled, round_: Round, only: tuple[str, ...], redirect_to: str | None, *, send: bool) -> None:
    """Mail what came of each return: a receipt, or what to mend with the marked workbook."""
    _mail(settings, round_, "answers", only, redirect_to, send=send)


@mail.command("reminders")
@mailing
@settled
def mail_reminders(settings: Settled, round_: Round, only: tuple[str, ...], redirect_to: str | None, *, send: bool) -> None:
    """Remind those who have nothing that is done, once a day, and tell the boards of those who are very late."""
    _mail(settings, round_, "reminders", only, redirect_to, send=send)


@mail.command("summary")
@mailing
@click.option("--allow-incomplete", is_flag=True, help="Send it although some are missing; its first line says which.")
@settled
def mail_summary(  # the options are what they are
    settings: Settled, round_: Round, only: tuple[str, ...], redirect_to: str | None, *, send: bool, allow_incomplete: bool
) -> None:
    """Mail each board its summary, and the council's office all of it: accepted returns only, and the newest of them."""
    _mail(settings, round_, "summary", only, redirect_to, send=send, incomplete=allow_incomplete)


def _mail(
    settings: Settled,
    round_: Round,
    what: str,
    only: tuple[str, ...],
    redirect_to: str | None,
    *,
    send: bool,
    incomplete: bool = False,
) -> None:
    from styrxl.mail.outgoing.run import Wish, work
    from styrxl.mail.outgoing.send import as_text, put_off, troubled
    from styrxl.model.findings import word

    with settings.desk(reading=True) as desk:
        wish = Wish(what, frozenset(map(desk.plan.spelled, only)), send, redirect_to, incomplete)
        done = work(settings.room(desk), round_, wish)
        language = settings.language()
        click.echo(as_text(done.letters, done.results, language, sent=send), nl=False)
        if what == "summary" and not (desk.workspace.settings.mail and desk.workspace.settings.mail.everything_to):
            click.echo(word("mail_everything", language), err=True)
        if what in {"answers", "reminders"} and not done.letters.letters:
            _say_next(desk, round_, language, came=None if what == "answers" else True)
        if redirect_to:
            click.echo(word("mail_redirected", language, address=redirect_to), err=True)
        if done.folder and done.letters.letters:
            click.echo(word("mail_folder", language, folder=desk.workspace.shown(done.folder)), err=True)
        if put_off(done.results):
            sys.exit(OPERATOR)
    sys.exit(FINDINGS if troubled(done.letters, done.results) else FINE)


@cli.group()
def quarantine() -> None:
    """See to workbooks that came by mail from senders who may not hand them in."""


@quarantine.command("list")
@the_round
@click.option("--all", "every", is_flag=True, help="Everything that mail has brought, not only what waits.")
@settled
def quarantine_list(settings: Settled, round_: Round, *, every: bool) -> None:
    """List what waits, and why."""
    from styrxl.mail.incoming.take_in import line
    from styrxl.model.findings import word
    from styrxl.store.mail_log import MailBook

    with settings.desk(reading=True) as desk:
        language = settings.language()
        notes = [note for note in MailBook(desk.ledger.database).brought(round_.id) if every or note.outcome == "held"]
        for note in notes:
            click.echo(line(note, language))
        if any(note.outcome == "held" for note in notes):
            click.echo(word("quarantine_hint", language, round=round_.id), err=True)
        elif not notes:
            click.echo(word("quarantine_empty", language))


@quarantine.command("release")
@the_round
@click.argument("name", metavar="ID")
@the_decider
@settled
def quarantine_release(settings: Settled, round_: Round, name: str, by: str | None) -> None:
    """Let a workbook into the inbox."""
    _settle(settings, round_, name, by, "release")


@quarantine.command("discard")
@the_round
@click.argument("name", metavar="ID")
@the_decider
@settled
def quarantine_discard(settings: Settled, round_: Round, name: str, by: str | None) -> None:
    """Send a workbook away; its file stays in quarantine/ROUND."""
    _settle(settings, round_, name, by, "discard")


def _settle(settings: Settled, round_: Round, name: str, by: str | None, how: str) -> None:
    from styrxl.mail.incoming.quarantine import discard, release
    from styrxl.mail.incoming.take_in import line
    from styrxl.store.mail_log import MailBook

    with settings.desk(by=by) as desk:
        settle = release if how == "release" else discard
        click.echo(line(settle(desk, MailBook(desk.ledger.database), round_, name), settings.language()))


@cli.command()
@the_round
@click.option("--send", is_flag=True, help="Send the answers; without it they are put in outmail/ROUND.")
@click.option("--every", type=click.FloatRange(1, 3600), default=15.0, show_default=True, metavar="SECONDS", help="Between two looks.")
@settled
def watch(settings: Settled, round_: Round, *, send: bool, every: float) -> None:
    """Take in, judge and answer what comes to the round's mailbox, until stopped (Ctrl+C)."""
    import signal
    from threading import Event

    from styrxl.mail.incoming.watch import Watch, mailbox_of
    from styrxl.model.findings import word

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with settings.desk(reading=True) as desk:
        language, room = settings.language(), settings.room(desk)
        source = mailbox_of(room)
        click.echo(word("watching", language, round=round_.id), err=True)
        if not send:
            click.echo(word("watch_dry", language), err=True)
        tell = partial(click.echo, nl=False)
        Watch(room, round_, source, stop, send, language, tell, partial(click.echo, err=True), every).run()
        click.echo(word("watch_stopped", language), err=True)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line, or the words that are given."""
    gc.set_threshold(100_000, 20, 100)  # thousands of returns are kept to the end: looking for cycles among them finds none
    for stream in (sys.stdout, sys.stderr):
        # Windows consoles and pipes default to a code page that lacks ✓ and →.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(words, prog_name="styrxl")
