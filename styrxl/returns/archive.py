"""Zip archives of workbooks, as a stranger sends them: what they hold, and each file in them within a limit."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import IO

from styrxl.model.catalogue import Word
from styrxl.model.limits import MB
from styrxl.returns.package.file_type import find_zip_kind

_MEMBERS = 20_000  # files that an archive may hold
_GROWN = 20  # how many times its own size an archive of workbooks, which are packed already, may become
_SMALL = 100 * MB  # what any archive may become


class NotUnpackedError(Exception):
    """An archive, or a file in one, that is not unpacked; ``why`` is a word of the catalogue's."""

    def __init__(self, why: Word) -> None:
        """Keep the reason."""
        super().__init__(why.key)
        self.why = why


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its name with ``/`` between folders, which is only ever shown, and when it was changed last."""

    name: str
    changed: datetime
    info: zipfile.ZipInfo


def members_of(file: IO[bytes], zone: tzinfo) -> Sequence[Member] | None:
    """Return what an archive holds; None for a workbook, whatever its name, and for what is damaged.

    ``zone``: in which it tells when its files were changed.

    Raises NotUnpackedError where it holds too much, OSError where the file cannot be read.
    """
    size = file.seek(0, os.SEEK_END)
    try:
        with zipfile.ZipFile(file) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return None
    names: Collection[str] = {info.filename.replace("\\", "/").lstrip("/").lower() for info in infos}
    if find_zip_kind(names) != "zip" or "mimetype" in names:
        return None
    grown = sum(info.file_size for info in infos)
    if len(infos) > _MEMBERS or grown > max(_SMALL, _GROWN * size):
        raise NotUnpackedError(Word("archive_too_large", {"n": len(infos), "mb": grown // MB}))
    return [Member(info.filename.replace("\\", "/"), _changed(info, zone), info) for info in infos]


def read_member(file: IO[bytes], member: Member, most: int) -> bytes:
    """Return a file of an archive; raises NotUnpackedError where it has more than ``most`` bytes, is locked or damaged."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(member.info) as content:
            data = content.read(most + 1)
    except (RuntimeError, NotImplementedError) as error:  # a password, or a way of packing that Python does not know
        raise NotUnpackedError(Word("not_unpacked")) from error
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
        raise NotUnpackedError(Word("damaged")) from error
    if len(data) > most:
        raise NotUnpackedError(Word("too_large_file", {"mb": member.info.file_size // MB, "high": most // MB}))
    return data


def _changed(info: zipfile.ZipInfo, zone: tzinfo) -> datetime:
    try:
        return datetime(*info.date_time, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return datetime(1980, 1, 1, tzinfo=UTC)
