"""The page of what is missing and of warnings."""

from __future__ import annotations

from small_town import (
    DAY,
    ROUND,
    consolidated,
    judged_return,
    municipality,
    organisation,
    scope,
)
from small_town_pages import council, page, shown
from styrxl.model.judged import JudgedRound
from styrxl.reports.view import IssuedForm


def test_what_is_missing_and_what_to_look_at() -> None:
    lacking, warnings = page(council(), "Saknas och varningar").blocks
    old, new = "2026-12-28", "2026-12-29"
    assert shown(lacking.rows) == [
        (
            *("Utbildningsnämnden", "Östra förskolan"),
            f"Ett nyare svar från {new} behöver kompletteras. Det äldre från {old} gäller så länge.",
            "UBN-ÖST · UBN-ÖST (2).xlsx",
        ),
        (
            "Kultur- och fritidsnämnden",
            None,
            "Det som kom in 2026-12-10 behöver kompletteras (1 fel). Inget annat svar är klart.",
            "KFN · KFN.xlsx",
        ),
        ("Kultur- och fritidsnämnden", "Biblioteket", "Har inte fått någon arbetsbok.", None),
        (None, None, "Filen går inte att knyta till någon nämnd eller enhet.", "okänd.xlsx"),
    ]
    (warning,) = shown(warnings.rows)
    assert warning[0] == "Utbildningsnämnden"
    assert str(warning[2]).startswith("Nettokostnad: summan")
    assert warning[3:] == ("Budget", "D8", "UBN · Budget!D8")


def test_nothing_missing_is_said_too() -> None:
    kfn = organisation("KFN", "Kultur- och fritidsnämnden", "board")
    judged = JudgedRound(ROUND, (judged_return(0, "KFN", form="annual_plan"),), {})
    _, book = consolidated(judged, municipality([kfn], (), {}), [IssuedForm("KFN", "annual_plan", DAY)], scope())
    lacking, warnings = page(book, "Saknas och varningar").blocks
    assert (lacking.rows, lacking.empty) == ((), "✓ Inget svar saknas.")
    assert (warnings.rows, warnings.empty) == ((), "✓ Inga varningar.")
