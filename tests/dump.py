"""Dump all that users see of styrxl as text: ``python tests/dump.py FOLDER [--seeds 1 2 3] [--languages sv en] [--units N]``.

``--workbooks OTHER`` keeps the workbooks themselves in another folder, of which ``--again`` tells once more when this script has changed.

The dumps of two versions are compared with ``diff -r``: where nothing that anybody sees has changed, it is silent. For each seed and
language the demonstration is played, and on copies of what it leaves the other commands are run, rightly and wrongly, at set times. What
they say stands in ``FOLDER/SEED-LANG/said``, the workbooks, mails and other files that they write in ``FOLDER/SEED-LANG/SCENE``.

Of styrxl only its command line is known here (``styrxl.cli.cli``, and the time in click's ``obj``), so that it may be built in any other
way. The key of every workspace is the same, and no mail leaves: smtplib's connection is one that writes it down.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import re
import secrets
import shlex
import shutil
import smtplib
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO, StringIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import click

from dump_workbooks import Parts, bare, relations, summed, workbook

ROUNDS = ("2027-plan", "2027-t1", "2027-t2", "2027-year")
NEXT = "2028-plan"
AFTER = datetime(2028, 2, 20, 9, tzinfo=UTC)
KEY = "5" * 64
"""The key that every workspace is given."""


# what commands say


class Heard(StringIO):
    """A stream that keeps what is written among what other streams are given, in order."""

    def __init__(self, pieces: list[tuple[str, str]], mark: str) -> None:
        """Take where to keep it, and what to put before each line."""
        super().__init__()
        self.pieces = pieces
        self.mark = mark

    def write(self, text: str) -> int:
        """Keep a text; click asks first whether it may be bytes."""
        if not isinstance(text, str):
            raise TypeError("a stream of text")
        if text:
            self.pieces.append((self.mark, text))
        return len(text)


OUT, ERR, RUN, END = "  ", "! ", "$ ", "= "
"""What stands before lines of stdout and stderr, before a command and before its exit status."""


def transcript(pieces: Iterable[tuple[str, str]]) -> str:
    """Return pieces line by line, each with its mark; a line that was not ended is marked too."""
    lines = []
    for mark, group in itertools.groupby(pieces, key=lambda piece: piece[0]):
        text = "".join(text for _, text in group)
        lines += [f"{mark}{line}".rstrip() if line.strip() else mark.rstrip() + line for line in text.removesuffix("\n").split("\n")]
        if not text.endswith("\n"):
            lines[-1] += " ⏎̸"
    return "\n".join(lines) + "\n"


def listening(pieces: list[tuple[str, str]]) -> Any:
    """Return a patch that notes each command that click runs, those that the demonstration gives too: words, time and exit status."""
    original = click.Group.main

    def main(self: click.Group, args: Sequence[str] | None = None, *more: Any, **known: Any) -> Any:
        at = (known.get("obj") or {}).get("now")
        pieces.append((RUN, f"{shlex.join(args or ())}{f'  # {at:%Y-%m-%d %H:%M:%S}' if at else ''}\n"))
        try:
            return original(self, args, *more, **known)
        except SystemExit as end:
            pieces.append((END, f"{end.code}\n"))
            raise
        except Exception as error:
            pieces.append((END, f"{type(error).__name__}: {error}\n"))
            raise

    return patch.object(click.Group, "main", main)


# what differs from run to run


# A hash, a signature, an issue's or a mail's id: alone among other signs, with letters and digits in it; no number, and no day.
_HASH = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9][.,])(?:(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{8,64}|(?<=rules )[0-9]{8}|(?!20)[0-9]{8}(?=-\d{1,2}\W))"
    r"(?![0-9A-Za-z])"
)


@dataclass(slots=True)
class Plain:
    """Texts with numbered words in place of what is random or the machine's own; one for each file, so that a change stays where it is."""

    seen: dict[str, int] = field(default_factory=dict)

    def text(self, text: str) -> str:
        """Return a text as it is compared."""
        text, today = text.replace(str(Path.cwd()), "‹here›"), datetime.now(UTC)
        for day in (today, today - timedelta(days=1), today + timedelta(days=1)):
            text = re.sub(rf"{day:%Y-%m-%d}(T[0-9:.]+(\+00:00|Z)?| \d\d:\d\d(:\d\d)?)?", "‹today›", text)
            text = re.sub(rf"\w\w\w, {day:%d %b %Y} [0-9:]+ [+-]\d{{4}}", "‹today›", text)
        text = re.sub(r'(?<="program": ")[^"]+|(?<=styrxl, version )\S+', "‹version›", text)
        return _HASH.sub(self._numbered, text)

    def _numbered(self, match: re.Match[str]) -> str:
        return f"‹{self.seen.setdefault(match[0], len(self.seen) + 1)}›"


def written(path: Path, text: str) -> None:
    """Write a text as it is compared."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(Plain().text(text), "utf-8")


# mails


def mail(data: bytes, known: Mapping[str, str]) -> tuple[str, dict[str, bytes]]:
    """Return a mail as text, and the workbooks in it that are not known by their hash."""
    message = message_from_bytes(data, policy=policy.default)
    lines, new = [], {}
    for part in message.walk():
        for name, value in part.items():
            lines.append(f"{name}: " + re.sub(r'\s*boundary="[^"]*"', " boundary", str(value)))
        if part.is_multipart():
            lines.append("")
            continue
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_content_maintype() == "text":
            lines += ["", *content.decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n").split("\n")]
        else:
            digest, name = hashlib.sha256(content).hexdigest(), part.get_filename() or "?"
            lines += ["", f"({len(content)} bytes: {known.get(digest) or 'as told beside this'})"]
            if digest not in known:
                new[name] = content
        lines.append("―" * 20)
    return "\n".join(lines) + "\n", new


class Post:
    """Stand in for smtplib's connection to a server: takes mails, and keeps them; some people's addresses it does not know."""

    taken: list[bytes] = []  # noqa: RUF012 -- all that is sent in the process
    unknown = ("vln@", "ubn-alby@")

    def __init__(self, host: str, *_: Any, **__: Any) -> None:
        """Refuse a host that is away."""
        if host.startswith("away"):
            raise ConnectionRefusedError(111, "Connection refused")
        self.host = host
        self.esmtp_features: dict[str, str] = {"size": "30000000", "auth": "PLAIN", "8bitmime": "", "starttls": ""}
        self.timeout: float | None = None
        self.sock = None
        self.does_esmtp = True

    def has_extn(self, name: str) -> bool:
        """Tell what it can."""
        return name.lower() in self.esmtp_features

    def login(self, user: str, _: str) -> tuple[int, bytes]:
        """Let all in but one."""
        if user == "stranger":
            raise smtplib.SMTPAuthenticationError(535, b"5.7.8 Authentication failed")
        return 235, b"2.7.0 Accepted"

    def rcpt(self, address: str, *_: Any) -> tuple[int, bytes]:
        """Take an address."""
        return (550, b"5.1.1 No such user here") if address.startswith(self.unknown) else (250, b"2.1.5 Ok")

    def docmd(self, command: str, *_: Any) -> tuple[int, bytes]:
        """Take a command."""
        return {"DATA": (354, b"Go ahead"), "AUTH": (235, b"2.7.0 Accepted")}.get(command.upper(), (250, b"2.0.0 Ok"))

    def send(self, data: bytes) -> None:
        """Keep a message."""
        if data != b".\r\n":
            self.taken.append(data)

    def __getattr__(self, name: str) -> Callable[..., tuple[int, bytes]]:
        """Say yes to all the rest."""
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: (250, b"2.0.0 Ok")


# workbooks that people send, made of others


def cells_of(data: bytes, sheet: str | int) -> dict[str, str]:
    """Return the texts of a sheet's cells."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    shared = [ET.tostring(one, "unicode", "text") for one in ET.fromstring(parts["xl/sharedStrings.xml"])]
    found = {}
    for cell in ET.fromstring(parts[part_of(parts, sheet)]).iter():
        if bare(cell.tag) == "c":
            value = "".join(child.text or "" for child in cell if bare(child.tag) == "v")
            whole = shared[int(value)] if cell.get("t") == "s" and value else value
            found[cell.get("r", "")] = whole or "".join(one.text or "" for one in cell.iter() if bare(one.tag) == "t")
    return found


def part_of(parts: Parts, sheet: str | int) -> str:
    """Return the part that holds a sheet, by its name or its place."""
    tied = relations(parts, "xl/workbook.xml")
    sheets = [one for one in ET.fromstring(parts["xl/workbook.xml"]).iter() if bare(one.tag) == "sheet"]
    one = sheets[sheet] if isinstance(sheet, int) else next(one for one in sheets if one.get("name") == sheet)
    return tied[next(value for key, value in one.items() if bare(key) == "id" and key != "id")][1]


Value = str | int | float | None
Typed = Mapping[str | int, Mapping[str, Value]]


def typed(data: bytes, answers: Typed) -> bytes:
    """Return a workbook with values in cells, and nothing else changed; a text that begins with ``<`` is what the cell holds, as XML.

    On a sheet that is named by its place rows are counted from the headings, which are not in the same place in each language.
    """
    return rewritten(
        data,
        lambda parts: {
            part: _answered(parts[part], own, counted=isinstance(sheet, int))
            for sheet, own in answers.items()
            for part in [part_of(parts, sheet)]
        },
    )


def _answered(xml: bytes, answers: Mapping[str, Value], *, counted: bool) -> bytes:
    text = xml.decode()
    frozen = re.search(r'ySplit="(\d+)"', text)
    first = int(frozen[1]) if counted and frozen else 0
    for name, value in answers.items():
        row = int(name[1:]) + first
        cell = f"{name[0]}{row}"
        match = re.search(rf'<c r="{cell}"(?: s="(\d+)")?[^>]*?(?:/>|>.*?</c>)', text)
        made = _cell(cell, f' s="{match[1]}"' if match and match[1] else "", value)
        if match:
            text = text[: match.start()] + made + text[match.end() :]
        else:
            text = re.sub(rf'(<row r="{row}"[^>]*?(?<!/)>.*?)(</row>)', lambda m, made=made: m[1] + made + m[2], text, count=1)  # type: ignore[misc]
    return text.encode()


def _cell(cell: str, style: str, value: str | float | None) -> str:
    match value:
        case None:
            return f'<c r="{cell}"{style}/>'
        case str() if value.startswith("<"):
            return f'<c r="{cell}"{style}{" t=" + chr(34) + "e" + chr(34) if "#" in value else ""}>{value}</c>'
        case str():
            return f'<c r="{cell}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        case _:
            return f'<c r="{cell}"{style}><v>{value}</v></c>'


def rewritten(data: bytes, change: Callable[[Parts], Mapping[str, bytes | None]]) -> bytes:
    """Return a workbook with some parts changed, added or (None) left out."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({name: content for name, content in {**parts, **change(parts)}.items() if content is not None})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def replaced(data: bytes, part: str, *changes: tuple[str, str]) -> bytes:
    """Return a workbook in a part of which (one whose name holds that) texts stand in others' place."""

    def change(parts: Parts) -> Mapping[str, bytes]:
        made = {}
        for name, content in parts.items():
            if part in name:
                text = content.decode()
                for old, new in changes:
                    text = re.sub(old, new, text, count=1, flags=re.DOTALL)
                made[name] = text.encode()
        return made

    return rewritten(data, change)


# scenes: a workspace, what is typed in it, and what comes of it


SKIPPED = (".db", ".db-wal", ".db-shm", ".key", ".readings")  # endings of files that are styrxl's own
OURS = "planering@botkyrka.example.se"
SPOKEN = ("sv", "en")


@dataclass(slots=True)
class Scene:
    """A workspace under its own name in the folder at hand; ``known`` tells where what has a hash was told before."""

    name: str
    out: Path
    language: str
    known: dict[str, str]
    now: datetime = AFTER
    pieces: list[tuple[str, str]] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)
    workbooks: Path | None = None  # where the workbooks themselves are kept, too

    @property
    def root(self) -> Path:
        """The workspace."""
        return Path(self.name)

    def run(self, *words: str | Path, plain: bool = False) -> str:
        """Type a command, in the language and about the workspace unless ``plain``; return what it printed."""
        cli: Any = import_module("styrxl.cli").cli
        before = () if plain else ("--workspace", self.name, *(() if self.language == "sv" else ("--lang", self.language)))
        first = len(self.pieces)
        with redirect_stdout(Heard(self.pieces, OUT)), redirect_stderr(Heard(self.pieces, ERR)), listening(self.pieces):
            try:
                cli.main(args=[*before, *map(str, words)], prog_name="styrxl", obj={"now": self.now})
            except SystemExit:
                pass
            except Exception as error:  # noqa: BLE001 -- a crash is what users see, too
                print(f"CRASH {type(error).__name__}: {error}")  # noqa: T201 -- into what is heard
        self.pieces.append((OUT, "\n"))
        return "".join(text for mark, text in self.pieces[first:] if mark == OUT)

    def say(self, text: str) -> None:
        """Note what happens between commands."""
        self.pieces.append(("", f"# {text}\n"))

    def at(self, year: int, month: int, day: int) -> None:
        """Let it be nine o'clock on another day."""
        self.now = datetime(year, month, day, 9, tzinfo=UTC)

    def put(self, path: str, data: bytes, minute: int = 0) -> Path:
        """Put a file into the workspace, changed last so many minutes after eight in the morning of the scene's day."""
        there = self.root / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(data)
        changed = self.now.replace(hour=8, minute=0).timestamp() + 60 * minute
        os.utime(there, (changed, changed))
        self.known.setdefault(hashlib.sha256(data).hexdigest(), "put there by the scene")
        return there

    def settings(self, *changes: tuple[str, str], more: str = "") -> None:
        """Change the settings."""
        path = self.root / "styrxl.toml"
        text = path.read_text("utf-8")
        for old, new in changes:
            text = re.sub(old, new, text, count=1, flags=re.MULTILINE)
        path.write_text(text + more, "utf-8")

    def read(self, path: str) -> bytes:
        """Return a file of the workspace."""
        return (self.root / path).read_bytes()

    def looked(self) -> dict[str, str]:
        """Return the workspace's files and their hashes."""
        paths = (path for path in sorted(self.root.rglob("*")) if path.is_file() and not path.name.endswith(SKIPPED))
        return {path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    def keep(self) -> None:
        """Write what was said, and what files there are that there were not: each once, wherever it lies."""
        written(self.out / "said" / f"{self.name}.txt", transcript(self.pieces))
        now = self.looked()
        changed = [path for path, digest in now.items() if self.before.get(path) != digest]
        lines = [f"- {path}" for path in self.before if path not in now]
        for path in changed:
            before = self.known.get(now[path])
            lines.append(f"+ {path}" + (f" = {before}" if before else ""))
            if not before:
                self.known[now[path]] = f"{self.name}/{path}"
                self._file(path)
        written(self.out / self.name / "files.txt", "\n".join(lines) + "\n")

    def _to(self, path: str) -> Path:
        """Return where a file's text goes; those whose names are the same but for hashes get numbers."""
        plain = self.out / self.name / Plain().text(path)
        names = (plain.with_name(f"{plain.name}{f' ({n})' if n > 1 else ''}") for n in itertools.count(1))
        return next(name for name in names if not name.with_name(name.name + ".txt").exists())

    def _file(self, path: str) -> None:
        data, to = self.read(path), self._to(path)
        if path.endswith((".xlsx", ".xlsm")):
            written(to.with_name(to.name + ".txt"), workbook(data))
            if self.workbooks:
                there = self.workbooks / to.relative_to(self.out)
                there.parent.mkdir(parents=True, exist_ok=True)
                there.write_bytes(data)
        elif path.endswith(".eml"):
            text, new = mail(data, self.known)
            written(to.with_name(to.name + ".txt"), text)
            for name, content in new.items():
                self.known[hashlib.sha256(content).hexdigest()] = f"{self.name}/{path}"
                written(to.with_name(f"{to.name}.{name}.txt"), workbook(content))
        elif path.endswith((".txt", ".toml", ".html", ".json", ".jinja")):
            written(to.with_name(to.name + ".txt"), data.decode("utf-8", "replace"))
        else:
            written(to.with_name(to.name + ".txt"), f"{summed(data)}\n")


@dataclass(slots=True)
class Play:
    """One seed in one language: where its dump lies, and what all its scenes share."""

    out: Path
    seed: int
    language: str
    units: int
    workbooks: Path | None = None
    known: dict[str, str] = field(default_factory=dict)

    @property
    def other(self) -> str:
        """The language that is not spoken."""
        return SPOKEN[self.language == "sv"]

    @contextmanager
    def scene(self, name: str, of: str | None = None) -> Iterator[Scene]:
        """Give a workspace, a copy of another's or none yet, and keep what becomes of it."""
        if of:
            shutil.copytree(of, name)
        made = Scene(name, self.out, self.language, self.known, workbooks=self.workbooks)
        made.before = made.looked()
        try:
            yield made
        finally:
            made.keep()


def commands(group: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command, and of each group of them."""
    yield words
    if isinstance(group, click.Group):
        for name in sorted(group.commands):
            yield from commands(group.commands[name], (*words, name))


def helped(play: Play) -> None:
    """Ask for help, and use every command wrongly."""
    with play.scene("help") as scene:
        everything = list(commands(import_module("styrxl.cli").cli))
        for words in everything:
            scene.run(*words, "--help", plain=True)
        scene.run("--version", plain=True)
        scene.run("-h", plain=True)
        for words in everything:
            scene.run(*words, plain=True)
            scene.run(*words, "--nonsense", plain=True)
    with play.scene("nowhere") as scene:
        scene.root.mkdir()
        for words in WITHOUT_A_WORKSPACE:
            scene.run(*words)
        for words in WRONG:
            scene.run(*words)


WITHOUT_A_WORKSPACE = (
    ("distribute", NEXT),
    ("validate",),
    ("validate", "--round", NEXT),
    ("status", NEXT),
    ("log", NEXT),
    ("link", NEXT),
    ("consolidate", NEXT),
    ("rollover", "2028"),
    ("unlock",),
    ("mail", "templates", NEXT),
    ("quarantine", "list", NEXT),
    ("set-aside", NEXT, "UBN", "--reason", "Utkast"),
)
WRONG = (
    ("nonsense",),
    ("mail", "nonsense", NEXT),
    ("--lang", "de", "status", NEXT),
    ("status", "2027-hösten"),
    ("validate", "--round", "27-plan"),
    ("distribute", NEXT, "--level", "council"),
    ("distribute", NEXT, "--rows", "0"),
    ("validate", "--format", "pdf"),
    ("validate", "does-not-exist.xlsx"),
    ("validate", "--owner", "UBN"),
    ("validate", "--jobs", "0"),
    ("validate", "--inbox", "memory://x", "--annotate"),
    ("receive", NEXT),
    ("receive", NEXT, "does-not-exist.zip"),
    ("receive", NEXT, "--form", "annual_plan", "nowhere"),
    ("receive", NEXT, "--imap", "--owner", "UBN"),
    ("receive", NEXT, "nowhere", "--owner", "UBN"),
    ("set-aside", NEXT, "UBN"),
    ("set-aside", NEXT, "UBN", "--reason", " "),
    ("rollover", "1999"),
    ("rollover", "next"),
    ("log", NEXT, "UBN", "UBF"),
    ("watch", NEXT, "--every", "0"),
    ("demo", "help", "--units", "0"),
)


def begun(play: Play) -> None:
    """Make workspaces, and type what cannot be done yet."""
    with play.scene("new") as scene:
        lang = ("--lang", play.language)
        scene.run(*lang, "init", "new", "--name", "Åköpings kommun", plain=True)
        scene.run(*lang, "init", "new", plain=True)
        scene.run(*lang, "init", "new/rows", "--rows", "30", plain=True)
        for words in WITHOUT_A_WORKSPACE:
            scene.run(*words)
        scene.run("demo", "new", plain=True)
        scene.run("receive", NEXT, "new/rows", "--owner", "UBN")
        (scene.root / "flerarsplan.xlsx").rename(scene.root / "plan.xlsx")
        scene.run("distribute", NEXT)
        scene.put("flerarsplan.xlsx", "Detta är text".encode("latin-1"))
        scene.run("distribute", NEXT)
        (scene.root / "plan.xlsx").replace(scene.root / "flerarsplan.xlsx")
    shutil.rmtree("new")


def demonstrated(play: Play) -> None:
    """Play the year."""
    with play.scene("demo") as scene:
        lang = () if play.language == "sv" else ("--lang", play.language)
        scene.run(*lang, "demo", "demo", "--units", str(play.units), "--seed", str(play.seed), plain=True)


def looked_into(play: Play) -> None:
    """Ask after everything that the year has left, and type the year's commands again."""
    with play.scene("year", "demo") as scene:
        for round_ in ROUNDS:
            scene.run("validate", "--round", round_, "--format", "json")
            scene.run("link", round_)
            scene.run("status", round_)
            scene.run("log", round_)
            scene.run("log", round_, "--format", "json")
            scene.run("log", round_, "UBN")
            scene.run("log", round_, "UBN.xlsx", "--format", "json")
        scene.run("consolidate", "2027-plan")
        scene.run("validate", "--round", "2027-year", "--format", "html", "--output", "year/report.html")
        scene.run("validate")
        scene.run("validate", "--round", "2027-plan", "--jobs", "2")
        scene.run("validate", "--round", "2027-plan", "--format", "html")
        scene.run("link", "2027-year", "--units")
        scene.run("link", "2031-plan")
        scene.run("log", "2027-plan", "nobody")
        scene.run("log", "2031-plan")
        scene.run("consolidate", "2027-t2", "--board", "ubn", "--board", "KS")
        scene.run("consolidate", "2027-t2", "--board", "KFN-BIB")
        for year in ("2027", "2028", "2029", "2032"):
            scene.run("rollover", year)
        contradicted(scene)
        scene.run("distribute", "2027-plan")
        scene.run("distribute", "2027-t1", "--to", "ubn", "--rows", "12")
        scene.run("distribute", "2027-t1", "--to", "kfn", "--rows", "12")
        scene.run("distribute", "2031-plan", "--level", "board")
        scene.run("distribute", "2031-t1")
        scene.run("distribute", "2028-t1")
        scene.run("consolidate", "2031-plan")
    shutil.rmtree("year")


def ids(data: bytes, place: int) -> range:
    """Return the rows, counted from the headings, that have an id on a sheet."""
    return range(1, 1 + sum(bool(re.match(r"A\d+=[^=]+-[^=]*\d", f"{cell}={value}")) for cell, value in cells_of(data, place).items()))


def contradicted(scene: Scene) -> None:
    """Let a board say things in its follow-ups that speak against each other, and against what it and its units said before."""
    seen = {
        ("2027-year", "well"): ("Uppfyllt", "Ej genomfört", 1),
        ("2027-year", "ill"): ("Ej uppfyllt", "Genomfört", 999),
        ("2027-year", "nothing"): ("Kan inte bedömas", "Avbrutet", 1),
        ("2027-t2", "going on"): ("Kan inte bedömas", "Pågår enligt plan", 1),
        ("2027-t2", "done"): ("Bedöms uppfyllas", "Genomfört", 999),
    }
    for (round_, name), (goal, done, outcome) in seen.items():
        issued = scene.read(f"outbox/{round_}/UBN.xlsx")
        answers: dict[str | int, Mapping[str, Value]] = {
            1: {"B1": "Förslag"},
            2: {f"{column}{row}": value for row in ids(issued, 2) for column, value in (("D", goal), ("F", "Som i våras."))},
            3: {f"{column}{row}": value for row in ids(issued, 3) for column, value in (("E", done), ("F", "Se ovan."))},
            5: {
                f"{column}{row}": 200000 - 90000 * (column == "I") for row in range(1, 7) for column in ("F" if "year" in round_ else "FI")
            },
            6: {f"{column}{row}": 30000 for row in range(1, 4) for column in "DFGH"},
            7: {f"F{row}": 0 if row == 1 else outcome for row in ids(issued, 7)},
        }
        scene.put(f"said/{round_} {name}.xlsx", typed(issued, answers))
        scene.run("validate", "--round", round_, f"year/said/{round_} {name}.xlsx")


def in_english(play: Play) -> None:
    """Let the municipality and all in it speak English, and hand out, mark and put together all of the year again."""
    if play.language == "sv":
        return
    with play.scene("english", "demo") as scene:
        spoken(scene, "en")
        scene.settings(('^language = "sv"', 'language = "en"'))
        for round_ in ROUNDS:
            scene.run("distribute", round_)
        scene.run("validate", "--round", "2027-plan", "--annotate")
        scene.run("validate", "--round", "2027-year", "--annotate")
        for round_ in ROUNDS:
            scene.run("consolidate", round_, "--all")
        scene.run("rollover", "2029")
    shutil.rmtree("english")


def spoken(scene: Scene, language: str, *owners: str) -> None:
    """Let owners (all, where none are named) speak a language."""
    plan = scene.read("flerarsplan.xlsx")
    cells = cells_of(plan, "Organisation")
    rows = [
        cell[1:]
        for cell, value in cells.items()
        if re.fullmatch(r"A\d+", cell) and int(cell[1:]) > 4 and value and (not owners or value in owners)
    ]
    scene.put("flerarsplan.xlsx", typed(plan, {"Organisation": {f"H{row}": language for row in rows}}))
    scene.say(f"language {language}: {', '.join(owners) or 'all'}")


MAIL = f"""
[mail]
from = "Planering <{OURS}>"
everything_to = ["KS"]
rate = 6000
server = "mail.example.se"
user = "planering"

[rounds."{NEXT}"]
name = "Verksamhetsplan 2028"
due = 2028-03-01
due_units = 2028-03-20
[rounds."{NEXT}".due_owner]
VLN = 2028-03-10
"""
SAID: Mapping[str, tuple[str, str]] = {
    "proposed": ("Förslag", "Proposed"),
    "yes": ("Ja", "Yes"),
    "no": ("Nej", "No"),
    "higher": ("Högre är bättre", "Higher is better"),
    "all": ("Alla", "All"),
}


def board_answers(language: str, owner: str) -> dict[str | int, Mapping[str, Value]]:
    """Return what a board answers: place of the sheet -> cell, its row counted from the headings -> value."""
    word = {key: pair[SPOKEN.index(language)] for key, pair in SAID.items()}
    rows = range(1, 8 if owner == "KFN" else 7)
    goals = {f"E{row}": word["yes"] for row in rows} | {f"F{row}": f"Med tidiga insatser, väg {row}." for row in rows}
    year = {"F1": 46753, "G1": 47117}
    return {
        1: {"B1": word["proposed"], "B2": word["yes"], "B6": "Förvaltningschef"},
        2: dict(goals),
        4: {"B1": f"Starta arbetet i {owner}", "C1": f"{owner}-M1", "E1": "Enhetschef", "H1": "Tre fler", **year},
        5: {"B1": f"{owner}-M1", "C1": "Andel nöjda", "D1": "procent", "E1": word["higher"], "F1": 80, "G1": 85},
        6: {"A1": "Grundverksamhet", "B1": 100, "C1": 900.5},
        7: {"B1": 300},
        8: {"B1": "Ombyggnad", "C1": 90, "D1": 60, "G1": 2029},
    }


def unit_answers(language: str, owner: str) -> dict[str | int, Mapping[str, Value]]:
    """Return what a unit answers; the schools' form has other columns."""
    board, _, _ = owner.partition("-")
    if board == "UBN":
        return {2: {"B1": "Läsa varje dag", "C1": f"{board}-M1", "D1": SAID["all"][SPOKEN.index(language)], "F1": "Rektor"}}
    return {3: {"B1": "Besöka alla", "C1": f"{board}-M1", "E1": "Enhetschef"}}


def planned(play: Play) -> None:
    """Hold the next planning round by mail and by hand, with all that comes between."""
    with play.scene("next", "demo") as scene:
        set_up(scene, play)
        tell_all(scene, "first")
        scene.run("distribute", NEXT, "--level", "board")
        scene.run("distribute", NEXT, "--level", "board", "--to", "MHN", "--rows", "45")
        scene.run("distribute", NEXT, "--level", "board", "--to", "MHN")
        tell_all(scene, "handed out")
        for words in (("XYZ",), ("mhn-lyv",), ("Livsmedelskontroll",)):
            scene.run("distribute", NEXT, "--to", *words)
            scene.run("mail", "templates", NEXT, "--to", *words)
        scene.run("distribute", NEXT, "--level", "board", "--to", "MHN-LIV")
        scene.run("mail", "templates", NEXT, "--to", "ubn", "--redirect-to", OURS)
        scene.run("mail", "templates", NEXT, "--redirect-to", "tester@example.com")
        scene.run("mail", "templates", NEXT)
        answered(scene, play, "MHN", 10)
        answered(scene, play, "UBN", 20)
        tell_all(scene, "two boards")
        scene.run("distribute", NEXT, "--level", "unit")
        scene.run("mail", "templates", NEXT)
        answered(scene, play, "MHN-LIV", 30)
        answered(scene, play, "UBN-ALBY", 40)
        answered(scene, play, "UBN-TUMBA", 41)
        answered(scene, play, "MHN", 50, {6: {"A1": "Allt", "C1": "ca tusen"}}, name="MHN nytt")
        tell_all(scene, "two units, and a fault")
        scene.run("link", NEXT)
        scene.at(2028, 3, 12)
        scene.run("mail", "reminders", NEXT)
        scene.run("status", NEXT)
        decided(scene, play)
        scene.at(2028, 3, 29)
        scene.run("consolidate", NEXT, "--all")
        tell_all(scene, "late")
        scene.run("mail", "summary", NEXT, "--allow-incomplete")
        changed(scene)
        followed(scene)
    with play.scene("sent", "next") as scene:
        scene.at(2028, 3, 29)
        posted(scene)
    shutil.rmtree("sent")


def set_up(scene: Scene, play: Play) -> None:
    """Let some speak the one language and some the other, and settle days and mail."""
    spoken(scene, play.language, "MHN", "MHN-LIV", "KF")
    spoken(scene, play.other, "UBN", "UBN-ALBY", "UBN-TUMBA", "VLN")
    scene.settings(more=MAIL)


def handed_out(play: Play) -> None:
    """Begin the next planning round: boards have answered, their units too, and one has sent a faulty answer after a good one."""
    with play.scene("begun", "demo") as scene:
        set_up(scene, play)
        scene.run("distribute", NEXT, "--level", "board")
        answered(scene, play, "MHN", 10)
        answered(scene, play, "UBN", 20)
        scene.run("distribute", NEXT, "--level", "unit")
        answered(scene, play, "MHN-LIV", 30)
        answered(scene, play, "UBN-ALBY", 40)
        answered(scene, play, "MHN", 50, {6: {"A1": "Allt", "C1": "ca tusen"}}, name="MHN nytt")
        scene.run("validate", "--round", NEXT)
    with play.scene("fresh", "demo") as scene:
        for name in ("inbox", "outbox", "council", "boards", "returned"):
            shutil.rmtree(scene.root / name)
        (scene.root / "styrxl.db").unlink()
        scene.settings(more=MAIL)
        for words in (*WITHOUT_A_WORKSPACE[1:], ("mail", "answers", NEXT), ("mail", "reminders", NEXT), ("distribute", "2027-t1")):
            scene.run(*words)
    shutil.rmtree("fresh")


def answered(scene: Scene, play: Play, owner: str, minute: int, more: Typed | None = None, name: str = "") -> None:
    """Let an owner hand in its workbook, filled in."""
    language = play.other if owner.startswith("UBN") else play.language
    answers: Typed = unit_answers(language, owner) if "-" in owner else board_answers(language, owner)
    issued = scene.root / "outbox" / NEXT / f"{owner}.xlsx"
    if not issued.exists():
        scene.say(f"{owner} was handed nothing")
        return
    made = typed(issued.read_bytes(), {**answers, **(more or {})})
    scene.put(f"inbox/{NEXT}/{name or owner}.xlsx", made, minute)
    scene.say(f"{name or owner} comes in")


def tell_all(scene: Scene, what: str) -> None:
    """Type the commands that tell how a round stands."""
    scene.say(what)
    scene.run("validate", "--round", NEXT, "--annotate")
    scene.run("status", NEXT)
    scene.run("log", NEXT)
    for kind in ("answers", "reminders", "summary"):
        scene.run("mail", kind, NEXT)
        kept = scene.root / "outmail" / NEXT
        if kept.is_dir():
            to = scene.root / "outmail" / f"{NEXT} {what}"
            shutil.copytree(kept, to, dirs_exist_ok=True)


def decided(scene: Scene, play: Play) -> None:
    """Set returns aside, take them back, join them, and say whose they are."""
    why = ("--reason", "Utkast, skickat av misstag", "--by", "Ekonomichefen")
    for words in (
        ("set-aside", NEXT, "MHN nytt.xlsx"),
        ("set-aside", NEXT, "MHN nytt.xlsx"),
        ("take-back", NEXT, "mhn"),
        ("take-back", NEXT, "MHN nytt.xlsx"),
        ("take-back", NEXT, "MHN nytt.xlsx"),
        ("set-aside", NEXT, "MHN"),
        ("set-aside", NEXT, "UBN-ALBY"),
        ("take-back", NEXT, "UBN-ALBY"),
        ("set-aside", NEXT, "VLN"),
        ("set-aside", NEXT, "inget.xlsx"),
        ("set-aside", NEXT, "next/flerarsplan.xlsx"),
        ("take-back", NEXT, "KFN"),
    ):
        scene.run(*words, *why)
    scene.run("merge", NEXT, "UBN")
    scene.run("merge", NEXT, "XYZ")
    scene.run("merge", NEXT, "SON-RES")
    one = board_answers(play.other, "UBN")
    issued = scene.read(f"outbox/{NEXT}/UBN.xlsx")
    scene.put(f"inbox/{NEXT}/UBN ekonomi.xlsx", typed(issued, {place: one[place] for place in (1, 6, 7, 8)}), 55)
    scene.run("validate", "--round", NEXT)
    scene.run("merge", NEXT, "UBN", "--reason", "Två har fyllt i")
    scene.put(f"inbox/{NEXT}/UBN annat.xlsx", typed(issued, {1: one[1], 2: one[2], 6: {"A1": "Annat", "C1": 1}}), 70)
    scene.run("merge", NEXT, "UBN")
    scene.run("merge", NEXT, "UBN", "--newer-wins")
    scene.put(f"inbox/{NEXT}/UBN delvis.xlsx", typed(issued, {1: one[1], 6: {"A1": "Fel", "C1": "<v>#DIV/0!</v>"}}), 80)
    scene.run("merge", NEXT, "UBN", "--newer-wins")
    scene.run("set-aside", NEXT, "UBN delvis.xlsx", *why)
    lost_identity(scene, play)
    scene.run("validate", "--round", NEXT)
    scene.run("log", NEXT, "--format", "json")
    scene.run("log", NEXT)


def lost(data: bytes) -> bytes:
    """Return a workbook that does not say whose it is."""
    bare_of = typed(data, {"_styrxl": {f"B{row}": None for row in range(1, 9)}})
    return rewritten(bare_of, lambda _: {"docProps/custom.xml": None})


def lost_identity(scene: Scene, play: Play) -> None:
    """Say whose a workbook is that does not say it itself."""
    filled = typed(scene.read(f"outbox/{NEXT}/MHN-LIV.xlsx"), {**unit_answers(play.language, "MHN-LIV"), 4: {"B1": "?"}})
    scene.put("okänd.xlsx", lost(filled), 60)
    scene.put(f"inbox/{NEXT}/vems.xlsx", lost(scene.read("inbox/2027-plan/SON.xlsx")), 60)
    one = "next/okänd.xlsx"
    scene.run("validate", one)
    scene.run("validate", "--round", NEXT, one)
    scene.run("validate", "--round", NEXT, one, "--owner", "MHN-LIV", "--form", "unit_plan")
    scene.run("validate", "--round", NEXT, one, "--owner", "MHN-LIV", "--form", "annual_plan")
    scene.run("receive", NEXT, one)
    scene.run("validate", "--round", NEXT)
    scene.run("receive", NEXT, one, "--owner", "XYZ")
    scene.run("receive", NEXT, one, "--owner", "MHN-LIV", "--form", "annual_plan")
    scene.run("receive", NEXT, one, "--owner", "SON-RES")
    scene.run("receive", NEXT, one, "--owner", "KFN-BIB")
    scene.run("receive", NEXT, one, "--owner", "MHN-LIV", "--reason", "Bladen kopierades", "--by", "Ekonomichefen")
    scene.run("receive", NEXT, one, "--owner", "MHN-LIV")
    scene.run("receive", NEXT, one, "--owner", "UBN-ALBY")
    scene.run("receive", NEXT, "UBN.xlsx", "--owner", "MHN")
    scene.run("receive", NEXT, one, "next/vems.xlsx", "--owner", "MHN")
    scene.run("set-aside", NEXT, "vems.xlsx", "--reason", "Hör hit inte")


def changed(scene: Scene) -> None:
    """Change the plan: what was handed out grows old, and the summary too."""
    plan = scene.read("flerarsplan.xlsx")
    scene.put("flerarsplan.xlsx", typed(plan, {"Mål": {"B7": "Botkyrkaborna mår bättre än förr"}}))
    scene.run("mail", "summary", NEXT, "--allow-incomplete")
    scene.run("distribute", NEXT)
    scene.run("mail", "templates", NEXT)
    (scene.root / "outbox" / NEXT / "KS.xlsx").unlink()
    scene.run("mail", "templates", NEXT)
    scene.run("distribute", NEXT)
    scene.run("validate", "--round", NEXT)
    (scene.root / "council" / f"{NEXT}.xlsx").unlink()
    scene.run("mail", "summary", NEXT, "--allow-incomplete")
    scene.run("consolidate", NEXT, "--all")
    scene.run("mail", "summary", NEXT, "--allow-incomplete", "--to", "mhn")
    scene.put(
        "flerarsplan.xlsx", typed(plan, {"Undantag": {"A6": "MHN", "B6": NEXT, "C6": "wrong-type", "D6": "Nytt system", "E6": 47100}})
    )
    scene.run("validate", "--round", NEXT)
    scene.put("flerarsplan.xlsx", plan)


def followed(scene: Scene) -> None:
    """Follow up what was planned, in the two languages."""
    scene.at(2029, 1, 20)
    scene.run("distribute", "2028-year")
    scene.run("distribute", "2028-t2")
    scene.run("validate", "--round", "2028-t2")
    scene.run("distribute", "2029-plan", "--level", "board", "--to", "UBN", "--to", "MHN")
    scene.run("status", "2028-year")


def posted(scene: Scene) -> None:
    """Send mails to a server that only keeps them."""
    for name in ("STYRXL_SMTP_PASSWORD", "STYRXL_IMAP_PASSWORD"):
        os.environ.pop(name, None)
    scene.run("mail", "templates", NEXT, "--send")
    os.environ["STYRXL_SMTP_PASSWORD"] = "lösen"  # noqa: S105 -- of no account
    Post.taken.clear()
    scene.run("consolidate", NEXT, "--all")
    scene.run("mail", "templates", NEXT, "--send", "--redirect-to", OURS)
    for kind in ("templates", "templates", "answers", "reminders"):
        scene.run("mail", kind, NEXT, "--send")
    scene.run("mail", "summary", NEXT, "--send", "--allow-incomplete")
    scene.run("mail", "reminders", NEXT)
    for number, data in enumerate(Post.taken, 1):
        text, _ = mail(data, scene.known)
        written(scene.out / scene.name / f"post-{number:02}.txt", text)
    scene.run("status", NEXT)
    scene.run("log", NEXT)
    scene.run("receive", NEXT, "--imap")
    scene.run("watch", NEXT)
    os.environ["STYRXL_SMTP_PASSWORD"] = "word"  # noqa: S105 -- as above
    scene.settings(('^user = "planering"', 'user = "stranger"'))
    scene.run("mail", "summary", NEXT, "--send", "--redirect-to", OURS, "--allow-incomplete")
    scene.settings(('^server = "mail', 'server = "away'))
    scene.run("mail", "summary", NEXT, "--send", "--redirect-to", OURS, "--allow-incomplete")
    scene.settings(('^server = "away', 'ca_file = "inte.pem"\nserver = "mail'))
    scene.run("mail", "summary", NEXT, "--send", "--redirect-to", OURS, "--allow-incomplete")
    scene.settings(("^server = .*", ""), ("^ca_file = .*", ""))
    scene.run("mail", "summary", NEXT, "--send", "--redirect-to", OURS, "--allow-incomplete")


def letter(sender: str, text: str = "Hej!", attachments: Mapping[str, bytes] | None = None, **heads: str) -> bytes:
    """Return a mail that somebody sends, the same each time."""
    made = EmailMessage(policy=policy.SMTP)
    number = hashlib.sha256(repr((sender, text, attachments, heads)).encode()).hexdigest()[:12]
    for name, value in {
        "From": sender,
        "To": OURS,
        "Subject": "Vår plan",
        "Date": "Fri, 25 Feb 2028 09:00:00 +0100",
        "Message-ID": f"<m{number}@desk.example.se>",
    }.items():
        made[name] = value
    for name, value in heads.items():
        del made[name.replace("_", "-")]
        made[name.replace("_", "-")] = value
    made.set_content(text)
    for name, data in (attachments or {}).items():
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    if made.is_multipart():
        made.set_boundary("=====styrxl=====")
    return made.as_bytes()


def received(play: Play) -> None:
    """Take returns in from everywhere, by mail and not."""
    with play.scene("receive", "begun") as scene:
        scene.at(2028, 2, 25)
        answers = board_answers(play.language, "KFN")
        kfn = typed(scene.read(f"outbox/{NEXT}/KFN.xlsx"), answers)
        ks, son = (typed(scene.read(f"outbox/{NEXT}/{owner}.xlsx"), board_answers("sv", owner)) for owner in ("KS", "SON"))
        for number in range(6):
            kinds: tuple[Mapping[str, bytes], ...] = (
                {"KFN plan.xlsx": kfn, "~$KFN plan.xlsx": b"lock", "läs mig.txt": b"Hej", "under/KS.xlsx": ks, ".DS_Store": b"x"},
                {"planer.zip": zipped({"mapp/SON.xlsx": son, "__MACOSX/._SON.xlsx": b"x", "mapp/brev.pdf": b"%PDF-1.7"})},
                {"trasig.zip": zipped({"a.xlsx": son})[:-40], "tom.xlsx": b"", "con.xlsx": son[: len(son) // 2]},
                {"SON 189001019802.xlsx": typed(son, {1: {"B6": "Någon"}}), "A\u030abo.XLSX": typed(son, {1: {"B6": "Annan"}})},
                {
                    "låst.zip": zipped({"SON.xlsx": son})
                    .replace(b"PK\x03\x04\x14\0\0", b"PK\x03\x04\x14\0\1")
                    .replace(b"\x14\0\0\0\x08", b"\x14\0\1\0\x08")
                },
                {"brev.eml": letter("kfn@botkyrka.example.se", attachments={"KFN.xlsx": typed(kfn, {1: {"B6": "Chef"}})})},
            )
            for name, data in kinds[number].items():
                scene.put(f"from{number}/{name}", data, number)
            scene.run("receive", NEXT, f"receive/from{number}")
        scene.run("receive", NEXT, "receive/from0", "receive/from1/planer.zip", "receive/from0/läs mig.txt")
        scene.run("receive", NEXT, "receive")
        by_mail(scene, kfn, son)
        for words in (
            ("quarantine", "list", NEXT),
            ("quarantine", "list", NEXT, "--all"),
            ("quarantine", "list", "2031-plan"),
            ("quarantine", "release", NEXT, "nothing"),
        ):
            said = scene.run(*words)
            if words[1:] == ("list", NEXT):
                waiting = re.findall(r"\[([0-9a-f]{8}-\d+)\]", said)
        for number, name in enumerate(waiting):
            scene.run("quarantine", "release" if number % 2 else "discard", NEXT, name, "--by", "Ekonomichefen")
            scene.run("quarantine", "discard", NEXT, name)
        scene.run("quarantine", "list", NEXT, "--all")
        scene.run("validate", "--round", NEXT)
        scene.run("validate", "--round", NEXT, "--format", "json")
        scene.run("mail", "answers", NEXT)
        scene.run("log", NEXT)
        scene.run("log", NEXT, "--format", "json")
        scene.run("status", NEXT)
    shutil.rmtree("receive")


def by_mail(scene: Scene, kfn: bytes, son: bytes) -> None:
    """Take in mails of every kind: as a file, a mailbox, a maildir."""
    contact, stranger = "KFN <kfn@botkyrka.example.se>", "okand@example.se"
    encrypted = letter(contact).replace(b"text/plain", b"application/pkcs7-mime; smime-type=enveloped-data")
    mails: Mapping[str, bytes] = {
        "contact": letter(
            contact, attachments={"KFN.xlsx": typed(kfn, {1: {"B6": "Direktör"}}), "logo.png": b"\x89PNG\r\n\x1a\n" + b"x" * 50}
        ),
        "stranger": letter(stranger, attachments={"KFN.xlsx": typed(kfn, {1: {"B6": "Okänd"}})}),
        "other": letter(
            contact,
            attachments={"SON.xlsx": typed(son, {1: {"B6": "Fel"}}), "a.zip": zipped({"SON.xlsx": typed(son, {1: {"B6": "Zip"}})})},
        ),
        "two": letter(f"{contact}, ks@botkyrka.example.se", attachments={"KFN.xlsx": typed(kfn, {1: {"B6": "Två"}})}),
        "lost": letter(contact, attachments={"okänd.xlsx": lost(kfn), "trasig.xlsx": kfn[:900]}),
        "none": letter(contact, "Hej, jag undrar en sak."),
        "link": letter(contact, "Här: https://kommunen-my.sharepoint.com/:x:/g/personal/abc"),
        "pdf": letter(contact, attachments={"plan.pdf": b"%PDF-1.7", "tom.zip": zipped({"a.txt": b"x"})}),
        "winmail": letter(contact, attachments={"winmail.dat": b"\x78\x9f\x3e\x22rubbish"}),
        "encrypted": encrypted,
        "away": letter(contact, "Jag är borta.", Auto_Submitted="auto-replied"),
        "bounce": letter("MAILER-DAEMON@example.se", "550 No such user", X_Failed_Recipients="vln@botkyrka.example.se"),
        "own": letter(OURS, Message_ID="<styrxl.abc@botkyrka.example.se>"),
        "nobody": letter("", attachments={"KFN.xlsx": typed(kfn, {1: {"B6": "Ingen"}})}),
        "text": b"Detta \xe4r inget mejl",
    }
    for name, data in mails.items():
        scene.put(f"mail/{name}.eml", data)
        scene.run("receive", NEXT, f"receive/mail/{name}.eml")
    scene.run("receive", NEXT, "receive/mail/contact.eml")
    boxed = [typed(kfn, {1: {"B15": f"Låda {number}"}}) for number in range(3)]
    scene.put(
        "box.mbox",
        b"".join(
            b"From x Fri Feb 25 09:00:00 2028\n" + letter(contact, attachments={"KFN.xlsx": one}).replace(b"\r\n", b"\n") + b"\n"
            for one in boxed[:2]
        ),
    )
    for name in ("cur", "new", "tmp"):
        (scene.root / "maildir" / name).mkdir(parents=True)
    scene.put("maildir/new/1.example", letter(contact, attachments={"KFN.xlsx": boxed[2]}))
    scene.put("mail.zip", zipped({"a.eml": letter(stranger, "I en zip"), "SON.xlsx": typed(son, {1: {"B6": "I en zip"}})}))
    scene.run("receive", NEXT, "receive/box.mbox")
    scene.run("receive", NEXT, "--maildir", "receive/maildir")
    scene.run("receive", NEXT, "receive/mail.zip")
    scene.run("receive", NEXT, "receive/box.mbox", "--owner", "KFN")
    scene.put("none.mbox", b"x")
    scene.run("receive", NEXT, "receive/none.mbox")


# what can be wrong with a return


def faults(language: str) -> Mapping[str, Typed]:
    """Return what is typed wrongly into MHN's plan, by name."""
    no = SAID["no"][SPOKEN.index(language)]
    return {
        "missing": {4: {"E1": None, "C1": None}, 1: {"B6": None}},
        "types": {4: {"F1": "i vår", "G1": "2028-13-40"}, 6: {"C1": "ca tusen", "B1": "1.234,5,6"}, 8: {"G1": "snart"}},
        "lists": {1: {"B1": "Kanske", "B2": "Nja"}, 5: {"E1": "Uppåt"}, 3: {"G1": 7}},
        "ambiguous": {4: {"F1": "03/04/2028"}, 6: {"C1": "1.234"}, 8: {"D1": "1,234"}},
        "interpreted": {4: {"F1": "1 mars 2028", "G1": "2028-12-31 "}, 6: {"C1": "1 200 tkr", "B1": "100 000 kr"}, 5: {"G1": "85 %"}},
        "texts": {4: {"E1": "se bilaga", "H1": "+ fler", "B1": "Träffa 18900101-9802"}, 2: {"F1": "x" * 5000}},
        "cells": {4: {"H1": "<f>1/0</f><v>#DIV/0!</v>"}, 6: {"C1": "<f>2*350</f>", "A2": "<f>A9</f><v></v>"}},
        "locked": {2: {"B1": "Något annat"}, 7: {"A1": "UBN-ALBY"}, 3: {"A1": "MHN-M77"}},
        "dates": {4: {"F1": 47117, "G1": 46753}, 3: {"H1": 2030, "I1": 2028}},
        "years": {4: {"F1": 40000, "G1": 50000}, 3: {"I1": 2045, "I2": 2027}, 8: {"G1": 1990}},
        "money": {6: {"C1": -900}, 8: {"C1": 5, "D1": 60000}},
        "kronor": {6: {"C1": 29300000, "B1": 0}, 7: {"B1": 99999}},
        "millions": {6: {"C1": 29.3, "B1": None}},
        "parents": {
            4: {
                "B2": "Ett",
                "C2": "KF-M99",
                "B3": "Två",
                "C3": "UBN-M1",
                "B4": "Tre",
                "C4": "MHN-2028-A1",
                "B5": "Fyra",
                "C5": "SON-RES-M1",
            }
        },
        "denied": {2: {"E3": no, "G3": None}, 1: {"B2": no}},
        "goals": {3: {"B6": "Ett nytt mål", "C6": "KF-M4", "G6": 1, "H6": 2028, "I6": 2040, "B7": "Ett till", "C7": "KF-M3"}},
        "copied": {4: {"B2": "Starta arbetet i MHN", "C2": "MHN-M2", "E2": "Chef", "F2": 46753, "G2": 47117, "H2": "Tre fler"}},
        "worse": {5: {"G1": 60, "H1": "U1"}, 7: {"B1": None}},
        "headings": {4: {"E0": "Ansvar", "I0": None, "J0": "Vår egen", "J1": "x", "H0": "Slut*"}},
        "ids": {4: {"A2": "MHN-2028-A1", "B2": "Samma", "A3": None, "B3": "Utan", "A4": "MHN-2028-A99", "B4": "Okänd"}},
        "rows": {2: {"A1": None, "B1": None, "E1": None, "F1": None}, 7: {"A1": None, "B1": 5}},
    }


def spoilt(data: bytes) -> Mapping[str, bytes]:
    """Return a filled workbook with something wrong that no cell shows, and files that are no workbook of ours, by name."""
    sheets = "xl/worksheets/sheet"
    of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"
    relation = f'<Relationship Id="x1" Type="{of}" Target="file:///X:/annan.xlsx" TargetMode="External"/>'
    linked = {
        "xl/externalLinks/externalLink1.xml": b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relation}</Relationships>'.encode(),
    }
    return {
        "forged.xlsx": typed(data, {"_styrxl": {"B6": "UBN"}}),
        "forged both.xlsx": replaced(typed(data, {"_styrxl": {"B6": "UBN"}}), "custom.xml", (">MHN<", ">UBN<")),
        "version.xlsx": replaced(typed(data, {"_styrxl": {"B2": "99"}}), "custom.xml", ("(styrxl_version.*?)>1<", r"\1>99<")),
        "owner.xlsx": replaced(typed(data, {"_styrxl": {"B6": "OKÄND"}}), "custom.xml", (">MHN<", ">OKÄND<")),
        "round.xlsx": replaced(typed(data, {"_styrxl": {"B5": "2019-plan"}}), "custom.xml", (NEXT, "2019-plan")),
        "lost.xlsx": lost(data),
        "sheet.xlsx": replaced(data, "xl/workbook.xml", ('sheet name="[^"]*" sheetId="5"', 'sheet name="Att göra" sheetId="5"')),
        "hidden row.xlsx": replaced(data, f"{sheets}5.xml", ('<row r="5"', '<row r="5" hidden="1"')),
        "hidden columns.xlsx": replaced(
            data, f"{sheets}5.xml", ('<col width="([^"]*)" customWidth="1" min="2"', r'<col hidden="1" width="\1" customWidth="1" min="2"')
        ),
        "hidden sheet.xlsx": replaced(data, "xl/workbook.xml", ('(sheetId="7" state=)"visible"', r'\1"hidden"')),
        "macros.xlsm": rewritten(data, lambda _: {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
        "linked.xlsx": rewritten(data, lambda _: linked),
        "entities.xlsx": replaced(data, f"{sheets}5.xml", ("<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet')),
        "far.xlsx": replaced(data, f"{sheets}5.xml", ('(<c r=")A60"', r'\1A20060"')),
        "cut.xlsx": data[: len(data) // 2],
        "empty.xlsx": b"",
        "text.xlsx": b"Detta \xe4r text",
        "fields.xlsx": b"Id;Namn;Ansvarig\nA;B;C\n",
        "page.xlsx": b"<!DOCTYPE html><html><body>x</body></html>",
        "xml.xlsx": b'<?xml version="1.0"?><Workbook/>',
        "picture.xlsx": b"\x89PNG\r\n\x1a\n" + b"x" * 50,
        "document.xlsx": zipped({"word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}),
        "slides.xlsx": zipped({"ppt/presentation.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}),
        "archive.xlsx": zipped({"a/b.txt": b"x"}),
        "paper.pdf": b"%PDF-1.7 x",
        "mail.xlsx": letter("a@example.se"),
        "program.xlsx": b"MZ" + b"\0" * 200,
        "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "locked.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "old.xml": b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        "packed.xlsx": b"7z\xbc\xaf\x27\x1c" + b"\0" * 60,
        "own.xlsx": replaced(lost(data), "xl/workbook.xml", ('sheet name="[^"]*" sheetId="2"', 'sheet name="Vårt" sheetId="2"')),
    }


def judged(play: Play) -> None:
    """Let returns be judged that have something wrong with them."""
    with play.scene("faults", "begun") as scene:
        scene.at(2028, 2, 25)
        shutil.rmtree(scene.root / "inbox" / NEXT)
        issued = scene.read(f"outbox/{NEXT}/MHN.xlsx")
        good = typed(issued, board_answers(play.language, "MHN"))
        last = cells_of(scene.read("outbox/2027-year/MHN.xlsx"), 3)
        texts_of_last_year = [value for cell, value in last.items() if cell.startswith("B") and len(value) > 30][1:3]
        all_faults: dict[str, Typed] = {
            **faults(play.language),
            "last year": {4: {f"B{n}": text for n, text in enumerate(texts_of_last_year, 1)}},
        }
        for name, wrong in all_faults.items():
            scene.put(f"typed/{name}.xlsx", typed(good, wrong))
        scene.put("typed/blank.xlsx", issued)
        for name, data in spoilt(good).items():
            scene.put(f"files/{name}", data)
        for form in ("text", "json", "html"):
            scene.run("validate", "--round", NEXT, "faults/typed", "faults/files", "--format", form)
        scene.run("validate", "faults/typed/missing.xlsx", "faults/files/round.xlsx")
        for name in all_faults:
            scene.put(f"inbox/{NEXT}/MHN.xlsx", scene.read(f"typed/{name}.xlsx"))
            scene.run("validate", "--round", NEXT, "--annotate")
            if name in {"parents", "goals"}:
                scene.run("link", NEXT)
            marked = scene.root / "returned" / NEXT / "MHN.xlsx"
            if marked.exists():
                marked.rename(marked.with_name(f"MHN {name}.xlsx"))
        for name, data in spoilt(good).items():
            scene.put(f"inbox/{NEXT}/{name}", data)
        scene.run("validate", "--round", NEXT)
        scene.run("mail", "answers", NEXT)
        limited(scene, good)
    shutil.rmtree("faults")


def limited(scene: Scene, good: bytes) -> None:
    """Set narrow limits on what a return may be."""
    scene.put("good.xlsx", good)
    huge = rewritten(good, lambda _: {"xl/media/image1.png": b"\0" * 3_000_000})
    scene.put("huge.xlsx", huge)
    for limit in ("parts = 5", "expanded_mb = 1", "ratio = 5", "sheets = 3", "rows = 4", "columns = 2", 'macros = "warn"', "file_mb = 0"):
        scene.settings(("^\\[limits\\]\\n.*\\n", ""))
        scene.settings(more=f"[limits]\n{limit}\n")
        scene.run("validate", "--round", NEXT, "faults/good.xlsx", "faults/huge.xlsx", "faults/files/macros.xlsm")


def troubled(play: Play) -> None:
    """Break the workspace in every way that the operator must mend."""
    with play.scene("trouble", "begun") as scene:
        scene.at(2028, 2, 25)
        toml = scene.root / "styrxl.toml"
        before = toml.read_text("utf-8")
        for change in SETTINGS:
            toml.write_text(change, "utf-8")
            scene.say(change)
            scene.run("status", NEXT)
        toml.write_bytes(b"\xff\xfe[municipality]")
        scene.run("status", NEXT)
        toml.write_text(before.replace("[mail]", "[post]"), "utf-8")
        scene.run("mail", "templates", NEXT)
        toml.write_text(before.replace('name = "Botkyrka', 'logo = "inte.png"\nname = "Botkyrka'), "utf-8")
        scene.run("distribute", NEXT, "--to", "KS")
        toml.write_text(
            before.replace(
                'name = "Botkyrka', 'logo = "logo.png"\naccent = "7A1FA2"\norganisation_number = "212000-0000"\nname = "Botkyrka'
            ),
            "utf-8",
        )
        scene.put("logo.png", PICTURE)
        scene.run("distribute", NEXT, "--to", "KS")
        scene.run("consolidate", NEXT)
        scene.run("mail", "templates", NEXT, "--to", "KS")
        toml.write_text(before, "utf-8")
        templates(scene)
        addressed(scene, before)
        in_the_way(scene)
        broken_plan(scene)
        key = scene.root / "styrxl.key"
        for content in ("", "abc", "zz" * 32):
            key.write_text(content, "ascii")
            scene.run("distribute", NEXT, "--to", "KS")
        key.unlink()
        scene.run("distribute", NEXT, "--to", "KS")
        scene.put("styrxl.db", b"Ingen databas, bara text som ligger i filen")
        scene.run("status", NEXT)
    shutil.rmtree("trouble")


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
SETTINGS = (
    "",
    "[municipality]\n",
    '[municipality]\nname = "Å\n',
    '[municipality]\nname = "Å"\ncolour = "red"\n',
    '[municipality]\nname = "Å"\nlanguage = "fi"\n',
    '[municipality]\nname = "Å"\naccent = "blå"\n',
    'municipality = "Å"\n',
    '[municipality]\nname = "Å"\n[nonsense]\na = 1\n',
    '[municipality]\nname = "Å"\n[rounds."2027-host"]\ndue = 2027-01-01\n',
    '[municipality]\nname = "Å"\n[rounds."2028-plan"]\ndue = "snart"\n',
    '[municipality]\nname = "Å"\n[rounds."2028-plan"]\ndeu = 2027-01-01\n',
    '[municipality]\nname = "Å"\n[thresholds]\npercent = -1\n',
    '[municipality]\nname = "Å"\n[limits]\nsheets = 0\n',
    '[municipality]\nname = "Å"\n[mail]\nfrom = "ingen"\n',
    '[municipality]\nname = "Å"\n[mail]\nfrom = "a@example.se"\nrate = 0\n',
    '[municipality]\nname = "Å"\n[mail]\nfrom = "a@example.se"\nsecurity = "none"\n',
    '[municipality]\nname = "Å"\n[mail]\nreply_to = "a@example.se"\n',
    '[municipality]\nname = "Å"\n[mail]\nfrom = "a@example.se"\n[mail.imap]\nmap = "x"\n',
    '[municipality]\nname = "Å"\n[database]\nurl = "nonsense"\n',
    '[municipality]\nname = "Å"\n[database]\nurl = "mysql://example.se/styrxl"\n',
    '[municipality]\nname = "Å"\n[database]\nurl = "sqlite:///other.db"\n',
    '[municipality]\nname = "Å"\n[database]\nurl = "postgresql://styrxl@127.0.0.1:1/styrxl"\n',
)


def templates(scene: Scene) -> None:
    """Give mails words of one's own, some of them wrong."""
    for name, text in {
        "templates.sv.jinja": "Subject: Hej {{ owner_name }}\n\nHär är **boken** för {{ round_name }}.\n",
        "templates.en.jinja": "Hello {{ owner_name }}\n",
        "answer.sv.jinja": "Subject: {{ nonsense }}\n\nHej\n",
        "reminder.sv.jinja": "Subject: {% if %}\n\nHej\n",
        "påminnelse.sv.jinja": "Subject: Hej\n\nHej\n",
    }.items():
        path = scene.put(f"mail/{name}", text.encode())
        scene.run("mail", {"answer": "answers", "reminder": "reminders"}.get(name.partition(".")[0], "templates"), NEXT)
        path.unlink()
    scene.put("mail/templates.sv.jinja", b"Subject: Hej {{ owner_name }}\n\n> Viktigt\n\n# Rubrik\n\n- {{ round_name }}\n")
    scene.run("mail", "templates", NEXT)


def addressed(scene: Scene, before: str) -> None:
    """Let mails have nowhere to go, or be too large."""
    plan = scene.read("flerarsplan.xlsx")
    addresses = {"F6": None, "F7": "x@example.com", "F8": "kfn@botkyrka.example.se; kfn@example.com", "F9": "å@botkyrka.example.se"}
    scene.put("flerarsplan.xlsx", typed(plan, {"Organisation": addresses}))
    scene.settings(("^everything_to.*", "attachment_limit = 1"))
    for words in (("templates",), ("reminders",), ("summary", "--allow-incomplete")):
        scene.run("mail", *words[:1], NEXT, *words[1:])
    scene.put("flerarsplan.xlsx", plan)
    (scene.root / "styrxl.toml").write_text(before, "utf-8")


def in_the_way(scene: Scene) -> None:
    """Let others hold what is to be written, or be at work."""
    for folder in ("council", f"outbox/{NEXT}", f"boards/{NEXT}"):
        name = {"council": NEXT}.get(folder, "MHN")
        path = scene.put(f"{folder}/~${name}.xlsx", b"lock")
        scene.run("consolidate", NEXT, *(("--board", "MHN") if "boards" in folder else ()))
        scene.run("distribute", NEXT, "--to", "MHN", "--rows", "50")
        path.unlink()
    other = {
        "user": "Annan",
        "host": "annan-dator",
        "pid": 4242,
        "command": "validate",
        "since": "2028-02-25T07:30:00+00:00",
        "started": "1",
        "token": "x",
    }
    scene.put("styrxl.lock", json.dumps(other).encode())
    clock = itertools.count(step=31)
    with patch.object(time, "monotonic", lambda: float(next(clock))):
        scene.run("validate", "--round", NEXT)
    scene.run("status", NEXT)
    for content in (b"", b"{}"):
        scene.run("unlock")
        scene.put("styrxl.lock", content)
    scene.run("unlock")
    scene.run("unlock")
    shutil.move(scene.root / "council", scene.root / "rådet")
    scene.put("council", b"i vagen")
    scene.run("consolidate", NEXT)
    scene.run("validate", "--round", NEXT, "--format", "html", "--output", "trouble/council/x.html")
    scene.put("sheets/unit_plan.yaml", b"form: [")
    scene.run("distribute", NEXT, "--to", "MHN-LIV")
    (scene.root / "sheets" / "unit_plan.yaml").unlink()


def broken_plan(scene: Scene) -> None:
    """Write the multi-year plan wrongly."""
    plan = scene.read("flerarsplan.xlsx")
    wrong: Mapping[str, Typed] = {
        "cells": {
            "Ramar": {"C5": "mycket", "A6": "XYZ", "B7": 1890},
            "Mål": {"F6": "XYZ", "G7": 2031},
            "Organisation": {"C6": "Bolag", "F7": "ingen adress"},
        },
        "ids": {"Organisation": {"A7": "KS", "A8": None, "D26": "XYZ", "A30": "AVN"}, "Mål": {"A6": "KF-M1"}},
        "dates": {"Organisation": {"K9": 47000, "L9": 46000}, "Ramjusteringar": {"C5": "i juni", "F6": None}},
        "waivers": {"Undantag": {"A6": "XYZ", "B6": "2027-host", "C6": "nonsense", "D6": None, "E6": "aldrig"}},
        "assessments": {"Fullmäktiges bedömning": {"A5": "2027-x", "B6": "KF-M99", "C7": "Kanske"}},
        "indicators": {"Indikatorer": {"B5": "KF-M99", "E6": "Uppåt", "G7": "i år", "I8": "många"}},
    }
    for name, cells in wrong.items():
        scene.put("flerarsplan.xlsx", typed(plan, cells))
        scene.say(name)
        scene.run("distribute", NEXT, "--to", "KS")
        scene.run("validate", "--round", NEXT)
    scene.put("flerarsplan.xlsx", plan)


# all of it


def settle() -> Iterator[Any]:
    """Yield patches that make a run the same as any other: keys, and no mail that leaves."""
    count = itertools.count(1)
    yield patch.object(secrets, "token_hex", lambda size=32: KEY if size == 32 else f"{next(count):0{2 * size}x}")
    yield patch.object(smtplib, "SMTP", Post)
    yield patch.object(smtplib, "SMTP_SSL", Post)
    yield patch.object(time, "sleep", lambda _: None)


GROUPS: tuple[tuple[Callable[[Play], None], ...], ...] = (
    (planned,),
    (handed_out, received, judged, troubled),
    (helped, begun, looked_into, in_english),
)
"""What does not have to be done with each seed: the first group with the first one, the second with the second, and so on."""


def dump(folder: Path, seeds: Sequence[int], seed: int, language: str, units: int, workbooks: Path | None) -> str:
    """Dump one seed in one language, in a process of its own; return how long each part took."""
    os.environ |= {
        "TZ": "Europe/Stockholm",
        "COLUMNS": "120",
        "STYRXL_USER": "controller",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    time.tzset()
    out, took = folder / f"{seed}-{language}", []
    shutil.rmtree(out, ignore_errors=True)
    play = Play(out, seed, language, units, workbooks / out.name if workbooks else None)
    groups = [group for number, group in enumerate(GROUPS) if seeds[number % len(seeds)] == seed]
    with tempfile.TemporaryDirectory(prefix="styrxl-dump-") as place, ExitStack() as stack:
        for one in settle():
            stack.enter_context(one)
        os.chdir(place)
        for scenes in (demonstrated, *itertools.chain(*groups)):
            began = time.perf_counter()
            scenes(play)
            took.append(f"{scenes.__name__} {time.perf_counter() - began:.0f} s")
        os.chdir(folder)
    return f"{out.name}: {', '.join(took)}"


def main() -> None:
    """Dump each seed in each language, two at a time."""
    parser = argparse.ArgumentParser(description="Dump all that users see of styrxl as text, to be compared with another version's.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--languages", choices=SPOKEN, nargs="+", default=list(SPOKEN))
    parser.add_argument("--units", type=int, default=20)
    parser.add_argument("--workbooks", type=Path, help="where to keep the workbooks themselves, too")
    parser.add_argument("--again", action="store_true", help="tell anew of the workbooks that were kept, and do nothing else")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.again:
        for path in sorted(asked.workbooks.rglob("*.xls[xm]")):
            to = asked.folder / path.relative_to(asked.workbooks)
            written(to.with_name(to.name + ".txt"), workbook(path.read_bytes()))
        return
    found = find_spec("styrxl")
    print(f"styrxl: {found.origin if found else 'not there'}", file=sys.stderr, flush=True)  # noqa: T201 -- which one is dumped
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        each = itertools.product(asked.seeds, asked.languages)
        kept = asked.workbooks.resolve() if asked.workbooks else None
        runs = [pool.submit(dump, asked.folder.resolve(), asked.seeds, seed, language, asked.units, kept) for seed, language in each]
        for run in runs:
            print(run.result(), file=sys.stderr, flush=True)  # noqa: T201 -- how far it has come


if __name__ == "__main__":
    main()
