"""Other people's odd workbooks: each gets a verdict and a message, within the limits, never a traceback."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from styrxl.model.findings import fix, message
from town import Town

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FILES = sorted(path for path in CORPUS.glob("*") if path.suffix != ".tsv") if CORPUS.is_dir() else []

# What a file must be called, by the family that its collector put it in; the others may be read or not.
FAMILIES = {"encrypted": {"encrypted-workbook"}, "macro": {"macro-workbook"}, "normal": {"unknown-form"}}
SAID = {
    "python-calamine__empty_file.ods": "den verkar vara tom",
    "xlnt__1_powerpoint_presentation.xlsx": "den verkar vara en PowerPoint-presentation",
    "openspout__attack_billion_laughs.xlsx": "den innehåller XML som inget kalkylprogram skriver",
    "exceldatareader__Test_git_issue_382_oom.xls": "den skulle ta mer än 300 MB minne att läsa",
}

pytestmark = pytest.mark.skipif(not FILES, reason="the corpus is not here")


def _families() -> dict[str, str]:
    lines = (CORPUS / "MANIFEST.tsv").read_text("utf-8").splitlines()[1:]
    return {line.split("\t")[0]: line.split("\t")[1] for line in lines}


def test_every_file_gets_a_verdict(shared_full: Town, caplog: pytest.LogCaptureFixture) -> None:
    """One that is ours in no way is never accepted; what it is called follows from what it is, and nothing is logged as a failure."""
    families = _families()
    caplog.set_level(logging.ERROR)
    judged = shared_full.judge(*((path.name, path.read_bytes()) for path in FILES)).returns
    assert [r.path for r in judged] == [path.name for path in FILES]
    assert not caplog.records
    for found in judged:
        rules = {f.rule for f in found.findings}
        assert found.verdict in {"rejected", "unreadable"}, found.path
        assert rules, found.path
        assert FAMILIES.get(families[found.path], set()) <= rules, found.path
        for one in found.findings:
            assert all(message(one, language) and fix(one, language) for language in ("sv", "en"))
            assert SAID.get(found.path, "") in message(one, "sv")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_runs_into_the_time_limit(shared_full: Town, path: Path) -> None:
    """The worst of them end the process that reads them, at once."""
    [judged] = shared_full.judge((path.name, path.read_bytes())).returns
    reasons = [getattr(found.facts.get("why"), "key", None) for found in judged.findings]
    assert "took_too_long" not in reasons


def test_a_round_goes_on_beside_them(shared_full: Town) -> None:
    """A valid return is accepted between those that end processes."""
    files = [(path.name, path.read_bytes()) for path in FILES]
    judged = shared_full.judge(
        *files, ("UBN-ÖST.xlsx", shared_full.filled("UBN-ÖST")), *[(f"{name} again", data) for name, data in files[:3]]
    ).returns
    assert [r.path for r in judged if r.verdict == "accepted"] == ["UBN-ÖST.xlsx"]
