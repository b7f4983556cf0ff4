"""Names that files may have on every system, and ids that become such names."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.naming.file_names import fold_file_name, is_reserved, make_portable, make_unique
from styrxl.model.rounds import standard_rounds
from styrxl.model.standard_folder import standard_folder
from styrxl.rounds.desk import name_file
from styrxl.store.files import write_atomically

RESERVED = [
    "CON", "PRN", "AUX", "NUL", *(f"COM{n}" for n in "123456789¹²³"), *(f"LPT{n}" for n in "123456789¹²³"), "CONIN$", "CONOUT$",
]  # fmt: skip
WRONG = set('<>:"/\\|?*') | set(map(chr, range(32)))
FORMS = Forms([standard_folder()])
ID = yaml.safe_load((standard_folder() / "schemas" / "organisation.yaml").read_text("utf-8"))["columns"]["org_id"]["checks"]["str_matches"]
IDS = st.from_regex(re.compile(ID), fullmatch=True) | st.sampled_from([name for name in RESERVED if re.fullmatch(ID, name)])
TEXTS = st.text(st.characters(codec=None), max_size=40) | st.builds("{}{}".format, st.sampled_from(RESERVED), st.text(" .x", max_size=4))


@pytest.mark.parametrize("name", [*RESERVED, *map(str.lower, RESERVED)])
@pytest.mark.parametrize("ending", ["", ".xlsx", ".a.b", " .xlsx", "."])
def test_what_windows_keeps_for_itself_is_known(name: str, ending: str) -> None:
    assert is_reserved(name + ending)
    assert not is_reserved(make_portable(name + ending))
    assert not is_reserved(f"{name}-1{ending}")
    assert not is_reserved(f"X{name}{ending}")


@given(TEXTS)
def test_what_is_made_portable_is_a_name_everywhere_and_stays_as_it_is(given_name: str) -> None:
    name = make_portable(given_name)
    assert name
    assert not WRONG & set(name)
    assert not name.endswith((".", " "))
    assert not is_reserved(name)
    assert make_portable(name) == name == unicodedata.normalize("NFC", name)
    name.encode("utf-8")


@given(st.lists(TEXTS, max_size=6))
def test_no_two_names_become_one(names: list[str]) -> None:
    """Whatever case and composition a file system takes for the same."""
    made: list[str] = []
    for name in names:
        made.append(make_unique(make_portable(name), made))
    assert len({fold_file_name(name) for name in made}) == len(made)


@pytest.mark.parametrize(
    "name,wanted", [("UBN.xlsx", "UBN (2).xlsx"), ("ubn.XLSX", "ubn (2).XLSX"), ("A\u030aBY", "A\u030aBY (2)"), ("x", "x")]
)
def test_a_name_that_is_known_gets_a_number(name: str, wanted: str) -> None:
    assert make_unique(name, ["UBN.xlsx", "Åby"]) == wanted


@given(IDS, IDS)
def test_every_id_that_a_plan_may_have_names_files_of_its_own(one: str, other: str) -> None:
    """On every system: the plan refuses those that are reserved; no two others differ in what is no difference to a file system."""
    for id_ in {one, other} - {id_ for id_ in (one, other) if is_reserved(id_)}:
        for form in FORMS.names():
            name = name_file(FORMS, standard_rounds().parse("2027-plan"), id_, FORMS.form(form))
            assert make_portable(name) == name
    if one != other:
        assert fold_file_name(one) != fold_file_name(other)


@pytest.mark.parametrize("kind", standard_rounds().values(), ids=lambda kind: kind.key)
def test_round_ids_name_folders(kind: object) -> None:
    name = f"2027-{kind.key}"  # type: ignore[attr-defined] # kinds of rounds
    assert make_portable(name) == name


def test_nothing_is_written_under_a_name_that_windows_keeps_for_itself(tmp_path: Path) -> None:
    with pytest.raises(StyrxlError) as caught:
        write_atomically(tmp_path / "aux.txt", b"")
    assert (caught.value.code, caught.value.facts["name"]) == ("name-reserved", "aux.txt")
    assert list(tmp_path.iterdir()) == []
