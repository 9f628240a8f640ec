"""The page of a finished result: readings side by side, tests by name, what departs from the plan, performing again."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.test import Client

from audits.bias import actions
from audits.bias.example import write_example
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from audits.bias.tested import anchor
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
    page = page_of(people, finished(people, data, plan))
    assert "Reason given: The vendor records no race." in page
    assert page.count('<span class="tag">chosen</span>') == 5  # one answer to each question that the rule leaves open
    assert "Only people of known sex and known race/ethnicity." in page
    assert re.search(r"It would change \d+ rows", page)
    assert "Lowest and highest of each ratio over all" in page
    assert "p of Fisher&#x27;s test" in page
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


def test_every_method_has_its_place_in_the_manual() -> None:
    statistics = next(str(page.body) for page in pages() if page.name == "statistics")
    used = [METHODS[code].name for code in ("katz", "newcombe", "fisher", "holm", "breslow-day", "unknown-bounds")]
    assert [name for name in used if f'id="{anchor(name)}"' not in statistics] == []
