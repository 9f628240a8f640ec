"""The manual: Markdown files under templates/docs, in four kinds, served by the application itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markdown_it import MarkdownIt
from markdown_it.token import Token

from compliance.web.manual_search import Section, search, sections

FOLDER = Path(settings.BASE_DIR) / "templates" / "docs"
PARTS = {
    "start": gettext_lazy("Start"),
    "how-to": gettext_lazy("How to"),
    "reference": gettext_lazy("Reference"),
    "why": gettext_lazy("Why it is so"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One file: its part, its name without ending, its first heading, its text as HTML, and its sections."""

    part: str
    name: str
    title: str
    body: SafeString
    sections: tuple[Section, ...] = ()


@lru_cache
def pages() -> tuple[Page, ...]:
    """Return every page of the manual, in the order of the parts and of the file names."""
    return tuple(_read(part, path) for part in PARTS for path in sorted((FOLDER / part).glob("*.md")))


def manual(request: HttpRequest) -> HttpResponse:
    """The contents; with `q`, the sections that hold these words."""
    query = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:200]
    found = search((section for page in pages() for section in page.sections), query)
    parts = [(label, [page for page in pages() if page.part == part]) for part, label in PARTS.items()]
    hits = [(hit, PARTS[hit.section.part]) for hit in found]
    return render(request, "web/manual.html", {"parts": parts, "query": query, "hits": hits})


def manual_page(request: HttpRequest, part: str, page: str) -> HttpResponse:
    """One page."""
    found = next((one for one in pages() if (one.part, one.name) == (part, page)), None)
    if found is None:
        raise Http404(_("There is no such page."))
    return render(request, "web/manual_page.html", {"page": found, "part": PARTS[part]})


def _read(part: str, path: Path) -> Page:
    """Render one file. Raw HTML in it is shown as text; a link to another page's file leads to that page."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(path.read_text(encoding="utf-8"))
    title = next((tokens[n + 1].content for n, one in enumerate(tokens) if one.type == "heading_open"), path.stem)
    if tokens and tokens[0].type == "heading_open":
        del tokens[:3]  # the page's template shows it
    for number, token in enumerate(tokens):
        _adapt(token, tokens[number + 1].content if token.type == "heading_open" else "")
    _name_rows(tokens)
    found = tuple(sections(part, path.stem, title, tokens))
    body = markdown.renderer.render(tokens, markdown.options, {})
    # A wide table scrolls by itself, and the keyboard can scroll it.
    body = body.replace("<table>", '<div class="table-wrap" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Page(part, path.stem, title, mark_safe(body), found)  # noqa: S308 - our own files, raw HTML turned off


def _name_rows(tokens: list[Token]) -> None:
    """Give a row an id where one of its cells is a code alone, the first time that the page holds this code."""
    taken = {token.attrGet("id") for token in tokens if token.type == "heading_open"}
    row: Token | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = token
        children = token.children or []
        if row is not None and len(children) == 1 and children[0].type == "code_inline":
            code = children[0].content
            if re.fullmatch(r"[a-z][a-z0-9-]*", code) and code not in taken:
                row.attrSet("id", code)
                taken.add(code)
                row = None


def _adapt(token: Token, heading: str) -> None:
    if token.type == "heading_open":
        token.attrSet("id", re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-"))
    elif token.type == "th_open":
        token.attrSet("scope", "col")
    elif token.type == "fence":
        token.attrSet("tabindex", "0")
    for child in token.children or []:
        if child.type == "link_open":
            child.attrSet("href", _address(str(child.attrGet("href"))))
        elif child.type == "image":
            child.attrSet("src", static(f"manual/{Path(str(child.attrGet('src'))).name}"))
            child.attrSet("loading", "lazy")


def _address(link: str) -> str:
    """Turn a link between files into one between pages, which lie one step deeper.

    >>> _address("settings.md"), _address("../why/unknowns.md#the-choice"), _address("/verify/")
    ('../settings/', '../../why/unknowns/#the-choice', '/verify/')
    """
    path, hash_, anchor = link.partition("#")
    if path.endswith(".md") and not re.match(r"[a-z]+:|/", path):
        path = f"../{path.removesuffix('.md')}/"
    return f"{path}{hash_}{anchor}"
