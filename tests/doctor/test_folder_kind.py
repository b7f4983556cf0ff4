"""What kind of folder it is, by its name, what is mounted, and what services leave in it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from styrxl.doctor.folder_kind import find_file_system, find_network, find_sync, find_sync_marks, list_synced_folders

MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
//server/delad /mnt/H: cifs rw 0 0
server:/export /srv/styrxl nfs4 rw 0 0
/dev/sdb1 /srv/styrxl/snabb ext4 rw 0 0
//server/stab /mnt/Ledning\040och\040stab smb3 rw 0 0
"""


@pytest.mark.parametrize(
    "folder, system",
    [
        ("/home/anna/akoping", "ext4"),
        ("/mnt/H:/akoping", "cifs"),
        ("/mnt/H", "ext4"),
        ("/srv/styrxl", "nfs4"),
        ("/srv/styrxl/snabb/akoping", "ext4"),
        ("/mnt/Ledning och stab/akoping", "smb3"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(folder: str, system: str) -> None:
    assert find_file_system(PurePosixPath(folder), MOUNTS) == system


def test_only_shares_are_networks() -> None:
    """And where nothing is known of mounts, nothing is said."""
    assert [find_network(Path(folder), MOUNTS) for folder in ("/srv/styrxl", "/home", "/mnt/H:/x")] == ["nfs4", "", "cifs"]
    assert find_network(Path("/srv/styrxl"), "") == ""


@pytest.mark.parametrize(
    "folder, service",
    [
        (PureWindowsPath(r"C:\Users\anna\OneDrive - Åköpings kommun\Planering"), "OneDrive"),
        (PureWindowsPath(r"C:\Users\anna\OneDrive"), "OneDrive"),
        (PureWindowsPath(r"C:\Users\anna\Dropbox (Kommunen)\x"), "Dropbox"),
        (PureWindowsPath(r"G:\Min enhet\x"), "Google Drive"),
        (PureWindowsPath(r"C:\Users\anna\iCloudDrive\x"), "iCloud"),
        (PureWindowsPath(r"C:\Users\anna\Åköping\Plan - Dokument\x"), "OneDrive"),  # of Teams: OneDrive says so
        (PurePosixPath("/Users/anna/Library/Mobile Documents/com~apple~CloudDocs/x"), "iCloud"),
        (PurePosixPath("/Users/anna/Library/CloudStorage/Egnyte/x"), "CloudStorage"),
        (PurePosixPath("/home/anna/Nextcloud/x"), "Nextcloud"),
        (PureWindowsPath(r"D:\styrxl\akoping"), ""),
        (PureWindowsPath(r"D:\onedrivefri"), ""),
        (PurePosixPath("/home/anna/box/x"), ""),
    ],
)
def test_services_are_known_by_names(folder: PurePosixPath | PureWindowsPath, service: str) -> None:
    assert find_sync(folder, [PureWindowsPath(r"C:\Users\anna\Åköping")]) == service


@pytest.mark.parametrize("mark, service", [(".dropbox.cache", "Dropbox"), (".sync_0a1b.db", "Nextcloud"), ("._sync_0a1b.db", "Nextcloud")])
def test_services_are_known_by_what_they_leave(tmp_path: Path, mark: str, service: str) -> None:
    """In the folder or above it."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find_sync_marks(tmp_path / "a" / "b") == ""
    (tmp_path / mark).touch()
    assert find_sync_marks(tmp_path / "a" / "b") == service


def test_one_drive_says_where_it_is() -> None:
    assert Path("C:/Users/anna/OneDrive") in list_synced_folders({"OneDrive": "C:/Users/anna/OneDrive", "HOME": "/home"})
