"""Run a command of manage.py as the shell would, without the cost of a new process."""

from __future__ import annotations

from typing import NamedTuple
from unittest.mock import patch

import pytest
from django.core.management.base import BaseCommand
from django.db import connections


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run_command(kind: type[BaseCommand], name: str, capture: pytest.CaptureFixture[str], *words: object) -> Done:
    """Run `manage.py NAME WORDS`; what was printed is what `capture` saw of it.

    A command closes every connection when it ends. Here that would be the test's own, with its transaction in it.
    """
    code = 0
    with patch.object(connections, "close_all"):
        try:
            kind().run_from_argv(["manage.py", name, *map(str, words)])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return Done(code, *capture.readouterr())
