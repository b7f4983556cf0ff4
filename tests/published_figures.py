"""Figures that municipalities have published, for what styrxl makes of them to be held against."""

from __future__ import annotations

# Västerviks kommun, Årsredovisning 2020, Finansiella rapporter, Driftsredovisning, kommunen (vastervik.se).
# Mnkr; costs, net and budget as published, with minus. A row without activity is the board's own. Each figure is rounded by itself: parts
# and totals may differ by 0.1, and a deviation from net minus budget by 0.1. The list of boards is whole; their total is not published.
VASTERVIK_2020 = """\
board|activity|revenue|cost|net|budget|deviation
Kommunstyrelse||281.9|-697.8|-415.9|-410.1|-5.7
Kommunstyrelse|Politisk verksamhet|0.0|-11.9|-11.9|-12.4|0.5
Kommunstyrelse|Ledning|12.5|-84.4|-71.9|-71.2|-0.6
Kommunstyrelse|Samhällsbyggnad|48.0|-165.3|-117.3|-106.1|-11.2
Kommunstyrelse|Kultur|6.5|-59.3|-52.8|-54.4|1.6
Kommunstyrelse|Arbete och kompetens|40.8|-115.5|-74.7|-78.9|4.2
Kommunstyrelse|Kommunservice|164.3|-189.2|-24.9|-26.1|1.2
Kommunstyrelse|Räddningstjänst|9.0|-55.5|-46.5|-46.9|0.4
Kommunstyrelse|Prioriterade områden|0.8|-16.8|-15.9|-14.1|-1.8
Barn- och utbildningsnämnd||134.6|-991.9|-857.3|-862.3|5.0
Barn- och utbildningsnämnd|Gemensam verksamhet|8.8|-58.6|-49.8|-47.9|-1.9
Barn- och utbildningsnämnd|Förskola och familjedaghem|36.3|-235.9|-199.6|-201.6|2.0
Barn- och utbildningsnämnd|Obligatorisk skola och fritidshem|69.2|-496.4|-427.2|-428.3|1.0
Barn- och utbildningsnämnd|Gymnasieskola, gymnasiesärskola|15.2|-177.4|-162.1|-162.2|0.1
Barn- och utbildningsnämnd|Komvux och SFI|5.1|-23.7|-18.6|-22.3|3.7
Socialnämnd||216.4|-1133.1|-916.7|-918.6|1.9
Socialnämnd|Äldreomsorg|131.7|-553.1|-421.4|-433.3|11.9
Socialnämnd|Individ- och familjeomsorg|15.4|-105.1|-89.7|-77.6|-12.1
Socialnämnd|Omsorg och stöd, funktionsnedsättning|44.4|-304.5|-260.1|-263.4|3.3
Socialnämnd|Hälso- och sjukvårdsverksamhet|23.1|-130.9|-107.8|-105.4|-2.4
Socialnämnd|Förvaltningsstab och nämnd|1.9|-39.6|-37.7|-38.9|1.2
Miljö- och byggnadsnämnd||15.3|-27.9|-12.7|-15.0|2.3
Överförmyndare||0.1|-3.0|-2.9|-3.5|0.7
Revision||0.5|-2.1|-1.6|-1.6|0.0
"""

# Botkyrka kommun: Mål och budget 2018 med flerårsplan 2019-2021 (Utbildningsnämnden, mnkr made tkr); Kommunfullmäktige 2019-06-18,
# handlingar (Samhällsbyggnadsnämnden, whose frame is not published there); Kultur- och fritidsnämnden, internbudget 2020. Tkr.
BOTKYRKA_FRAMES = {2018: (2_506_000, 131_300), 2019: (2_565_900, 324_800), 2020: (2_635_200, 386_300), 2021: (2_699_800, 351_300)}
BOTKYRKA_CHANGES = (("cykelväg", None, 2_750), ("cykelplan", 275, None), ("grönstruktur", 1_300, None))  # operations, investment
BOTKYRKA_INVESTMENTS = {
    "Skyltning": 100,
    "Tillgänglighetsanpassning av lokaler": 100,
    "E-utveckling": 500,
    "Konstinköp": 100,
    "Digital videoskärm idrottshuset": 230,
    "Bryggor Stendahlsbadet": 500,
    "Synlighet i centrum, Tullinge": 100,
    "Ställning, hängningsanordning/saxlift": 100,
    "Mötesrum vid Kulturskolans expedition": 70,
    "Hogslaby utomhusmiljö": 200,
}
