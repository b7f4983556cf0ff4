"""Mistakes in a workspace's own files: each is told with its file and line, and none is accepted in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from long_runs import long_run
from styrxl.descriptions import models
from styrxl.descriptions.base_models import Part
from styrxl.descriptions.find_problems import find_problems
from styrxl.descriptions.form_checks import check_form
from styrxl.descriptions.mistakes import Mistake, describe_mistake
from styrxl.descriptions.own_files import check_descriptions
from styrxl.descriptions.table_model import Table
from styrxl.model import forms
from styrxl.model.catalogue import catalogue
from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml

RISKS = "  risk:\n    low: {sv: Låg, en: Low}\n    high: {sv: Hög, en: High, also: [Stor]}"
PROFILE = """\
extends: annual_plan
profile: miljo
lists:
  risk:
    low: {sv: Låg, en: Low}
    high: {sv: Hög, en: High, also: [Stor]}
sheets:
  commitments:
    help: {sv: Åtaganden och risker., en: Commitments and risks.}
    columns:
      risk: {heading: {sv: Risknivå, en: Risk level}, list: risk, required: true, width: 12, after: responsible}
"""
SHEET = """\
extends: annual_plan
sheets:
  risks:
    name: {sv: Risker, en: Risks}
    table: risks
    layout: rows
    rows: 10
    at_least: 1
    order: [[first, last]]
    unique: [risk_id]
    help: {sv: Nämndens risker., en: Risks.}
    columns:
      risk_id: {heading: {sv: Id, en: Id}, locked: true, number: "{owner}-R{n}", width: 15}
      text: {heading: {sv: Risk, en: Risk}, required: true, width: 40, also: [Fara]}
      level: {heading: {sv: Nivå, en: Level}, required: true, width: 10}
      first: {heading: {sv: Första dag, en: First day}, type: date}
      last: {heading: {sv: Sista dag, en: Last day}, type: date, within_year: true}
"""
SCHEMA = """\
schema_type: dataframe
version: 0.35.0
columns:
  risk_id: {dtype: str, nullable: true}
  text: {dtype: str, nullable: true, checks: {str_length: {max_value: 200}, str_matches: "^[A-Z]"}}
  level: {dtype: Int64, nullable: true, checks: {in_range: {min_value: 1, max_value: 5}}}
strict: false
"""
ROUNDS = """\
rounds:
  t3:
    name: {sv: Underlag i november, en: Input in November}
    words: [november]
    day: 11-30
    after: t2
    like: t2
  t1:
    words: [april, vår]
"""
WORDS = """\
extends: words
lists:
  trend:
    unclear: {sv: Oklart, en: Unclear}
texts:
  due: {sv: Sista dag, en: Last day}
  more_rows: {sv: "Fråga {contact}.", en: "Ask {contact}."}
"""
DUE = "  due: {sv: Sista dag, en: Last day}"
FOLLOWUP = """\
extends: board_followup
sheets:
  outcomes:
    help:
      t1: &now {sv: Hittills., en: So far.}
      t2: *now
      year: {sv: Hela året., en: All of the year.}
    columns:
      volume: {heading: {sv: Volym, en: Volume}, type: number, rounds: [t2, year], width: 12}
"""
FILES = {
    "profile": ("sheets/annual_plan.miljo.yaml", PROFILE),
    "sheet": ("sheets/annual_plan.yaml", SHEET),
    "schema": ("schemas/risks.yaml", SCHEMA),
    "rounds": ("sheets/rounds.yaml", ROUNDS),
    "words": ("sheets/words.yaml", WORDS),
    "followup": ("sheets/board_followup.yaml", FOLLOWUP),
}


def look_through(changed: str, old: str, new: str) -> tuple[Mistake, ...]:
    """Return the mistakes in six files of a workspace's own, in one of which a text stands in place of another."""
    files = dict(FILES.values())
    name, text = FILES[changed]
    assert old in text
    files[name] = text.replace(old, new, 1)
    return check_descriptions({n: t.encode() for n, t in files.items()})


# file, what stands there, what is written in its place, line, what is named; 0: the file as a whole
MISTAKES = [
    ("profile", "    columns:", "\tcolumns:", 10, "”columns:” är indragen med tabb"),
    ("profile", "    columns:\n      risk", "  columns:\n    risk", 10, "columns"),
    ("profile", "required:", "requierd:", 11, "Menar du required?"),
    ("profile", "    help:", "    optoinal: true\n    help:", 9, "Menar du optional?"),
    ("profile", "required: true", "required: ja", 11, "true eller false"),
    ("profile", "required: true", 'required: "true"', 11, "true eller false"),
    ("profile", "width: 12", "width: bred", 11, "heltal"),
    ("profile", "width: 12", "width: 0", 11, "minst 1"),
    ("profile", "width: 12", "width: 12.5", 11, "heltal"),
    ("profile", "width: 12", "width: 1200", 11, "högst 255"),
    ("profile", "list: risk,", "list: risks,", 11, "Menar du risk?"),
    ("profile", "list: risk,", "list: [risk],", 11, "en text"),
    ("profile", RISKS, "  risk: {}", 4, "lists.risk är tom"),
    (
        "profile",
        "  risk:\n    low: {sv: Låg, en: Low}\n    high: {sv: Hög, en: High, also: [Stor]}",
        "  risk: [Låg, Hög]",
        4,
        "namn: värde",
    ),
    ("profile", "{sv: Låg, en: Low}", "{sv: Låg}", 5, "saknas på engelska"),
    ("profile", "{sv: Låg, en: Low}", "{sv: Låg, en: }", 5, "lists.risk.low.en är tom"),
    ("profile", "{sv: Låg, en: Low}", '{sv: Låg, en: " "}', 5, "lists.risk.low.en är tom"),
    ("profile", "{sv: Låg, en: Low}", "{sv: Låg, eng: Low}", 5, "eng"),
    ("profile", "low: {sv: Låg, en: Low}", "yes: {sv: Ja, en: Y}", 5, "citattecken"),
    ("profile", "low: {sv: Låg, en: Low}", "1: {sv: Ett, en: One}", 5, "citattecken"),
    ("profile", "{sv: Låg, en: Low}", "{sv: 1, en: Low}", 5, "citattecken"),
    ("profile", "{sv: Låg, en: Low}", "{sv: Stor, en: Low}", 6, "betyder redan low"),
    ("profile", "also: [Stor]", "also: Stor", 6, "hakparenteser"),
    ("profile", "also: [Stor]", "also: [LÅG]", 6, "betyder redan low"),
    ("profile", "    high:", "    low:", 6, "två gånger (först på rad 5)"),
    ("profile", "{sv: Risknivå, en: Risk level}", "{sv: Risknivå}", 11, "saknas på engelska"),
    ("profile", "{sv: Risknivå, en: Risk level}", "Risknivå", 11, "båda språken"),
    ("profile", "{sv: Risknivå, en: Risk level}", "{sv: ansvarig, en: Risk level}", 11, "kolumnen responsible"),
    ("profile", "{sv: Risknivå, en: Risk level}", "{sv: Risknivå, en: Check}", 11, "kolumnen Kontroll"),
    ("profile", "heading: {sv: Risknivå, en: Risk level}, ", "", 11, "heading"),
    ("profile", "  commitments:", "  comitments:", 8, "Menar du commitments?"),
    ("profile", "  commitments:", "  Åtaganden:", 8, "Menar du commitments?"),
    ("profile", "      risk: {heading: {sv: Risknivå, en: Risk level}, ", "      mål: {", 11, "Menar du parent_id?"),
    (
        "sheet",
        "extends: annual_plan\n",
        "",
        1,
        "saknar form, version, level, rounds, title, purpose och 1 till. Skriv ”extends: annual_plan” överst",
    ),
    ("profile", "after: responsible", "after: [responsible]", 11, "en text"),
    ("profile", "after: responsible", "after: responsable", 11, "Menar du responsible?"),
    ("profile", "help: {sv: Åtaganden och risker.", "help: {sv: Åtaganden: risker.", 9, "”help: {sv: Åtaganden: risker."),
    ("profile", "list: risk, required: true", "list: risk, required_when: {stat: [late]}", 11, "Menar du start?"),
    ("profile", "list: risk, required: true", "list: risk, required_when: {responsible: Ja}", 11, "hakparenteser"),
    ("profile", "list: risk, required: true", "list: risk, required_when: {start: {past: strat}}", 11, "Menar du start?"),
    ("profile", "list: risk, required: true", "list: risk, required_when: {start: {over: end}}", 11, "over"),
    ("profile", "list: risk, required: true", "list: risk, source: [council_goals]", 11, "antingen list eller source"),
    ("profile", "list: risk", "source: [council_goal]", 11, "Menar du council_goals?"),
    ("profile", "list: risk", 'source: ["own:goal"]', 11, "Menar du own:goals?"),
    ("profile", "list: risk", "unit: kkr", 11, "kkr"),
    ("profile", "list: risk", "type: tal", 11, "text, integer, number, date"),
    ("profile", "list: risk", "type: number, formula: {plus: [strat]}", 11, "Menar du start?"),
    ("profile", "extends: annual_plan", "extends: anual_plan", 1, "annual_plan"),
    ("profile", "profile: miljo", "profile: miljö", 2, "filens namn säger miljo"),
    ("profile", "sheets:", "sheets:\n  goalz: {omit: true}", 8, "Menar du goals?"),
    ("profile", "sheets:", "sheets:\n  goals: {omit: ja}", 8, "omit"),
    ("profile", "sheets:", "sheets:\n  unit_frames: {columns: {frame: {omit: true}}}", 8, "frame"),
    ("profile", "lists:", "lists", 4, "raden före"),
    ("sheet", "extends: annual_plan", "extends: annual_plan\nform: ettårsplan", 2, "filens namn säger annual_plan"),
    ("sheet", "extends: annual_plan", "extends: annual_plan\nversion: ett", 2, "heltal"),
    ("sheet", "extends: annual_plan", "extends: annual_plan\nversion: 0", 2, "minst 1"),
    (
        "sheet",
        "extends: annual_plan",
        "extends: annual_plan\nlevel: nämnd",
        2,
        "board, unit, administration, common, company, joint_authority",
    ),
    ("sheet", "extends: annual_plan", "extends: annual_plan\nrounds: [plann]", 2, "Menar du plan?"),
    ("sheet", "extends: annual_plan", "extends: annual_plan\nrounds: plan", 2, "hakparenteser"),
    ("sheet", "extends: annual_plan", "extends: annual_plan\nsteps: [{sv: Se {goalz}., en: x}]", 2, ""),
    ("sheet", "extends: annual_plan", 'extends: annual_plan\nsteps: [{sv: "Se {goalz}.", en: x}]', 2, "Menar du goals?"),
    ("sheet", "extends: annual_plan", 'extends: annual_plan\nsteps: [{sv: "Se {goals.", en: x}]', 2, "klamrarna"),
    ("sheet", "{sv: Risker, en: Risks}", "{sv: Nämndens risker och sårbarheter i år, en: Risks}", 4, "högst 31"),
    ("sheet", "{sv: Risker, en: Risks}", "{sv: Risker/hot, en: Risks}", 4, "kan inte innehålla /"),
    ("sheet", "{sv: Risker, en: Risks}", "{sv: Risker, en: Commitments}", 4, "bladet commitments"),
    ("sheet", "{sv: Risker, en: Risks}", "{sv: start, en: Risks}", 4, "eget blad"),
    ("sheet", "table: risks", "table: risk", 5, "Menar du risks?"),
    ("sheet", "    rows: 10\n", "    prefilled: true\n    prefill: {each: units, fields: {text: nmae}}\n", 8, "Menar du name?"),
    ("sheet", "table: risks", "table: goals", 5, "bladet goals har redan tabellen"),
    ("sheet", "    table: risks\n", "", 3, "table"),
    ("sheet", "layout: rows", "layout: row", 6, "Menar du rows?"),
    ("sheet", "    layout: rows\n", "", 3, "layout"),
    ("sheet", "rows: 10", "rows: många", 7, "heltal"),
    ("sheet", "at_least: 1", "at_least: 11", 8, "större än"),
    ("sheet", "order: [[first, last]]", "order: [[first, laste]]", 9, "Menar du last?"),
    ("sheet", "order: [[first, last]]", "order: [first, last]", 9, "hakparenteser"),
    ("sheet", "unique: [risk_id]", "unique: [riskid]", 10, "Menar du risk_id?"),
    ("sheet", "unique: [risk_id]", "limit: {column: levl, frame: operating_frame}", 10, "Menar du level?"),
    ("sheet", "unique: [risk_id]", "limit: {column: level, frame: driftram}", 10, "operating_frame"),
    ("sheet", "unique: [risk_id]", "limit: {column: level}", 10, "frame"),
    ("sheet", "unique: [risk_id]", 'unless: {plan.where: ["yes"]}', 10, "plan.where"),
    ("sheet", "unique: [risk_id]", 'unless: {confirmation.status: ["yes"]}', 10, "decided"),
    ("sheet", '"{owner}-R{n}"', '"{owner}-R"', 13, "{owner}-{year}-A{n}"),
    ("sheet", '"{owner}-R{n}"', '"{ägare}-R{n}"', 13, "{owner}-{year}-A{n}"),
    ("sheet", "also: [Fara]", "also: Fara", 14, "hakparenteser"),
    ("sheet", "also: [Fara]", "also: [Nivå]", 15, "kolumnen text"),
    ("schema", "str_length", "strlength", 5, "Menar du str_length?"),
    ("schema", "dtype: Int64", "dtype: heltal", 6, "Int64"),
    ("schema", "{min_value: 1, max_value: 5}", "[1, 5]", 6, "namn: värde"),
    ("schema", "{min_value: 1, max_value: 5}", "{min_value: 5, max_value: 1}", 6, "större än"),
    ("schema", "{min_value: 1, max_value: 5}", "{min_value: 1}", 6, "max_value"),
    ("schema", "{min_value: 1, max_value: 5}", "{min_value: ett, max_value: 5}", 6, "annat slag"),
    ("schema", "in_range: {min_value: 1, max_value: 5}", "str_length: {max_value: 5}", 6, "passar inte"),
    ("schema", '"^[A-Z]"', '"^[A-Z"', 5, "mönstret"),
    ("schema", "nullable: true", "nullable: ja", 4, "true eller false"),
    ("schema", "schema_type: dataframe", "schema_type: dataframes", 1, "Menar du dataframe?"),
    ("schema", SCHEMA, "risk_id: text\n", 1, "columns"),
    ("schema", SCHEMA, "- risk_id\n", 1, "namn: värde"),
    ("schema", SCHEMA, "", 0, "tom"),
    ("schema", "strict: false", "strikt: false", 7, "Menar du strict?"),
    ("rounds", "day: 11-30", "day: 11-31", 5, "ingen dag"),
    ("rounds", "day: 11-30", "day: 02-29", 5, "ingen dag"),
    ("rounds", "like: t2", "like: t2\n    frames: 11-31", 8, "ingen dag"),
    ("rounds", "after: t2", "after: t9", 6, "t9"),
    ("rounds", "like: t2", "like: year", 7, "ingen omgång före"),
    ("rounds", "like: t2", "like: t2\n    follow: plan", 8, "Menar du follows?"),
    ("rounds", "like: t2", "like: t2\n    scale: slut", 8, "expected, final"),
    ("rounds", "like: t2", "like: t2\n    final: nej", 8, "true eller false"),
    ("rounds", "{sv: Underlag i november, en: Input in November}", "November", 3, "båda språken"),
    ("rounds", "    name: {sv: Underlag i november, en: Input in November}\n", "", 2, "name"),
    ("rounds", "words: [november]", "words: [april]", 4, "betyder redan t1"),
    ("rounds", "words: [november]", "words: [t2]", 4, "betyder redan t2"),
    ("rounds", "words: [november]", "words: november", 4, "hakparenteser"),
    ("rounds", "  t3:", "  T3!:", 2, "T3!"),
    ("rounds", "rounds:", "round:", 1, "Menar du rounds?"),
    ("rounds", "sv: Underlag i november", "sv: ", 3, "rounds.t3.name.sv är tom"),
    ("rounds", ROUNDS, "extends: rounds\n", 1, "rounds"),
    ("words", "extends: words", "extends: word", 1, "words"),
    ("words", "unclear: {sv: Oklart, en: Unclear}", "unclear: {sv: Oförändrat, en: Unclear}", 4, "betyder redan same"),
    ("words", "  trend:\n    unclear: {sv: Oklart, en: Unclear}", "  trend: {omit: true}", 3, "trend"),
    ("words", "  due:", "  dew:", 6, "Menar du due?"),
    ("words", "Fråga {contact}", "Fråga {kontakt}", 7, "Menar du contact?"),
    (
        "words",
        DUE,
        '  check_fill: {sv: "! Fyll i.", en: "! Fill in: {columns}."}',
        6,
        "sv: {columns} ska stå en gång i texten, och står 0 gånger",
    ),
    (
        "words",
        DUE,
        '  check_fill: {sv: "! {columns}.", en: "! {columns}, {columns}."}',
        6,
        "en: {columns} ska stå en gång i texten, och står 2 gånger",
    ),
    ("words", DUE, '  check_fill: {sv: "! {columns!r}.", en: "! {columns}."}', 6, "Menar du columns?"),
    ("words", DUE, '  check_most: {sv: "! {column:d}", en: "! {high}"}', 6, "Menar du column?"),
    ("words", DUE, '  check_most: {sv: "{column} är för hög.", en: "! {column}"}', 6, "ska börja med ! och ett mellanslag"),
    ("words", DUE, '  check_ok: {sv: "✓ Klar", en: Done}', 6, "ska börja med ✓ och ett mellanslag"),
    ("words", DUE, f"  due: {{sv: {'å' * 501}, en: x}}", 6, "har 501 tecken. Här får det vara högst 500."),
    ("words", "{sv: Oklart,", f"{{sv: {'å' * 251},", 4, "har 251 tecken. Här får det vara högst 250."),
    ("words", "texts:", f"units:\n  tkr: {{sv: {'x' * 31}, en: x}}\ntexts:", 6, "har 31 tecken. Här får det vara högst 30."),
    ("profile", "{sv: Risknivå,", f"{{sv: {'å' * 201},", 11, "”" + "å" * 40 + "…” har 201 tecken. Här får det vara högst 200."),
    ("words", DUE, '  check_fill: {sv: "! {columns", en: "! {columns}."}', 6, "klamrarna"),
    ("words", "texts:", "text:", 5, "Menar du texts?"),
    ("words", "extends: words\n", "", 1, "extends: words"),
    ("followup", "rounds: [t2, year]", "rounds: [t2, yeer]", 9, "Menar du year?"),
    ("followup", "rounds: [t2, year]", "rounds: [t2, {}]", 9, "rounds"),
    ("followup", "rounds: [t2, year]", "rounds: 2", 9, "hakparenteser"),
    ("followup", "rounds: [t2, year]", "rounds: year", 9, "hakparenteser"),
    ("followup", "{sv: Hela året., en: All of the year.}", "{sv: Hela året., eng: x}", 7, "Menar du en?"),
    ("followup", "      year: {sv: Hela", "      yaer: {sv: Hela", 7, "yaer"),
]


@pytest.mark.parametrize("changed, old, new, line, named", MISTAKES)
def test_a_mistake_is_told_with_file_and_line(changed: str, old: str, new: str, line: int, named: str) -> None:
    """What is wrong, where, and the nearest right name; in either language, and nothing is left to be filled in."""
    name = FILES[changed][0]
    place = f"{name}, rad {line}: " if line else f"{name}: "
    mistakes = look_through(changed, old, new)
    told, english = ([describe_mistake(mistake, language) for mistake in mistakes] for language in ("sv", "en"))
    assert any(text.startswith(place) and named in text for text in told), told
    assert any(text.startswith(place.replace("rad", "line")) for text in english)
    assert not [text for text in (*told, *english) if re.search(r"None|<class|\bTrue\b|\bFalse\b|Traceback", text.replace("risk.True", ""))]


VARIANTS = [
    ("profile", "required: true", "required: yes"),
    ("profile", "required: true", "required: false"),
    ("profile", "width: 12", "width: 255"),
    ("profile", "list: risk", "list: direction"),
    ("profile", "list: risk", "source: [council_goals, 'own:goals']"),
    ("profile", "list: risk", "source: ['own:goals'], many: true"),
    ("profile", "list: risk", "type: number, unit: tkr, signed: true"),
    ("profile", "list: risk", "type: date, any_year: true"),
    ("profile", "list: risk, required: true", "list: risk, required_when: {responsible: []}, explains: true"),
    ("profile", "list: risk, required: true", "list: risk, required_when: {responsible: [Rektor]}"),
    ("profile", "after: responsible", "after: text"),
    ("profile", ", after: responsible", ""),
    ("profile", "also: [Stor]", "also: [Stor, stort, 3, true]"),
    ("profile", "also: [Stor]", "also: []"),
    ("profile", "{sv: Låg, en: Low}", "{sv: Låg, en: Låg}"),
    ("profile", "low: {sv: Låg, en: Low}", '"1": {sv: "1", en: "1"}'),
    ("profile", "low: {sv: Låg, en: Low}", '"yes": {sv: Ja, en: "Yes"}'),
    ("profile", "sheets:", "sheets:\n  indicators: {omit: true}"),
    ("profile", "sheets:", "sheets:\n  unit_frames: {optional: false}"),
    ("profile", "sheets:", "sheets:\n  goals: {omit: true}"),  # and with it what others offer of it
    ("profile", "Åtaganden och risker.", '"Åtaganden: de med risk."'),
    ("profile", "extends: annual_plan\n", "# en kommentar\nextends: annual_plan\n\n"),
    ("profile", "profile: miljo\n", ""),
    ("profile", "\n", "\r\n"),
    ("sheet", "extends: annual_plan", "extends: annual_plan\nversion: 2"),
    ("sheet", "extends: annual_plan", "extends: annual_plan\nform: annual_plan\nlevel: board"),
    ("sheet", "extends: annual_plan", 'extends: annual_plan\nsteps: [{sv: "Se {risks}.", en: "See {risks}."}]'),
    ("sheet", "{sv: Risker, en: Risks}", "{sv: Nämndens risker och sårbarhet, en: Risks & more}"),
    ("sheet", "    rows: 10\n    at_least: 1\n", "    prefilled: true\n    optional: true\n"),
    ("sheet", "unique: [risk_id]", "unique: [risk_id, text]"),
    ("sheet", "unique: [risk_id]", "limit: {column: level, frame: investment_frame}"),
    ("sheet", "unique: [risk_id]", "break_before: last"),
    ("sheet", "unique: [risk_id]", 'unless: {confirmation.confirms: ["no"]}'),
    ("sheet", '"{owner}-R{n}"', '"{owner}-{year}-R{n}"'),
    ("sheet", "type: date, within_year: true", "type: date, default: year_end"),
    ("schema", "{min_value: 1, max_value: 5}", "{min_value: 0.5, max_value: 5, include_min: false}"),
    ("schema", "in_range: {min_value: 1, max_value: 5}", "greater_than_or_equal_to: 1"),
    ("schema", "in_range: {min_value: 1, max_value: 5}", "isin: [1, 2, 3]"),
    ("schema", "version: 0.35.0", "version: 0.36\ntitle: Risker\ndescription: Nämndens risker."),
    ("schema", "nullable: true", "nullable: false, unique: true"),
    ("schema", "strict: false\n", ""),
    ("rounds", "day: 11-30", 'day: "11-30"'),
    ("rounds", "day: 11-30", "day: 11-30\n    frames: 12-15"),
    ("rounds", "    day: 11-30\n", ""),
    ("rounds", "after: t2", "after: t2\n    final: true\n    scale: final"),
    ("rounds", "  t3:", "  t3-mål:"),
    ("rounds", "  t1:\n    words: [april, vår]\n", "  kp:\n    name: {sv: Kontrollplan, en: Control plan}\n    day: 02-28\n"),
    ("words", "unclear: {sv: Oklart, en: Unclear}", "same: {sv: Som förut, en: As before}"),
    ("words", "  due: {sv: Sista dag, en: Last day}\n", ""),
    ("followup", "rounds: [t2, year]", "rounds: [t1]"),
    ("followup", "{sv: Hela året., en: All of the year.}", "{sv: Hela året.}"),  # the standard's English stands
    ("followup", ", rounds: [t2, year]", ""),
    ("words", DUE, '  check_fill: {sv: "! {columns} saknas.", en: "! Missing: {columns}"}'),
    ("words", DUE, f"  due: {{sv: {'å' * 500}, en: x}}"),
    ("words", DUE, "  mend_counts: {sv: Se nedan., en: See below.}"),
    ("profile", "{sv: Risknivå,", f"{{sv: {'å' * 200},"),
    ("followup", "type: number", "type: number, unit: tkr, required_when: {deviation: {below: current_budget}}"),
]


@pytest.mark.parametrize("changed, old, new", VARIANTS)
def test_what_is_right_is_let_be(changed: str, old: str, new: str) -> None:
    """Other ways to write the same files, and other things that may stand in them."""
    assert look_through(changed, old, new) == ()


def test_all_mistakes_are_told_at_once_in_order() -> None:
    """One in each of three files."""
    files = dict(FILES.values())
    files["sheets/words.yaml"] += "  dew: {sv: x, en: y}\n"
    files["sheets/rounds.yaml"] = files["sheets/rounds.yaml"].replace("11-30", "31-11")
    files["schemas/risk.yaml"] = SCHEMA
    told = check_descriptions({name: text.encode() for name, text in files.items()})
    assert [(mistake.file, mistake.line, mistake.problem.code) for mistake in told] == [
        ("schemas/risk.yaml", None, "unread-table"),
        ("sheets/rounds.yaml", 5, "bad-day"),
        ("sheets/words.yaml", 8, "unknown-key"),
    ]


def test_a_file_that_is_no_utf_8_is_told() -> None:
    """With the line of the first letter that is none."""
    [mistake] = check_descriptions({"sheets/annual_plan.miljo.yaml": PROFILE.encode("cp1252")})
    assert (mistake.line, mistake.problem.code) == (5, "not-utf8")
    assert check_descriptions({"sheets/annual_plan.miljo.yaml": b"\xef\xbb\xbf" + PROFILE.encode()}) == ()


@pytest.mark.parametrize("name", ["Miljö", "miljo.skola", "standard", "miljö", "två ord"])
def test_a_variant_whose_name_nobody_can_write_is_told(name: str) -> None:
    """In the sheet Organisation."""
    text = PROFILE.replace("profile: miljo\n", "").encode()
    assert [m.problem.code for m in check_descriptions({f"sheets/annual_plan.{name}.yaml": text})] == ["bad-profile"]


@pytest.mark.parametrize("name", ["sheets/con.yaml", "schemas/LPT1.yaml"])
def test_a_file_that_windows_cannot_have_is_told(name: str) -> None:
    assert "file-name-reserved" in [m.problem.code for m in check_descriptions({name: b"{}"})]


@pytest.mark.parametrize("path", sorted((standard_folder() / "sheets").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_standard_files_pass_as_a_workspace_s_own(path: Path) -> None:
    """Whoever copies one to change it is told of nothing."""
    assert check_descriptions({f"sheets/{path.name}": path.read_bytes()}) == ()


@pytest.mark.parametrize("path", sorted((standard_folder() / "schemas").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_standard_schemas_pass(path: Path) -> None:
    """The model knows all that they say."""
    assert find_problems(Table, read_yaml(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("model, value", [(models.Column, forms.Column), (models.Sheet, forms.Sheet)])
def test_a_model_knows_what_forms_know(model: type[Part], value: type) -> None:
    """An attribute of forms that a file may give is one of the model's, but for what is worked out from others."""
    worked_out = {"field", "kind", "own", "low", "high", "max_length", "whole", "key", "placing"}
    assert {field.name for field in fields(value)} - worked_out <= set(model.model_fields)


def test_each_text_on_a_mistake_stands_in_both_languages() -> None:
    """With the same facts."""
    for texts in catalogue()["mistakes"].values():
        assert set(texts) == {"sv", "en"}
        facts = [set(re.findall(r"(?<!\{)\{(\w+)", texts[language])) for language in ("sv", "en")]
        assert facts[0] == facts[1]


def test_forms_that_cannot_be_made_out_are_no_crash() -> None:
    """Whatever stands where a mapping or a list should."""
    for odd in (None, 1, "x", [], [1], {1: 2}, {"sheets": [1]}, {"sheets": {"goals": {"columns": {"x": 1}, "order": 3, "limit": []}}}):
        form: dict[Any, Any] = odd if isinstance(odd, dict) else {"sheets": odd, "lists": odd, "steps": odd}
        assert isinstance([*find_problems(models.Form, form), *check_form(form, {}, ())], list)


ODD: tuple[Any, ...] = (None, 1, True, "x", [], {}, ["x"], {"sv": "a", "en": "b"}, {"t1": 1}, 2.5, {"omit": True}, "goals", ["t1"], -1)


def list_spots(content: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of all parts of a content."""
    for key, part in content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ():
        yield (*path, key)
        yield from list_spots(part, (*path, key))


@pytest.mark.parametrize("seed", range(long_run(12, 1500)))
def test_whatever_passes_makes_forms(seed: int, tmp_path: Path) -> None:
    """Where a part of a file is gone, renamed or something else, that is told, or all forms can be made of it."""
    rng = Random(seed)  # noqa: S311 -- nothing secret
    files = dict(FILES.values())
    name = rng.choice(sorted(files))
    content = read_yaml(files[name])
    *path, last = rng.choice(list(list_spots(content)))
    here = content
    for part in path:
        here = here[part]
    if rng.random() < 1 / 4:
        del here[last]
    elif rng.random() < 1 / 4 and isinstance(here, dict):
        here[f"{last}q"] = here.pop(last)
    else:
        here[last] = rng.choice(ODD)
    files[name] = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    if check_descriptions({name: text.encode() for name, text in files.items()}):
        return
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    made = Forms([standard_folder(), tmp_path])
    for form in made.names():
        for profile in (None, *made.profiles(form)):
            assert all(made.form(form, profile, kind) for kind in (None, *made.form(form).rounds))
