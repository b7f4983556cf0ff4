"""An owner's link, seen to by a controller: a code to read out, and a link that is taken back."""

from __future__ import annotations

import re
from datetime import timedelta

from desk_visitor import visit_desk
from styrxl.store.ledger import Ledger
from styrxl.store.owner_links import OwnerLink, read_links
from town import NOW, ROUND, Town

OWNER = "UBN-ÖST"
CODE = re.compile(r"är ([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})\. Den skrivs på https://styrning\.example\.se/o\.")
PAGE = f"/rounds/{ROUND}/owners/{OWNER}"


def set_up(town: Town, server: str) -> None:
    path = town.root / "styrxl.toml"
    path.write_text(path.read_text("utf-8") + f"\n[server]\n{server}", "utf-8")


def list_links(town: Town) -> list[OwnerLink]:
    with Ledger.open(town.workspace.database) as ledger:
        return read_links(ledger.database, ROUND)


def test_a_code_is_shown_taken_back_and_made_anew(planned: Town) -> None:
    set_up(planned, 'address = "https://styrning.example.se"\n')
    with visit_desk(planned.root, NOW + timedelta(days=1)) as visitor:
        assert f"/rounds/{ROUND}/do/show-link?owner=UBN-%C3%96ST" in visitor.get(PAGE)
        first, again = (visitor.press(f"/rounds/{ROUND}/do/show-link?owner={OWNER}") for _ in range(2))
        codes = [CODE.findall(page) for page in (first, again)]
        assert codes[0] == codes[1] != []
        assert [(link.owner, link.created_by, link.revoked_by) for link in list_links(planned)] == [(OWNER, "kontrollern", None)]
        assert "gäller inte längre" in visitor.press(f"/rounds/{ROUND}/do/revoke-link?owner={OWNER}")
        assert "Ingen länk gäller nu" in visitor.get(f"/rounds/{ROUND}/do/revoke-link?owner={OWNER}")
        new = visitor.press(f"/rounds/{ROUND}/do/show-link?owner={OWNER}")
        assert codes[0][0] not in new
    assert [link.revoked_by for link in list_links(planned)] == ["kontrollern", None]


def test_where_there_is_no_site_there_is_nothing_to_see_to(planned: Town) -> None:
    with visit_desk(planned.root, NOW + timedelta(days=1)) as visitor:
        assert "show-link" not in visitor.get(PAGE)
        visitor.get(f"/rounds/{ROUND}/do/show-link?owner={OWNER}", 404)


def test_nobody_gets_a_link_who_was_handed_nothing(planned: Town) -> None:
    set_up(planned, 'address = "https://styrning.example.se"\n')
    with visit_desk(planned.root, NOW + timedelta(days=1)) as visitor:
        for owner in ("REV", "", "XYZ"):
            visitor.get(f"/rounds/{ROUND}/do/show-link?owner={owner}", 404)
    assert list_links(planned) == []
