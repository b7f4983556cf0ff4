"""What the workbooks for readers say: ``sheets/report.yaml`` in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from styrxl.model.catalogue import Counted
from styrxl.model.form_files import Forms


@dataclass(frozen=True, slots=True)
class Phrases:
    """The texts of ``sheets/report.yaml``; each method returns one in the language."""

    raw: Mapping[str, Any]
    language: str

    @classmethod
    def read(cls, forms: Forms, language: str) -> Phrases:
        """Return the texts, a workspace's own where it has any.

        Raises StyrxlError (source-missing, source-broken).
        """
        return cls(forms.texts("report"), language)

    def sheet(self, key: str, part: str, **facts: object) -> str:
        """Return the name, title or help of a sheet."""
        return str(self.raw["sheets"][key][part][self.language]).format(**facts)

    def heading(self, key: str) -> str:
        """Return the heading of a column."""
        return str(self.raw["headings"][key][self.language])

    def word(self, key: str, **facts: object) -> str:
        """Return a word or sentence."""
        counted = {name: Counted(fact) if isinstance(fact, int) else fact for name, fact in facts.items()}
        return str(self.raw["words"][key][self.language]).format(**counted)

    def template(self, key: str) -> str:
        """Return a sentence with its placeholders, for others to fill in."""
        return str(self.raw["words"][key][self.language])

    def kind(self, key: str) -> str:
        """Return what kind of goal or commitment it is."""
        return str(self.raw["kinds"][key][self.language])

    def verdict(self, key: str) -> str:
        """Return a verdict, with its sign."""
        return str(self.raw["verdicts"][key][self.language])

    def figure(self, key: str) -> str:
        """Return the name of a key figure."""
        return str(self.raw["figures"][key][self.language])

    def label(self, key: str) -> str:
        """Return the number format in which a chart's bars say their figures."""
        return str(self.raw["labels"][key][self.language])

    def message(self, key: str, n: int, total: int) -> str:
        """Return the title of a chart that shows ``n`` of ``total``, as one would say it."""
        if total == 1:
            which = "single" if n else "single_none"
        else:
            which = "none" if n == 0 else "all" if n == total else "one" if n == 1 else "some"
        titles = self.raw["titles"][key]
        if which == "all" and total == 2 and "both" in titles:  # which a workspace's own words may not have
            which = "both"
        text = str(titles[which][self.language])
        names = self.raw["numbers"][self.language]
        # One sentence keeps to one way of writing numbers: in letters where all of them are small.
        said = [str(names[x]) if max(n, total) < len(names) else str(x) for x in (n, total)]
        told = text.format(n=said[0], total=said[1])
        return told[:1].upper() + told[1:]
