"""Compile every template, and look for what the content security policy or a screen reader would trip over."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
# Print is laid out by WeasyPrint from one file, where no content security policy rules and style may stand in place.
PRINT = TEMPLATES / "dossier"

PAGE_RULES = [
    (r"<script(?![^>]*\ssrc=)", "A script stands in the page; the content security policy allows files only."),
    (r"<style[\s>]", "A style sheet stands in the page; the content security policy allows files only."),
    (r"<(?!/)[^<>{}]*\sstyle=", "A style attribute is blocked by the content security policy; use a class."),
    (r"<(?!/)[^<>{}]*\son[a-z]+=", "An event attribute is blocked by the content security policy; use a script file."),
    (r"\s(?:src|href|action)=[\"'](?:https?:)?//", "The page reaches another machine; ship the file with the project."),
    (r"<a\s[^>]*target=[\"']_blank", "A link that opens a window takes the reader's way back; leave target out."),
]
RULES = [
    (r"<img(?![^>]*\salt=)[^>]*>", "An image has no alt text; write alt=\"\" if it only decorates."),
    (r"<th(?=[\s>])(?![^>]*\sscope=)[^>]*>", "A table heading has no scope; write scope=\"col\" or scope=\"row\"."),
    (r"\|\s*safe\b|{%\s*autoescape\s+off", "Escaping is turned off; build safe HTML in Python with format_html."),
]  # fmt: skip


def files() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt", ".svg"})


def faults(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and sentence of each fault that the text shows."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".html":
        return
    for pattern, sentence in RULES + ([] if path.is_relative_to(PRINT) else PAGE_RULES):
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield text.count("\n", 0, found.start()) + 1, sentence
    for form in re.finditer(r"<form\b[^>]*method=[\"']post.*?</form>", text, re.IGNORECASE | re.DOTALL):
        if "csrf_token" not in form[0]:
            yield text.count("\n", 0, form.start()) + 1, "A form that posts has no {% csrf_token %}."


def main() -> int:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    import django
    from django.template import TemplateSyntaxError, engines

    django.setup()
    engine = engines["django"]
    count = 0
    for path in files():
        name = path.relative_to(TEMPLATES).as_posix()
        found = list(faults(path))
        try:
            engine.get_template(name)
        except TemplateSyntaxError as error:
            token = getattr(error, "token", None)
            found.append((token.lineno if token else 1, f"It does not compile: {error}."))
        count += len(found)
        for line, sentence in sorted(found):
            print(f"templates/{name}:{line}: {sentence}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
