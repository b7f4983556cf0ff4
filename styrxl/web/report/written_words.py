"""What a controller writes, in Markdown, as HTML."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from styrxl.model.masking import drop_steering

_DEEPEST = 6
_CHAPTER = 2  # level of the heading under which it stands


def make_html(said: str) -> str:
    """Return Markdown as HTML, its headings below the chapter's own; HTML in it is shown as it was typed, links lead to the web alone."""
    if not said.strip():
        return ""
    tokens = _markdown().parse(drop_steering(said))
    level = _CHAPTER
    for token in tokens:
        if token.type == "heading_open":  # none is left out on the way down
            level = min(int(token.tag[1:]) + 1, level + 1, _DEEPEST) if token.tag != "h1" else _CHAPTER + 1
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{level}"
    return Markup(_markdown().renderer.render(tokens, _markdown().options, {}))  # noqa: S704 -- made by a parser that lets no HTML through


@cache
def _markdown() -> MarkdownIt:
    """Return the parser; a picture would be fetched from somewhere, so that it becomes a link."""
    return MarkdownIt("commonmark", {"html": False}).disable("image")
