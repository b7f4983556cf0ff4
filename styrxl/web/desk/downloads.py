"""Files of a round, downloaded: found by name among those that are there, never by a path that a request makes up."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from styrxl.model.rounds import Round
from styrxl.store.files import is_system_file
from styrxl.store.workspace import Workspace
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

FOLDERS = ("outbox", "inbox", "returned", "boards", "council", "quarantine")  # each with a folder a round, but council
_OF_OWNERS = ("outbox", "returned", "boards")  # whose files are named by their owners
_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}
_PIECE = 1 << 20  # bytes


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of downloads."""
    return [
        Route("/files/{folder}/{round}/{name}", make_endpoint(send_file, rooms, scoped=True)),
        Route("/zip/{folder}/{round}", make_endpoint(send_zip, rooms, scoped=True)),
    ]


@dataclass(frozen=True, slots=True)
class RoundFile:
    """A file of a round: its name as people see it, where it is, and the address that it is downloaded from."""

    name: str
    path: Path
    href: str


def list_round_files(workspace: Workspace, folder: str, round_: Round) -> list[RoundFile]:
    """Return the files of a round in a folder of the workspace, by name; links and litter are passed over."""
    place = workspace.root / folder if folder == "council" else workspace.root / folder / round_.id
    if folder not in FOLDERS or not place.is_dir():
        return []
    found = []
    for path in sorted(place.iterdir()):
        name = workspace.shown(path).rpartition("/")[2]
        if path.is_symlink() or not path.is_file() or is_system_file(name) or (folder == "council" and not _is_of(path.name, round_)):
            continue
        found.append(RoundFile(name, path, make_file_link(folder, round_.id, name)))
    return found


def _is_of(name: str, round_: Round) -> bool:
    """Whether a file in council/ is a round's: its workbook, its report, and the tables beside them."""
    return name.startswith((f"{round_.id}.", f"{round_.id} "))


def make_file_link(folder: str, round_id: str, name: str) -> str:
    """Return the address that a file is downloaded from."""
    return f"/files/{folder}/{round_id}/{quote(name, safe='')}"


def send_file(visit: Visit) -> Response:
    """Return a file, to be kept under its own name."""
    workspace, round_ = _find_round(visit)
    file = next((one for one in list_round_files(workspace, visit.path["folder"], round_) if one.name == visit.path["name"]), None)
    if file is None or not _list_seen(visit, round_, [file]):
        raise HTTPException(404)
    media_type = _TYPES.get(file.path.suffix.lower(), "application/octet-stream")
    return FileResponse(file.path, media_type=media_type, filename=file.name)


def send_zip(visit: Visit) -> Response:
    """Return all of a round's files in a folder as one archive."""
    workspace, round_ = _find_round(visit)
    files = _list_seen(visit, round_, list_round_files(workspace, visit.path["folder"], round_))
    if not files:
        raise HTTPException(404)
    headers = {"Content-Disposition": f'attachment; filename="{visit.path["folder"]}-{round_.id}.zip"'}
    return StreamingResponse(_pack(files), media_type=_TYPES[".zip"], headers=headers)


def _find_round(visit: Visit) -> tuple[Workspace, Round]:
    workspace = visit.place.open_workspace()
    return workspace, visit.find_round(workspace)


def _list_seen(visit: Visit, round_: Round, files: list[RoundFile]) -> list[RoundFile]:
    """Return the files that may be shown: to somebody who sees some owners alone what was handed to those, and what they answered."""
    access, folder = visit.access, visit.path["folder"]
    if access.sees_all:
        return files
    if folder in _OF_OWNERS:
        return access.keep(files, lambda file: file.name.partition(".")[0])
    if folder != "inbox":
        return []
    with visit.reading() as desk:
        verdicts = desk.ledger.verdicts(round_.id)
        names = {file.path: desk.workspace.shown(file.path) for file in files}
    judged = [(file, verdicts[names[file.path]]) for file in files if names[file.path] in verdicts]
    return [file for file, verdict in judged if verdict.owner and access.sees(verdict.owner) and _find_hash(file.path) == verdict.sha256]


def _find_hash(path: Path) -> str:
    """Return the hash of a file's bytes: another may lie there than the one whose owner is known."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


class _Pipe:
    """What a zip is written to, and taken from again piece by piece, so that it never lies whole anywhere."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def close(self) -> None:
        """Do nothing."""

    def take(self) -> bytes:
        data, self._written = b"".join(self._written), []
        return data


def _pack(files: list[RoundFile]) -> Iterator[bytes]:
    """Yield an archive of files; they are packed already, so that they lie in it as they are."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            if not file.path.is_file():
                continue  # gone since it was listed
            with file.path.open("rb") as content, archive.open(zipfile.ZipInfo.from_file(file.path, file.name), "w") as member:
                while piece := content.read(_PIECE):
                    member.write(piece)
                    yield pipe.take()
    yield pipe.take()
