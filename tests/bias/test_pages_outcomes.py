"""True outcomes over the pages: asked for with the mapping, told with the result, beside a population and a run."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audits.bias import actions
from audits.bias.models import BiasAudit
from audits.metrics.categories import RACES, TABLES
from compliance.evidence import blobs
from compliance.lib.canonical import dump
from compliance.systems.models import AISystem
from compliance.web.manual import pages
from tests import build
from tests.bias.test_pages import meanings
from tests.people import People, client_of

pytestmark = pytest.mark.django_db


def lines(shift: int = 0) -> str:
    """Return 120 people with scores that are chances; every tenth has an outcome that nobody knows."""
    rows = []
    for n in range(120):
        good = "?" if n % 10 == 9 else ("yes", "no")[(n * 7 + shift) % 3 % 2]
        rows.append(f"{'MF'[n % 2]},{('White', 'Black', '')[n % 3]},{n % 50 / 50},{good},{n % 4 % 2}")
    return "sex,race,score,good,called\n" + "\n".join(rows) + "\n"


COLUMNS = {
    "sex": "sex",
    "race_ethnicity": "race",
    "kind": "score",
    "measure": "score",
    "count": "",
    "truth": "good",
    "decision": "",
}
UNKNOWN = {"?": "unknown"}
ANSWERS = {
    "direction": "higher",
    "unknowns": "per-table",
    "people_in_union": "no",
    "outcome_base": "largest",
    "outcome_prediction": "cut-off",
    "outcome_cutoff": "0.5",
    "outcome_chance": "on",
}


@pytest.fixture
def system(people: People) -> AISystem:
    return build.system(people.alice)


@pytest.fixture
def alice(people: People) -> Client:
    return client_of(people.alice)


def uploaded(client: Client, system: AISystem, shift: int = 0) -> tuple[str, dict[str, str]]:
    base = f"/o/{system.organisation.slug}/bias-audits/"
    file = SimpleUploadedFile("applicants.csv", lines(shift).encode(), "text/csv")
    client.post(base + "new/", {"system": str(system.pk), "title": f"Screening {shift}", "file": file})
    url = f"{base}{BiasAudit.objects.latest('uploaded_at').pk}/"
    page = client.get(url + "map/", COLUMNS).content.decode()
    return url, meanings(page, **UNKNOWN)


def finished(client: Client, system: AISystem, shift: int = 0, **changed: Any) -> str:
    url, proposed = uploaded(client, system, shift)
    sent = {**COLUMNS, **proposed, **ANSWERS, **changed}
    page = client.post(url + "map/", sent)
    assert page.status_code == 302, page.content.decode()[:6000]
    ended(url)
    return url


def ended(url: str) -> BiasAudit:
    audit = BiasAudit.objects.get(pk=url.split("/")[-2])
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    assert audit.problems == []
    return audit


def test_outcomes_are_asked_for_and_told_and_every_metric_leads_to_the_manual(alice: Client, system: AISystem) -> None:
    url = finished(alice, system)
    parts = [url, *(f"{url}parts/outcomes-{table}/" for table in TABLES)]
    pages_of = [alice.get(one).content.decode() for one in parts]
    page = "".join(pages_of)
    for words in (
        "True outcomes and group metrics",
        "The true outcome of 12 of 120 people (10.0%) is not known",
        "The cut-off is 0.5; a score at or above it counts.",
        "Expected calibration error",
        "The AI Act sets no threshold for any of these metrics",
        "does not have it",
    ):
        assert words in page, words
    assert "nan" not in page.lower().split()
    manual = {page.name: str(page.body) for page in pages() if page.part == "reference"}
    links = set(re.findall(r'href="/manual/reference/(group-metrics|statistics)/#([^"]+)"', page))
    assert len(links) > 30
    assert [link for link in links if f'id="{link[1]}"' not in manual[link[0]]] == []
    for one in pages_of:
        ids = re.findall(r' id="([^"]+)"', one)
        assert len(ids) == len(set(ids))
    counts = list(csv.DictReader(io.StringIO(b"".join(alice.get(url + "counts.csv")).decode())))
    assert sum(int(row[name]) for row in counts for name in ("tp", "fp", "fn", "tn")) == 108
    bins = list(csv.DictReader(io.StringIO(b"".join(alice.get(url + "bins.csv")).decode())))
    assert sum(int(row["people"]) for row in bins) == 108
    assert {row["scores"] for row in bins} >= {"below 0.1", "0.9 and above"}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"outcome_prediction": ""}, "Say what a score predicts."),
        ({"outcome_prediction": "decisions"}, "Decisions go with a column of decisions, chosen in step 1."),
        ({"outcome_cutoff": "half"}, "Write the cut-off in digits, such as 0.5 or 5."),
        ({"outcome_edges": "0.5 0.2"}, "each above the one before"),
        ({"outcome_base": "group"}, "Name the group by its sex and its race/ethnicity."),
        ({"direction": "lower"}, "A chance of the outcome is better the higher it is."),
        ({"decision": "good"}, "The column “good” serves another purpose already."),
    ],
)
def test_what_an_answer_makes_necessary_is_asked_for(
    alice: Client, system: AISystem, changed: dict[str, str], sentence: str
) -> None:
    url, proposed = uploaded(alice, system)
    page = alice.post(url + "map/", {**COLUMNS, **proposed, **ANSWERS, **changed})
    assert sentence in page.content.decode().replace("&#x27;", "'")


def test_a_population_is_given_with_its_source_and_kept_in_another_result(alice: Client, system: AISystem) -> None:
    url = finished(alice, system)
    page = url + "reference/"
    assert "Write a figure for Female, 0 if nobody belongs there." in (
        alice.post(page, {"source": "Census", "date": "2020-04-01", "sex-0": "49"}).content.decode()
    )
    figures = {"sex-0": "49", "sex-1": "51", **{f"race_ethnicity-{place}": "10" for place in range(len(RACES))}}
    given = {"source": "Census 2020, table P1", "date": "2020-04-01", "population": "Adults of the city", **figures}
    answer = alice.post(page, given)
    assert answer.status_code == 302
    made = ended(answer["Location"])
    result = actions.result_of(made)
    assert result["method"]["reference"]["source"] == "Census 2020, table P1"
    assert [one["table"] for one in result["representativeness"]["tables"]] == ["sex", "race_ethnicity"]
    shown = alice.get(answer["Location"]).content.decode()
    assert "Census 2020, table P1" in shown
    assert "It sets no measure and no threshold" in shown
    again = alice.post(f"{answer['Location']}reference/", given).content.decode()
    assert "Nothing would change" in again


def test_two_runs_are_compared_and_the_picture_of_runs_has_its_test(alice: Client, system: AISystem) -> None:
    alone = finished(alice, system)
    assert "This is the only finished run" in alice.get(alone + "drift/").content.decode()
    url = finished(alice, system, 1)
    page = alice.get(url + "drift/").content.decode()
    assert "Screening 0" in page
    assert "The test holds for two runs on different people." in page
    assert "False positive rate" in page
    assert "Did the ratios move?" in alice.get(url + "parts/runs/").content.decode()
    assert f'href="{url}drift/"' in alice.get(url).content.decode()
    again = alice.post(url + "again/")
    sent = {**COLUMNS, **meanings(alice.get(again["Location"]).content.decode(), **UNKNOWN), **ANSWERS}
    assert alice.post(again["Location"], sent).status_code == 302
    same = again["Location"].removesuffix("map/")
    ended(same)
    page = alice.get(f"{same}drift/?with={url.split('/')[-2]}").content.decode()
    assert "Both runs read the same file, so they are of the same people" in page


def test_a_result_that_does_not_say_who_is_in_no_bin_is_shown_and_says_that(alice: Client, system: AISystem) -> None:
    url = finished(alice, system, outcome_edges="0.5 0.99")  # nobody is in the last bin
    audit = BiasAudit.objects.get()
    result = dict(actions.result_of(audit))
    for table in result["outcomes"]["tables"]:
        for group in table["groups"]:
            del group["people_without_bins"]
    audit.result_sha256 = blobs.put_bytes(audit.organisation_id, dump(result)).sha256  # as an earlier version wrote it
    audit.save()
    page = alice.get(url + "parts/outcomes-intersectional/").content.decode()
    assert "no one, or not shown" in page
    assert "people in no bin: not stated" in page


def test_a_stranger_sees_none_of_it(people: People, alice: Client, system: AISystem) -> None:
    url = finished(alice, system)
    for page in ("drift/", "reference/", "bins.csv", "parts/tests-sex/"):
        assert client_of(people.stranger).get(url + page).status_code in (403, 404)
