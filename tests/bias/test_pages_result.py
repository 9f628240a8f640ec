"""The page of a finished result: readings side by side, tests by name, what departs from the plan, performing again."""

from __future__ import annotations

import io
import random
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from audits.bias import actions
from audits.bias.example import write_example
from audits.bias.models import BiasAudit
from audits.bias.parts import parts
from audits.bias.plan import Plan
from audits.bias.tested import anchor
from audits.metrics.categories import RACES
from audits.metrics.methods import METHODS
from compliance.web.manual import pages
from tests import build
from tests.people import People, client_of

pytestmark = pytest.mark.django_db


def finished(people: People, data: bytes, plan: Plan) -> BiasAudit:
    audit = actions.open_audit(
        by=people.alice,
        system=build.system(people.alice),
        title="Screening",
        stream=io.BytesIO(data),
        file_name="applicants.csv",
    )
    actions.start(by=people.alice, bias_audit=audit, plan=plan, people_in_union=False)
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    return audit


def page_of(people: People, audit: BiasAudit, client: Client | None = None) -> str:
    url = f"/o/{audit.organisation.slug}/bias-audits/{audit.pk}/"
    return (client or client_of(people.observer)).get(url).content.decode()


def test_result_shows_readings_and_tests_and_how_to_perform_it_again(people: People, tmp_path: Path) -> None:
    write_example(tmp_path / "a.csv", "scoring")
    data = (tmp_path / "a.csv").read_bytes() + b"A9998,Female,,99\nA9999,Male,,40\n"
    plan = Plan("sex", "race_ethnicity", score="score", reasons={"unknowns": "The vendor records no race."})
    audit = finished(people, data, plan)
    page = page_of(people, audit)
    assert "Reason given: The vendor records no race." in page
    assert page.count('<span class="tag">chosen</span>') == 5  # one answer to each question that the rule leaves open
    assert "Only people of known sex and known race/ethnicity." in page
    assert re.search(r"It would change \d+ rows", page)
    assert "Lowest and highest of each ratio over all" in page
    assert "/parts/tests-sex/" in page
    tests = client_of(people.observer).get(f"/o/{audit.organisation.slug}/bias-audits/{audit.pk}/parts/tests-sex/")
    assert "p of Fisher&#x27;s test" in tests.content.decode()
    assert "reperform bias-audit-result.json --data" in page
    contents = re.findall(r'href="#([\w-]+)"', page[page.index('class="contents"') :].split("</nav>")[0])
    assert [place for place in contents if f'id="{place}"' not in page] == []


def test_each_class_of_a_classifying_tool_has_its_own_tables(people: People) -> None:
    rows = "".join(f"{'MF'[n % 2]},{('White', 'Black')[n % 3 > 0]},{'ABC'[n % 5 % 3]}\n" for n in range(60))
    plan = Plan("sex", "race", output_class="class")
    page = page_of(people, finished(people, f"sex,race,class\n{rows}".encode(), plan))
    assert [name for name in "ABC" if f">Class {name}</h2>" in page] == ["A", "B", "C"]
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


LIMIT = 300_000
"""Bytes of the first page of a result, however much there is to it."""


@pytest.mark.parametrize("classes", [3, 30])
def test_the_first_page_of_a_full_result_is_light_and_leads_to_all_its_parts(people: People, classes: int) -> None:
    dice = random.Random(classes)
    rows = [
        f"{dice.choice('MF')},{dice.choice([*RACES, ''])},{dice.randrange(100) / 100},"
        f"{dice.choice(['yes', 'no', '?'])},class {dice.randrange(classes)},{2020 + dice.randrange(6)}"
        for _ in range(2000)
    ]
    table = "\n".join(["sex;race;score;good;style;year", *(row.replace(",", ";") for row in rows)])
    mapping: Any = {"truth": {"yes": "selected", "no": "not selected", "?": None}, "race_ethnicity": {"": None}}
    edges = [f"0.{place}" for place in range(1, 10)]
    outcome = {"prediction": "cut-off", "cutoff": "0.5", "edges": edges, "chance": True}
    plan = Plan(
        "sex", "race", score="score", truth="good", outcome=outcome, output_class="style", class_reading="put-into",
        strata=("year",), pooled="One tool.", mapping=mapping,
    )  # fmt: skip
    audit = finished(people, table.encode(), plan)
    assert audit.problems == []
    url, observer = f"/o/{audit.organisation.slug}/bias-audits/{audit.pk}/", client_of(people.observer)
    page = page_of(people, audit)
    assert len(page.encode()) < LIMIT
    result = actions.result_of(audit)
    known = [one.name for one in parts(result)]
    seen, waiting, text = set[str](), [page], page
    while waiting:  # every part is reached by links, from the first page on, without a script
        for name in re.findall(rf'href="{url}parts/([\w-]+)/"', waiting.pop()):
            if name not in seen and (classes == 3 or not name.startswith("class-2")):
                seen.add(name)
                answer = observer.get(f"{url}parts/{name}/").content.decode()
                ids = re.findall(r' id="([^"]+)"', answer)
                assert len(ids) == len(set(ids)), name
                waiting.append(answer)
                text += answer
    assert seen >= {name for name in known if classes == 3 or not name.startswith("class-2")}
    for words in (
        "Expected calibration error", "Rates of each group: Race/ethnicity", "p of Mantel-Haenszel", "Class class 1",
        "intersectional-heat-title", "outcome-intersectional", "class-1-sex-rates-title", "Stratum by stratum: Sex",
    ):  # fmt: skip
        assert words in text, words
    for other in ("tests-other", "class-99", "outcomes-"):
        assert observer.get(f"{url}parts/{other}/").status_code == 404


def test_every_method_has_its_place_in_the_manual() -> None:
    statistics = next(str(page.body) for page in pages() if page.name == "statistics")
    used = [METHODS[code].name for code in ("katz", "newcombe", "fisher", "holm", "breslow-day", "unknown-bounds")]
    assert [name for name in used if f'id="{anchor(name)}"' not in statistics] == []
