"""What many tests start from."""

from __future__ import annotations

import pytest

from tests.people import People, alice_bob_charlie


@pytest.fixture
def people(db: None) -> People:
    """Alice, Bob and Charlie in one organisation, and a stranger in another."""
    return alice_bob_charlie()
