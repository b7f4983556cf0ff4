"""A page as tagged PDF."""

from __future__ import annotations

import logging

from styrxl.web.report.pdf_tags import mend_tags


class NoPdfError(Exception):
    """What makes a PDF is not here; ``key`` is the word that says what is to be done."""

    def __init__(self, key: str) -> None:
        """Take the word's key."""
        super().__init__(key)
        self.key = key


TAGGED, ARCHIVED = "pdf/ua-1", "pdf/a-2a"  # to be read by everybody; to be kept, and read by everybody


def make_pdf(html: str, variant: str = TAGGED) -> bytes:
    """Return a page as tagged PDF: for readers, or ARCHIVED as PDF/A-2a.

    Raises NoPdfError where WeasyPrint, or a library of the system's that it needs, is not there.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 -- an extra, and slow to import
    except ImportError as error:
        raise NoPdfError("report_no_pdf") from error
    except OSError as error:
        raise NoPdfError("report_no_pango") from error
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    made: bytes = HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(pdf_variant=variant, finisher=mend_tags)
    return made


def _fetch_nothing(url: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"a report asks nobody for anything: {url}")
