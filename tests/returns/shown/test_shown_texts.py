"""What OpenDocument shows of a cell: its number told from its text, notes, lines through it, merged cells."""

from __future__ import annotations

import pytest

from styrxl.returns.package.ods_marks import read_ods_sheets
from styrxl.returns.shown.appearance import Appearance
from styrxl.returns.shown.number_formats import ShownNumber
from styrxl.returns.shown.shown_texts import see_number

NAMES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        **{short: f"urn:oasis:names:tc:opendocument:xmlns:{short}:1.0" for short in ("office", "table", "text", "style")},
        "dc": "http://purl.org/dc/elements/1.1/",
    }.items()
)


@pytest.mark.parametrize(
    "number, text, shown",
    [
        (0.8, "80 %", ShownNumber(80, "%")),
        (0.805, "81%", ShownNumber(80.5, "%")),  # as Excel: what is not shown is known all the same
        (1_500_000, "1 500", ShownNumber(1500)),
        (1_500_499, "1\N{NO-BREAK SPACE}500,5", ShownNumber(1500.499)),
        (3_500_000, "3,5mkr", ShownNumber(3.5, "mkr")),
        (3.5, "3,5 mkr", ShownNumber(3.5, "mkr")),
        (1500, "1 500 kr", ShownNumber(1500, "kr")),
        (1500, "SEK 1,500.00", ShownNumber(1500, "SEK")),
        (12, "", ShownNumber(12, visible=False)),
        (12, "se bilaga", ShownNumber(12, "se bilaga", visible=False)),
        (0, "", ShownNumber(0)),
        (0, "-", ShownNumber(0)),
        (-5, "5", ShownNumber(-5, signed=False)),
        (-0.2, "0", ShownNumber(-0.2)),
        (-3, "(3)", ShownNumber(-3)),
        (-1200.5, "\N{MINUS SIGN}1 200,5", ShownNumber(-1200.5)),
        (12.4, "12", ShownNumber(12.4)),
        (1234.5, "1 234,50", ShownNumber(1234.5)),
        (1 / 3, "0,333333333333333", ShownNumber(1 / 3)),
        (0.4, "2/5", ShownNumber(0.4)),
        (15_000_000, "1,5E+07", ShownNumber(15_000_000)),
        (100, "100", ShownNumber(100)),
    ],
)
def test_numbers(number: float, text: str, shown: ShownNumber) -> None:
    """Told from the digits that show."""
    assert see_number(number, text) == shown


def see(rows: str, styles: str = "") -> tuple[Appearance, dict[str, ShownNumber]]:
    """Return what is seen of a sheet."""
    body = f'<office:spreadsheet><table:table table:name="Blad1">{rows}</table:table></office:spreadsheet>'
    content = f"<office:document-content {NAMES}><office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body></office:document-content>"  # noqa: E501
    sheet = read_ods_sheets(content.encode())["Blad1"]
    return sheet.appearance, dict(sheet.shown)


def test_formats() -> None:
    """Percent, repeated; a number that does not show; one without any text, which its reader is to show."""
    percent = '<table:table-cell table:number-columns-repeated="2" office:value-type="percentage" office:value="0.8"><text:p>80 %</text:p></table:table-cell>'  # noqa: E501
    hidden = '<table:table-cell office:value-type="float" office:value="12"><text:p/></table:table-cell>'
    bare = '<table:table-cell office:value-type="float" office:value="12"/>'
    appearance, shown = see(f"<table:table-row>{percent}{hidden}{bare}</table:table-row>")
    assert shown == {"A1": ShownNumber(80, "%"), "B1": ShownNumber(80, "%")}
    assert appearance == Appearance(unseen=frozenset({"C1"}))


def test_what_is_beside_the_values() -> None:
    """A note, without who wrote it and when; merged cells; what is crossed out, or partly so."""
    styles = "".join(
        f'<style:style style:name="{name}"><style:text-properties style:text-line-through-style="{line}"/></style:style>'
        for name, line in (("ce1", "solid"), ("ce2", "none"))
    )
    note = "<office:annotation><dc:creator>Nämnden</dc:creator><dc:date>2027-01-04</dc:date><text:p>Byts i <text:span>augusti</text:span>.</text:p><text:p>Tror vi.</text:p></office:annotation>"  # noqa: E501
    first = f'<table:table-cell table:style-name="ce2" table:number-rows-spanned="3" table:number-columns-spanned="1" office:value-type="string">{note}<text:p>Rektor</text:p></table:table-cell>'  # noqa: E501
    struck = '<table:table-cell table:style-name="ce1" office:value-type="string"><text:p>Borta</text:p></table:table-cell>'
    partly = '<table:table-cell office:value-type="string"><text:p>Inte <text:span text:style-name="ce1">borta</text:span></text:p></table:table-cell>'  # noqa: E501
    empty = '<table:table-cell table:style-name="ce1"/>'
    appearance, shown = see(f"<table:table-row>{first}{struck}{partly}{empty}</table:table-row>", styles)
    assert shown == {}
    assert appearance == Appearance(struck=frozenset({"B1", "C1"}), merged=("A1:A3",), notes={"A1": "Byts i augusti.\nTror vi."})
