"""The pictures on the page of a result: each once, with its figures, and several runs of one system over time."""

from __future__ import annotations

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.bias import actions
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from compliance.evidence import blobs
from compliance.systems.models import AISystem
from tests import build
from tests.people import People, client_of

pytestmark = pytest.mark.django_db
PLAN = Plan("sex", "race", selected="hired", mapping={"outcome": {"y": "selected", "n": "not selected"}})


def finished(people: People, system: AISystem, hired_women: int, plan: Plan = PLAN) -> BiasAudit:
    women = "".join(f"F,White,{'yn'[n >= hired_women]}\n" for n in range(50))
    data = f"sex,race,hired\n{women}{'M,Asian,y' + chr(10)}{'M,White,n' + chr(10)}".encode()
    audit = actions.open_audit(
        by=people.alice, system=system, title=f"{hired_women} women", stream=io.BytesIO(data), file_name="a.csv"
    )
    actions.start(by=people.alice, bias_audit=audit, plan=plan, people_in_union=False)
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    assert audit.result_sha256, audit.problems
    return audit


def page_of(people: People, audit: BiasAudit, part: str = "") -> str:
    url = f"/o/{audit.organisation.slug}/bias-audits/{audit.pk}/{part and f'parts/{part}/'}"
    return client_of(people.observer).get(url).content.decode()


def test_each_picture_stands_once_with_its_figures(people: People) -> None:
    audit = finished(people, build.system(people.alice), 20)
    page, apart = page_of(people, audit), page_of(people, audit, "pictures-intersectional")
    for one, wanted in (
        (page, {"sex-rates-title", "race_ethnicity-ratios-title"}),
        (apart, {"intersectional-heat-title"}),
    ):
        ids = re.findall(r' id="([^"]+)"', one)
        assert len(ids) == len(set(ids))
        assert wanted <= set(ids)
    assert "/parts/pictures-intersectional/" in page
    assert "<svg" in page
    assert "&lt;svg" not in page
    assert ' style="' not in page
    assert "The figures of the pictures: Race/ethnicity" in page
    assert 'id="runs"' not in page  # one run is no course


def test_a_result_far_from_equal_is_shown_without_a_word_that_judges_it(people: People) -> None:
    page = page_of(people, finished(people, build.system(people.alice), 1)).lower()
    shown = page[page.index("<main") : page.index("</main")]
    assert "sets no threshold" in shown
    for word in ("complian", "adverse impact", "passed", "failed", "biased", "discriminat", "fair "):
        assert word not in shown, word


def test_runs_of_one_system_are_drawn_over_time(people: People) -> None:
    system = build.system(people.alice)
    first, second = finished(people, system, 20), finished(people, system, 10)
    page = page_of(people, second)
    assert f"{first.pk}/" in page[page.index('id="runs"') :]
    page = page_of(people, second, "runs")
    assert "Impact ratios over 2 runs: Sex" in page
    assert "0.800" in page[page.index("runs-sex-drift-title") :]  # 20 of 50 beside 1 of 2
    assert "0.400" in page[page.index("runs-sex-drift-title") :]
    assert 'id="runs"' not in page_of(people, first)  # what came later is not its past


def test_more_runs_cost_no_more_queries(people: People) -> None:
    system = build.system(people.alice)
    counts = []
    for hired in (20, 15, 10):
        audit = finished(people, system, hired)
        with CaptureQueriesContext(connection) as queries:
            page_of(people, audit)
            page_of(people, audit, "runs")
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_a_run_whose_result_is_gone_is_named_and_the_page_stands(people: People) -> None:
    system = build.system(people.alice)
    first, second = finished(people, system, 20), finished(people, system, 10)
    with blobs.local_path(first.organisation_id, first.result_sha256) as place:
        place.unlink()
    page = page_of(people, second, "runs")
    assert "The result of “20 women” cannot be read, so it is not drawn." in page
    assert "runs-sex-drift-title" not in page
