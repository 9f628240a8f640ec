"""Moving a checklist to a newer text of its law: what carries over, what is asked again, and the way back."""

from __future__ import annotations

import re

from tests.people import People, client_of


def test_what_differs_between_two_texts_is_on_one_page(people: People) -> None:
    at = f"/o/{people.alice.organisation.slug}/laws/eu-ai-act/changes/2024-07-12"
    page = client_of(people.observer).get(f"{at}/2026-07-27/").content.decode()
    assert "Article 10(5) was deleted; Article 4a takes its place." in page
    assert re.search(r"<td>2 August 2026</td><td><strong>2 December 2027</strong></td>", page)
    assert client_of(people.alice).get(f"{at}/1999-01-01/").status_code == 404
