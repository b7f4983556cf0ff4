"""Makes the pictures of the README and the handbook: ``python tests/make_pictures.py``.

It needs LibreOffice, poppler's pdftoppm, Chromium and Pillow. A unit of a small town gets its plan, fills it in (with two faults), sends
it, and gets it back: what it saw is pictured. So are the sample municipality's desk and report.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import pypdf
from PIL import Image, ImageChops, ImageOps
from playwright.sync_api import Locator, Page

sys.path.insert(0, str(Path(__file__).parent))
from chromium import opened as opened_chromium
from desk_visitor import ORIGIN
from municipality import Rows
from office import opened
from sample_pictured import LANGUAGES, WIDE, Sample, open_light, play_sample, show_desk
from town import ROUND, YEAR, planned_town

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
MOST_BYTES = 150_000
DOTS = 110  # an inch
COLOURS = 48  # a form has few, and letters' edges need some
MARGIN = 14

SWEDISH: Rows = [
    {
        "text": "Läsa högt för varje barn, varje dag",
        "parent_id": "UBN-M1",
        "responsible": "Rektor",
        "expected_result": "Alla barn, alla dagar",
        **YEAR,
    },
    {"text": "Bygga upp ett barnbibliotek", "parent_id": "UBN-M1", "expected_result": "200 böcker", **YEAR},
    {"text": "Bjuda in föräldrar till sagostunder", "parent_id": "KF-M9", "responsible": "Rektor", "expected_result": "Fyra stunder"},
]
ENGLISH: Rows = [
    {"text": "Read aloud every Sunday", "parent_id": "KFN-M1", "responsible": "Librarian", "expected_result": "Fifty Sundays", **YEAR},
    {"text": "Lend books to preschools", "parent_id": "KFN-M1", "expected_result": "200 books", **YEAR},
    {"text": "Invite authors", "parent_id": "KF-M9", "responsible": "Librarian", "expected_result": "Four evenings"},
]
# An owner and its answers, and what the pages to picture begin with.
OWNERS = {"sv": ("UBN-ÖST", SWEDISH), "en": ("KFN-BIB", ENGLISH)}
SHEETS = {"sv": ("Enhetsplan", "Åtaganden", "Att åtgärda"), "en": ("Unit plan", "Commitments", "To correct")}


def cut_paper(picture: Image.Image) -> Image.Image:
    """Return a picture without the white around what stands on it, but for a margin."""
    left, top, right, bottom = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox() or (0, 0, *picture.size)
    return ImageOps.expand(picture.crop((left, top, right, bottom)), MARGIN, "white")


def picture_page(pdf: bytes, heading: str, tall: int, to: Path) -> None:
    """Write the first page with a heading as a picture, so many dots tall: the PDF has the footer first, then the heading."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    number = next(number for number, page in enumerate(pages, 1) if heading in page.extract_text().splitlines()[:2])
    done = subprocess.run(
        ["pdftoppm", "-r", str(DOTS), "-f", str(number), "-l", str(number), "-png"],  # noqa: S607 -- poppler's, wherever it is
        input=pdf,
        stdout=subprocess.PIPE,
        check=True,
    )
    whole = Image.open(io.BytesIO(done.stdout)).convert("RGB")
    page = cut_paper(whole)
    keep_picture(cut_paper(page.crop((0, 0, page.width, min(tall, page.height)))), to)


def keep_picture(picture: Image.Image, to: Path) -> None:
    """Write a picture, small, and say so."""
    picture.quantize(COLOURS).save(to, optimize=True)
    size = to.stat().st_size
    print(f"{to.name}: {picture.width} x {picture.height}, {size} bytes")  # noqa: T201 -- what a script has done
    assert size <= MOST_BYTES, to


def picture_browser(sample: Sample) -> None:
    """Picture the desk's first screen down to below the round that goes on, and how goals stand in the report."""
    with opened_chromium() as chromium, chromium.open_context() as browser:
        for language in LANGUAGES:
            with show_desk(sample, language, browser) as desk:
                desk.goto(ORIGIN)
                keep_picture(
                    take_part(desk, desk.locator("header").first, desk.locator("section.card").first), PICTURES / f"desk.{language}.png"
                )
            report = open_light(browser)
            report.goto(sample.reports[language].as_uri())
            goals, some_rows = report.locator("h3").nth(1), report.locator("xpath=(//h3)[3]/following::tr[5]")
            keep_picture(take_part(report, goals, some_rows), PICTURES / f"report.{language}.png")


def take_part(page: Page, first: Locator, last: Locator) -> Image.Image:
    """Return what a page shows from above an element to below another."""
    begin, end = first.bounding_box(), last.bounding_box()
    assert begin
    assert end
    top, bottom = max(0, begin["y"] - MARGIN), end["y"] + end["height"] + 2
    shown = page.screenshot(full_page=True, clip={"x": 0, "y": top, "width": WIDE["width"], "height": bottom - top})
    return Image.open(io.BytesIO(shown)).convert("RGB")


def picture_forms() -> None:
    """Picture what a unit filled in and got back."""
    with tempfile.TemporaryDirectory() as office_folder, opened(Path(office_folder)) as office, tempfile.TemporaryDirectory() as folder:
        town = planned_town(Path(folder) / "town")
        for owner, rows in OWNERS.values():
            town.put(f"{owner}.xlsx", town.filled(owner, {"commitments": rows}))
        town.run("validate", "--round", ROUND, "--annotate", expect=1)
        for language, (owner, rows) in OWNERS.items():
            start, commitments, to_mend = SHEETS[language]
            filled = office.convert(town.filled(owner, {"commitments": rows}), "pdf")
            back = office.convert((town.root / "returned" / ROUND / f"{owner}.xlsx").read_bytes(), "pdf")
            picture_page(filled, start, 900, PICTURES / f"fill-in-start.{language}.png")
            picture_page(filled, commitments, 268, PICTURES / f"fill-in-rows.{language}.png")
            picture_page(back, to_mend, 400, PICTURES / f"fill-in-to-mend.{language}.png")
            picture_page(back, commitments, 268, PICTURES / f"fill-in-marked.{language}.png")


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    picture_forms()
    with tempfile.TemporaryDirectory() as place:
        picture_browser(play_sample(Path(place)))
