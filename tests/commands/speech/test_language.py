"""The language that the terminal speaks: asked for, else the workspace's, else Swedish; click's own words in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from styrxl.cli import cli
from styrxl.commands.speech.language import peek_language, read_click_words


@pytest.fixture
def english(tmp_path: Path) -> Path:
    """Make a folder whose settings say English."""
    (tmp_path / "styrxl.toml").write_text('[municipality]\nname = "Town"\nlanguage = "en"\n', "utf-8")
    return tmp_path


@pytest.mark.parametrize("computers", ["en_GB.UTF-8", "sv_SE.UTF-8", "de_DE.UTF-8", "C"])
def test_the_computers_language_does_not_decide(computers: str, english: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it matter what was asked before in the same run."""
    for name in ("LANG", "LANGUAGE", "LC_ALL"):
        monkeypatch.setenv(name, computers)
    for words, usage in (
        ((), "Användning: "),
        (("--lang", "en"), "Usage: "),
        (("--workspace", str(english)), "Usage: "),
        ((f"--workspace={english}", "--lang=sv"), "Användning: "),
    ):
        assert CliRunner().invoke(cli, [*words, "status"]).stderr.startswith(usage)
        assert CliRunner().invoke(cli, [*words, "status", "--help"]).stdout.startswith(usage)


def test_the_words_are_looked_at_before_they_are_read(english: Path) -> None:
    """Wrong ones say nothing; the last of them may lack its value."""
    assert peek_language([]) == "sv"
    assert peek_language(["--workspace", str(english)]) == "en"
    assert peek_language(["--workspace", str(english), "--lang", "xx"]) == "en"
    assert peek_language(["--lang"]) == "sv"


WRONG = [
    (("status",), "Fel: Argument saknas: 'OMGÅNG'.", "Error: Missing argument 'ROUND'."),
    (("demo",), "Fel: Argument saknas: 'MAPP'.", "Error: Missing argument 'DIR'."),
    (("init", "x", "--rows", "mycket"), "är inte ett heltal.", "is not a valid integer."),
    (("init", "x", "--rows", "0"), "0 ligger utanför 1<=x<=", "0 is not in the range 1<=x<="),
    (("init",), "Fel: Argumentet MAPP saknas.", "Error: Missing argument 'DIR'."),
    (("validate", "ingen.xlsx"), "Sökvägen 'ingen.xlsx' finns inte.", "Path 'ingen.xlsx' does not exist."),
    (("validate", "--format", "pdf"), "'pdf' är inte något av 'text', 'json', 'html'.", "'pdf' is not one of 'text', 'json', 'html'."),
    (("validate", "--reason", "x"), "Fel: --reason säger varför", "Error: --reason says why"),
    (("check", "x", "y"), "Fel: Några argument för mycket (x y)", "Error: Got unexpected extra arguments (x y)"),
]


@pytest.mark.parametrize("words,swedish,english", WRONG, ids=lambda each: " ".join(each) if isinstance(each, tuple) else "")
def test_what_is_wrong_with_a_command_is_told_in_its_language(words: tuple[str, ...], swedish: str, english: str) -> None:
    """The exit status is the same."""
    for language, said in (("sv", swedish), ("en", english)):
        result = CliRunner().invoke(cli, ["--lang", language, *words])
        assert result.exit_code == 2
        assert said in result.stderr


def _click_texts() -> set[str]:
    """Return the texts that the click which is here hands to gettext."""
    texts: set[str] = set()
    for path in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "ngettext"}:
                texts |= {each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return texts


def test_all_of_clicks_texts_are_there_in_swedish() -> None:
    """With what is put into them."""
    words, texts = read_click_words(), _click_texts()
    assert len(texts) > 40
    assert sorted(texts - set(words)) == []
    for text in texts:
        assert set(re.findall(r"\{(\w+)", words[text])) <= set(re.findall(r"\{(\w+)", text))
