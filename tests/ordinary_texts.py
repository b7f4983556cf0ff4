"""Commitments as boards and units write them, none of which is to be asked about; those of the sample among them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from itertools import product
from typing import Any

from styrxl.model.yaml_files import read_yaml

_DONE = (
    "Ta fram",
    "Se över",
    "Följa upp",
    "Revidera",
    "Införa",
    "Enligt nämndens beslut arbeta med",
    "Dokumentera",
    "Utveckla",
    "Samla",
    "Sprida",
)
_WHAT = (
    "en handlingsplan mot frånvaro",
    "rutinerna för överlämning",
    "bilagan till samverkansavtalet",
    "ett gemensamt dokument för språkarbetet",
    "planen för studiehandledning",
    "underlaget inför budget 2028",
    "två nya filialer",
    "en rapport om 15 insatser",
)
_HOW = ("", " före sommaren", " tillsammans med eleverna, hemmen och fritids", ": minst 80 % ska delta")
_OTHERS = """Se till att handlingsplanen följs
Se fler barn, tidigare
Se och bli sedd
Enligt plan öppna två förskolor
Enligt bilaga 1 ska alla elever ha en mentor
Handlingsplan mot mobbning
Separat plan för lovskola
Lokal plan för studiehandledning
Pågår enligt plan
Läs tillsammans varje dag
Läs planen tillsammans med alla
I egen regi
Per klass en mentor
Program för unga
Egen plan för varje elev
Länka samman skolorna
En fil med uppgifter förs för varje elev
Vi följer planen för språk
Bilagan med kontaktvägar uppdateras varje termin
Samma möjligheter för alla
Samma kvalitet i hela kommunen
Ditt bibliotek hela året
Dokumentet uppdateras
X-huset öppnas igen
24/7-service för invånarna
112 övningar i hjärt- och lungräddning
3 av 4 elever når målen
Öppet 8–17
Nå 95 % behörighet till gymnasiet
1.5-meterszon runt skolan
Write an action plan against absence
See more children, earlier
See to it that the plan is followed
Attach importance to reading
Review the annex to the agreement
The file on each pupil is kept up to date
According to plan, open two preschools
Same chances for all
Link schools and libraries
Separate waste at every school""".splitlines()


def _find_texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _find_texts(part)


_SAMPLE = read_yaml(resources.files("styrxl.sample").joinpath("sample.yaml").read_text("utf-8"))
ORDINARY_TEXTS = (*map("".join, product(_DONE, [f" {what}" for what in _WHAT], _HOW)), *_OTHERS, *_find_texts(_SAMPLE))
