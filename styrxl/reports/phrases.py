"""The texts of the workbooks for readers: ``sheets/report.yaml`` in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from styrxl.model.catalogue import Counted
from styrxl.model.form_files import Forms


@dataclass(frozen=True, slots=True)
class Phrases:
    """The texts of ``sheets/report.yaml``; each method returns one in the language."""

    texts: Mapping[str, Any]  # as the YAML has them, in both languages
    language: str

    @classmethod
    def read(cls, forms: Forms, language: str) -> Phrases:
        """Return the texts, a workspace's own where it has any.

        Raises StyrxlError (source-missing, source-broken).
        """
        return cls(forms.texts("report"), language)

    def sheet(self, key: str, part: str, **facts: object) -> str:
        """Return the name, title or help of a sheet."""
        return str(self.texts["sheets"][key][part][self.language]).format(**facts)

    def read_help(self, key: str, **facts: object) -> str:
        """Return the help of a sheet where it is read as a chapter; empty where the sheet's own fits, or own texts have none."""
        help_ = self.texts["sheets"][key].get("read_help")
        return str(help_[self.language]).format(**facts) if help_ else ""

    def heading(self, key: str) -> str:
        """Return the heading of a column."""
        return str(self.texts["headings"][key][self.language])

    def word(self, key: str, **facts: object) -> str:
        """Return a word or sentence."""
        counted = {name: Counted(fact) if isinstance(fact, int) else fact for name, fact in facts.items()}
        return str(self.texts["words"][key][self.language]).format(**counted)

    def template(self, key: str) -> str:
        """Return a sentence with its placeholders, for others to fill in."""
        return str(self.texts["words"][key][self.language])

    def kind(self, key: str) -> str:
        """Return what kind of goal or commitment it is."""
        return str(self.texts["kinds"][key][self.language])

    def verdict(self, key: str) -> str:
        """Return a verdict, with its sign."""
        return str(self.texts["verdicts"][key][self.language])

    def figure(self, key: str) -> str:
        """Return the name of a key figure."""
        return str(self.texts["figures"][key][self.language])

    def number_format(self, key: str) -> str:
        """Return the number format in which a chart's bars say their figures."""
        return str(self.texts["labels"][key][self.language])

    def chart_title(self, key: str, n: int, total: int) -> str:
        """Return the title of a chart that shows ``n`` of ``total``, with small numbers in letters."""
        if total == 1:
            variant = "single" if n else "single_none"
        else:
            variant = "none" if n == 0 else "all" if n == total else "one" if n == 1 else "some"
        titles = self.texts["titles"][key]
        if variant == "all" and total == 2 and "both" in titles:  # which a workspace's own words may not have
            variant = "both"
        text = str(titles[variant][self.language])
        names = self.texts["numbers"][self.language]
        # One sentence keeps to one way of writing numbers: in letters where all of them are small.
        numbers = [str(names[x]) if max(n, total) < len(names) else str(x) for x in (n, total)]
        title = text.format(n=numbers[0], total=numbers[1])
        return title[:1].upper() + title[1:]
