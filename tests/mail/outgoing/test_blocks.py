"""Marks into blocks, and blocks into text that fits a reply."""

from __future__ import annotations

from styrxl.mail.outgoing.blocks import ESCAPED, parse_blocks, render_text


def test_marks_become_blocks() -> None:
    body = "# Rubrik\n> ! **Gör** så\n\nEn\nrad.\n\n1. ett\n2. två\n- a\n\n- b\n\n| Mål | Antal |\n| X | 3 |\n"
    assert [(b.kind, b.tone, len(b.lines), len(b.rows)) for b in parse_blocks(body)] == [
        ("heading", "plain", 1, 0),
        ("box", "mend", 1, 0),
        ("text", "plain", 1, 0),
        ("steps", "plain", 2, 0),
        ("points", "plain", 2, 0),
        ("table", "plain", 0, 2),
    ]
    assert parse_blocks(body)[1].lines == ((("! ", False), ("Gör", True), (" så", False)),)


def test_a_wide_table_is_wrapped_and_its_words_stay_whole() -> None:
    """The widest columns give way first, and all of it fits a reply's lines."""
    rows = "".join(
        f"| KF-M{n} Kunskapsresultaten förbättras i alla skolformer | ✓ Bedöms uppfyllas delvis | 1 av {n} | {n} av 9 |\n" for n in (1, 2)
    )
    text = render_text(parse_blocks(f"| Mål | Bedömning | Nämndmål på väg | Åtaganden på väg |\n{rows}"))
    assert max(map(len, text.splitlines())) <= 72
    assert "Kunskapsresultaten" in text
    assert text.count("delvis") == 2


def test_text_shows_what_the_marks_meant() -> None:
    body = "# Rubrik\n\n> ✓ **Klart.**\n\n3. ett\n4. två\n\n| Mål | Antal |\n| Kort | 12 |\n| Längre mål | 3 |\n"
    assert render_text(parse_blocks(body)) == (
        "\nRubrik\n------\n\n✓ Klart.\n\n1. ett\n2. två\n\nMål         Antal\n----------  -----\nKort           12\nLängre mål      3\n"
    )


def test_lines_of_the_text_stay_whole_in_a_reply() -> None:
    said = render_text(parse_blocks("ord " * 60 + "\n\n- " + "punkt " * 40 + "\n\n| A | B |\n| " + "lång " * 40 + "| kort |\n"))
    assert max(len(line) for line in said.splitlines()) <= 72


def test_an_address_is_a_link_where_the_template_says_so_and_never_in_a_value() -> None:
    blocks = parse_blocks("=> https://styrning.example.se/o\n\nhttps://other.example.se")
    assert [block.kind for block in blocks] == ["link", "text"]
    assert parse_blocks("=> https://evil.example.se".translate(ESCAPED))[0].kind == "text"
