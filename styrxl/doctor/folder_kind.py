"""What kind of folder it is: on a disk of this computer or a share, kept in step with a cloud or not; told by names and the system."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

# File systems that are reached over a network, as Linux and macOS name them.
_NETWORK = frozenset(
    {
        *("cifs", "smb3", "smbfs", "smb2", "nfs", "nfs4", "afpfs", "afs", "webdav", "davfs", "fuse.davfs", "ncpfs", "ceph", "lustre"),
        *("fuse.sshfs", "fuse.rclone", "fuse.gvfsd-fuse", "fuse.glusterfs", "glusterfs", "fuse.s3fs", "beegfs"),
    }
)
# How folders that services keep in step are named, by the beginning of a name or all of it.
_SERVICES: Mapping[str, re.Pattern[str]] = {
    "OneDrive": re.compile(r"(?i)onedrive(?: ?-.*)?"),
    "SharePoint": re.compile(r"(?i)sharepoint(?: ?-.*)?"),
    "Dropbox": re.compile(r"(?i)dropbox(?: \(.*\))?"),
    "Google Drive": re.compile(r"(?i)google ?drive.*|my drive|min enhet"),
    "iCloud": re.compile(r"(?i)icloud ?drive|mobile documents|com~apple~clouddocs"),
    "Nextcloud": re.compile(r"(?i)nextcloud.*"),
    "ownCloud": re.compile(r"(?i)owncloud.*"),
    "Box": re.compile(r"(?i)box sync"),
}
_CLOUD_STORAGE = "CloudStorage"  # of macOS, in Library: whatever service it is, its folder lies there
_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")  # that OneDrive sets
# What services leave in a folder that they keep in step.
_MARKS: Mapping[str, str] = {
    ".dropbox.cache": "Dropbox",
    ".owncloudsync.log": "ownCloud",
    ".nextcloudsync.log": "Nextcloud",
}
_REMOTE_DRIVE = 4  # Windows' own number


def find_network(folder: Path, mounts: str) -> str:
    """Return by which file system a folder is reached over a network; nothing where it lies on a disk of this computer.

    ``mounts``: what Linux has in /proc/mounts.
    """
    if sys.platform == "win32":
        return _find_share(folder)
    system = find_file_system(folder, mounts)
    return system if system in _NETWORK else ""


def find_file_system(folder: PurePath, mounts: str) -> str:
    """Return the type of the file system that a folder lies on, as /proc/mounts has it; nothing where it does not say."""
    found = [(PurePath(_unescape(parts[1])), parts[2]) for line in mounts.splitlines() if len(parts := line.split()) > 2]
    above = [(len(place.parts), system) for place, system in found if folder.is_relative_to(place)]
    return max(above, key=lambda one: one[0])[1] if above else ""


def _unescape(name: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), name)


def read_mounts() -> str:
    """Return what is mounted, as Linux says; nothing on other systems."""
    try:
        return Path("/proc/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""


def _find_share(folder: Path) -> str:
    if str(folder).startswith("\\\\"):
        return "SMB"
    import ctypes  # noqa: PLC0415 -- for Windows only

    kind = ctypes.windll.kernel32.GetDriveTypeW(folder.anchor)  # type: ignore[attr-defined,unused-ignore]  # Windows has it
    return f"{folder.drive} (SMB)" if kind == _REMOTE_DRIVE else ""


def find_sync(folder: PurePath, synced: Iterable[PurePath] = ()) -> str:
    """Return which service keeps a folder in step with a cloud; nothing where none does, as far as names tell.

    ``synced``: folders that are known to be kept so, by OneDrive.
    """
    if any(folder.is_relative_to(one) for one in synced):
        return "OneDrive"
    for part in folder.parts:
        service = next((service for service, names in _SERVICES.items() if names.fullmatch(part)), "")
        if service:
            return service
    return _CLOUD_STORAGE if ("Library", _CLOUD_STORAGE) in zip(folder.parts, folder.parts[1:], strict=False) else ""


def find_sync_marks(folder: Path) -> str:
    """Return which service has left its mark in a folder or above it; nothing where none has."""
    for place in (folder, *folder.parents):
        for mark, service in _MARKS.items():
            if (place / mark).exists():
                return service
        if any(place.glob(".sync_*.db")) or any(place.glob("._sync_*.db")):
            return "Nextcloud"
    return ""


def list_synced_folders(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Return the folders that OneDrive says it keeps in step: by the environment and, on Windows, its own list."""
    named = [Path(environment[name]) for name in _VARIABLES if environment.get(name)]
    return [*named, *_list_mount_points()]


def _list_mount_points() -> list[Path]:
    """Return the folders of OneDrive and of libraries in SharePoint and Teams, which may be named after anything."""
    if sys.platform != "win32":
        return []
    import winreg  # noqa: PLC0415 -- for Windows only

    found = []
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, r"Software\SyncEngines\Providers\OneDrive") as providers:
            for number in range(winreg.QueryInfoKey(providers)[0]):
                with winreg.OpenKey(providers, winreg.EnumKey(providers, number)) as provider:
                    found.append(Path(str(winreg.QueryValueEx(provider, "MountPoint")[0])))
    except OSError:  # no OneDrive here, or an entry without a folder
        return found
    return found
