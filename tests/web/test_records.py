"""What is kept for good is in the same words whoever acts: no translated sentence enters a record or its digest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.access.things import House
from tests.marked import kept_marks, marked

pytestmark = pytest.mark.django_db


def test_no_translated_word_is_kept(tmp_path: Path, settings: Any) -> None:
    settings.OUTWARD_HOSTS = ["127.0.0.1"]  # where the webhook of the house leads
    with marked(tmp_path):
        House("Mine").things()
        assert kept_marks() == []
