"""How Sphinx builds the handbook: ``make docs``."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

project = "styrxl"
author = "The styrxl authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
language = "sv"
html_theme = "alabaster"
html_theme_options = {"description": "Handbok · Handbook", "page_width": "1100px", "sidebar_width": "260px"}
html_static_path = ["static"]
html_css_files = ["handbook.css"]
html_copy_source = False
highlight_language = "none"  # a block says itself what it is; consoles' prompts and answers are left as they are
myst_heading_anchors = 4  # links to headings are written as GitHub writes them, so that the pages can be read there, too


def add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    """Add a table of contents to a first page, of the pages that it lists: what Sphinx alone needs would puzzle those who read Markdown.

    Its own headings become rubrics: the margin lists pages, and these are none.
    """
    del app
    if name.rpartition("/")[2] == "index":
        pages = re.findall(r"^- \[.+\]\(([\w/-]+)\.md\)", source[0], re.MULTILINE)
        contents = "\n".join(["```{toctree}", ":hidden:", "", *pages, "```\n\n"])
        rubrics = re.sub(r"^## (.+)$", r"```{rubric} \1\n:heading-level: 2\n```", source[0], flags=re.MULTILINE)
        source[0] = f"{rubrics}\n\n{contents}"


def frame_tables(app: Sphinx, page: nodes.document) -> None:
    """Put each table into a frame that scrolls by itself where the window is narrow."""
    del app
    for table in list(page.findall(nodes.table)):
        frame = nodes.container(classes=["wide"])
        table.replace_self(frame)
        frame += table


def setup(app: Sphinx) -> None:
    """Have Sphinx ask us of each page that it reads."""
    app.connect("source-read", add_contents)
    app.connect("doctree-read", frame_tables)
