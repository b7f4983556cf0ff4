"""The handbook's pages on how figures come about: pages and columns by sheets/report.yaml, their rules by docs/words/figures.yaml.

``python tests/figure_pages.py`` writes the pages anew after a change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from key_pages import DOCS, make_row
from styrxl.model.yaml_files import read_yaml
from word_pages import read_standard

PAGES = {"sv": "sv/sa-kommer-siffrorna-till.md", "en": "en/how-figures-come-about.md"}
_LONGER = {
    "goals": {"sv": "[hur mål bedöms](hur-mal-bedoms.md)", "en": "[how goals are judged](how-goals-are-judged.md)"},
    "result": {
        "sv": "[så räknas resultatet](sa-raknas-resultatet.md)",
        "en": "[how the result comes about](how-the-result-comes-about.md)",
    },
    "accounts": {
        "sv": "[utfall ur redovisningen](utfall-ur-redovisningen.md)",
        "en": "[outcomes from the accounts](outcomes-from-the-accounts.md)",
    },
}
_OF_PLANS = frozenset(
    {"overview", "tree", "commitments", "finance", "investments", "indicators", "oversight", "sound_plan", "assignment_plans"}
)
_WHEN = {"sv": ("planen", "uppföljningen"), "en": ("plan", "follow-up")}
_OF_BOTH = frozenset({"charts", "missing", "tables", "sources", "companies", "authorities", "collected", "other"})


@cache
def read_rules() -> Mapping[str, Any]:
    """Return what docs/words/figures.yaml says."""
    return dict(read_yaml((DOCS / "words" / "figures.yaml").read_text("utf-8")))


def make_figure_page(language: str) -> str:
    """Return the page in a language."""
    rules, report = read_rules(), read_standard("report.yaml")
    page = rules["page"][language]
    lines = [f"# {page['title']}", "", page["intro"], "", page["general"], ""]
    for key in rules["pages"]:
        lines += _describe_page(key, language, report)
    lines += [f"## {page['figures']}", "", page["figures_about"], "", make_row(page["columns"]), make_row(["---", "---"])]
    lines += [make_row([report["figures"][key][language], rule[language]]) for key, rule in rules["figures"].items()]
    return "\n".join(lines) + "\n"


def _describe_page(key: str, language: str, report: Mapping[str, Any]) -> Iterator[str]:
    rules, page = read_rules(), read_rules()["pages"][key]
    words = rules["page"][language]
    yield from (f"## {_name_page(key, language, report)}", "")
    yield from (make_row(words["columns"]), make_row(["---", "---"]))
    for column in page["columns"]:
        yield make_row([report["headings"][column][language], rules["columns"][column][language]])
    yield ""
    if page.get("more"):
        yield from (f"{words['more']} {', '.join(_LONGER[name][language] for name in page['more'])}.", "")
    yield from (f"{words['tests']} {', '.join(f'`{name}`' for name in page['tests'])}.", "")


def _name_page(key: str, language: str, report: Mapping[str, Any]) -> str:
    """Return what a page is called; with the kind of round where plans and follow-ups call one by the same name."""
    if "name" in read_rules()["pages"][key]:
        return str(read_rules()["pages"][key]["name"][language])
    name = str(report["sheets"][key]["name"][language])
    return name if key in _OF_BOTH else f"{name} ({_WHEN[language][key not in _OF_PLANS]})"


def main() -> None:
    """Write the pages anew."""
    for language, name in PAGES.items():
        (DOCS / name).write_text(make_figure_page(language), "utf-8")


if __name__ == "__main__":
    main()
