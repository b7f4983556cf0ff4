"""A page as tagged PDF."""

from __future__ import annotations

import logging

from styrxl.web.report.pdf_tags import mend_tags


def make_pdf(html: str) -> bytes | None:
    """Return a page as tagged PDF; None where WeasyPrint, or the libraries of the system that it needs, are not there."""
    try:
        from weasyprint import HTML  # noqa: PLC0415 -- an extra, and slow to import
    except (ImportError, OSError):
        return None
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    made: bytes = HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(pdf_variant="pdf/ua-1", finisher=mend_tags)
    return made


def _fetch_nothing(url: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"a report asks nobody for anything: {url}")
