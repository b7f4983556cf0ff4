"""Makes the handbook's pictures of real workbooks: ``python tests/make_pictures.py`` (needs LibreOffice, poppler's pdftoppm and Pillow).

A unit of a small town gets its plan, fills it in (with two faults), sends it, and gets it back: what it saw is pictured.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import pypdf
from PIL import Image, ImageChops, ImageOps

sys.path.insert(0, str(Path(__file__).parent))
from municipality import Rows
from office import opened
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
    part = cut_paper(page.crop((0, 0, page.width, min(tall, page.height))))
    part.quantize(COLOURS).save(to, optimize=True)
    size = to.stat().st_size
    print(f"{to.name}: {part.width} x {part.height}, {size} bytes")  # noqa: T201 -- what a script has done
    assert size <= MOST_BYTES, to


def main() -> None:
    """Make all pictures."""
    PICTURES.mkdir(exist_ok=True)
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
    main()
