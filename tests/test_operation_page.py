"""What the pages on operation show is so."""

from __future__ import annotations

import pytest

from operation_pages import DOCS, PAGES, fill_page, trouble_town, write_looks
from town import Town


@pytest.fixture(scope="module")
def troubled(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Give a town in which a few things are to be seen to."""
    return trouble_town(shared_full.copy(tmp_path_factory.mktemp("operation") / "town"))


@pytest.mark.parametrize("name", PAGES)
def test_doctor_says_what_is_shown(name: str, troubled: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for what differs between computers; ``python tests/operation_pages.py`` writes it anew after a change."""
    monkeypatch.delenv("STYRXL_SMTP_PASSWORD", raising=False)
    page = (DOCS / name).read_text("utf-8")
    assert "\n  ✗ " in page
    assert fill_page(page, write_looks(troubled, PAGES[name])) == page
