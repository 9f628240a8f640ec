"""A page of bias audits costs the same number of queries beside many audits, sources, plans and declarations."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audits.bias import locking
from audits.bias.models import BiasAudit, BiasPlan, IndependenceDeclaration
from compliance.lib.independence import LIMBS
from compliance.systems.models import AISystem
from tests import build
from tests.bias.test_pages_outcomes import finished
from tests.people import People, client_of

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 30
LINES = "sex,race,hired\n" + "Male,White,yes\nFemale,Black,no\n" * 20


@pytest.fixture
def system(people: People) -> AISystem:
    return build.system(people.alice)


@pytest.fixture
def alice(people: People) -> Client:
    return client_of(people.alice)


def cost(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url)
    assert page.status_code == 200, url
    return len(queries)


def more(of: BiasAudit, times: int) -> None:
    """Keep the same result some more times, as so many runs of the system leave it, without counting each."""
    sources = list(of.sources.all())
    for _ in range(times):
        again = BiasAudit.objects.get(pk=of.pk)
        again.pk, again._state.adding = uuid4(), True
        again.save()
        for one in sources:
            one.pk, one.bias_audit, one._state.adding = uuid4(), again, True
            one.save()


def same(client: Client, urls: list[str], grow: Callable[[int], None]) -> None:
    """The pages cost as much beside ten times as many rows."""
    grow(FEW)
    for url in urls:  # what a process reads once is read
        client.get(url)
    before = {url: cost(client, url) for url in urls}
    grow(MANY - FEW)
    assert {url: cost(client, url) for url in urls} == before


def test_pages_of_results_cost_the_same_beside_many_runs(alice: Client, system: AISystem) -> None:
    url = finished(alice, system)
    of = BiasAudit.objects.get()
    base = f"/o/{system.organisation.slug}/bias-audits/"
    pages = [base, url, url + "drift/", url + "reference/", url + "left-out/"]
    same(alice, pages, lambda times: more(of, times))


def test_lists_of_plans_and_declarations_cost_the_same_and_have_pages(
    people: People, alice: Client, system: AISystem
) -> None:
    base = f"/o/{system.organisation.slug}/bias-audits/"
    document = locking.planned(system=system, choices={"unknowns": "per-table"}, metrics=["impact ratio"])

    def grow(times: int) -> None:
        for _ in range(times):
            plan = locking.draft_plan(by=people.alice, system=system, title="2026", document=document)
            locking.lock_plan(by=people.alice, plan=plan)
            locking.declare_independence(
                by=people.charlie, system=system, auditor="Charlie", limbs=dict.fromkeys(LIMBS, True)
            )

    same(alice, [base + "plans/", base + "independence/"], grow)
    grow(51 - MANY)
    assert (BiasPlan.objects.count(), IndependenceDeclaration.objects.count()) == (51, 51)
    for page in ("plans/", "independence/"):
        assert "Page 2 of 2" in alice.get(base + page + "?page=2").content.decode()


def test_mapping_and_sources_cost_the_same_for_many_files(alice: Client, system: AISystem) -> None:
    base = f"/o/{system.organisation.slug}/bias-audits/"

    def costs(files: int) -> list[int]:
        # Every second file has other words, and so is mapped for itself.
        sent = [
            SimpleUploadedFile(f"{n}.csv", LINES.replace("hired", ("hired", "taken")[n % 2]).encode(), "text/csv")
            for n in range(files)
        ]
        alice.post(base + "new/", {"system": str(system.pk), "title": f"{files} files", "file": sent})
        made = BiasAudit.objects.latest("uploaded_at")
        assert made.sources.count() == files
        return [cost(alice, f"{base}{made.pk}/{page}") for page in ("map/", "sources/", "")]

    costs(2)
    assert costs(2) == costs(20)


def test_mapping_costs_the_same_beside_many_plans_and_runs(people: People, alice: Client, system: AISystem) -> None:
    finished(alice, system)
    of = BiasAudit.objects.get()
    base = f"/o/{system.organisation.slug}/bias-audits/"
    file = SimpleUploadedFile("more.csv", LINES.encode(), "text/csv")
    alice.post(base + "new/", {"system": str(system.pk), "title": "More", "file": file})
    made = BiasAudit.objects.latest("uploaded_at")
    same(alice, [f"{base}{made.pk}/map/", base + "new/"], lambda times: more(of, times))
