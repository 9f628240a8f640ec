"""The words for users in other languages: take up new ones, build what the application reads, check that all are there.

scripts/messages.py extract               new messages into every locale/*/LC_MESSAGES/django.po, old ones out
scripts/messages.py build                 the .mo files, where a .po is newer; they are not committed
scripts/messages.py check                 fail where a message is missing, obsolete, a guess, or has other placeholders
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LOCALE = ROOT / "locale"
SHOWN = 40  # faults of one catalogue

from compliance.lib import messages  # noqa: E402 - found by the path above


def asked() -> polib.POFile:
    """Return every message of the code and the templates, as Django's own command finds them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    import django
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for folder in ("compliance", "audits", "templates"):
            shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "data", "*.mo"))
        (copy / "locale").mkdir()
        django.setup()
        said = io.StringIO()
        with contextlib.chdir(copy), contextlib.redirect_stdout(said):
            options = {"add_location": "file", "no_wrap": True, "keep_pot": True, "verbosity": 1}
            call_command("makemessages", locale=["en"], stdout=said, **options)
        if "warning" in said.getvalue():
            sys.exit(said.getvalue())
        return polib.pofile(str(copy / "locale" / "django.pot"))


def extract() -> int:
    found = asked()
    for path in messages.catalogues(LOCALE):
        made = messages.taken_up(polib.pofile(str(path)), found)
        made.save(str(path))
        left = sum(not messages.is_whole(one, one) for one in made)
        print(f"{path.relative_to(ROOT)}: {len(made)} messages, {left} untranslated.")
    return 0


def check() -> int:
    found, wrong = asked(), 0
    for path in messages.catalogues(LOCALE):
        faults = list(messages.faults(polib.pofile(str(path)), found))
        wrong += len(faults)
        for sentence in faults[:SHOWN]:
            print(f"{path.relative_to(ROOT)}: {sentence}")
        if len(faults) > SHOWN:
            print(f"{path.relative_to(ROOT)}: and {len(faults) - SHOWN} more.")
    if wrong:
        print("Take up new messages with `make messages`, and translate them as locale/GLOSSARY.md says.")
    return 1 if wrong else 0


def main() -> int:
    words = sys.argv[1:]
    if words == ["extract"]:
        return extract()
    if words == ["build"]:
        messages.build(LOCALE)
        return 0
    if words == ["check"]:
        return check()
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
