"""Check that what the documents name is there: linked files and headings, `make` targets and `manage.py` commands."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["docs", "templates/docs"]


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))])


def anchors(text: str) -> set[str]:
    """Return the anchors that a reader of Markdown gives to the headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in re.findall(r"^#{1,6} +(.+?) *$", text, re.MULTILINE)
    }


def broken_links(path: Path, text: str) -> Iterator[tuple[int, str]]:
    for found in re.finditer(r"\]\(([^)\s]+)\)", text):
        target, _, anchor = found[1].partition("#")
        if re.match(r"[a-z]+:", target) or target.startswith("/"):
            continue  # another site, or a page of the application
        file = (path.parent / target).resolve() if target else path
        line = text.count("\n", 0, found.start()) + 1
        if not file.exists():
            yield line, f"It links to {target}, which is not there."
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
            yield line, f"It links to the heading #{anchor} of {file.name}, which is not there."


def unknown_commands(text: str, targets: set[str], commands: set[str]) -> Iterator[tuple[int, str]]:
    """Yield each command that is quoted as code and does not exist."""
    code = re.finditer(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
    for block in code:
        for word, known in ((r"\bmake ([a-z][a-z-]*)", targets), (r"manage\.py ([a-z_]+)", commands)):
            for found in re.finditer(word, block[0]):
                if found[1] not in known:
                    line = text.count("\n", 0, block.start() + found.start()) + 1
                    yield line, f"It names the command `{found[0]}`, which does not exist."


def main() -> int:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    import django
    from django.core.management import get_commands

    django.setup()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets, commands = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)), set(get_commands())
    count = 0
    for path in documents():
        text = path.read_text(encoding="utf-8")
        for line, sentence in sorted([*broken_links(path, text), *unknown_commands(text, targets, commands)]):
            count += 1
            print(f"{path.relative_to(ROOT)}:{line}: {sentence}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
