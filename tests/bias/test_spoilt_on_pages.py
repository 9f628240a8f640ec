"""Every spoilt file that the count knows, sent through the page: a sentence each, and nothing half-made behind it."""

from __future__ import annotations

import hashlib
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audits.bias import actions, arriving
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from compliance.evidence import blobs
from compliance.lib.problems import Refused
from tests import build
from tests.bias.test_kinds import BAD
from tests.people import People, client_of

pytestmark = pytest.mark.thorough

# The page proposes another encoding, in which the last row is text, but too short.
OTHERWISE = {"a character cut in two": "Row 5 has 2 cells, but the header has 4."}


@pytest.mark.django_db
def test_every_spoilt_file_has_its_sentence_on_a_page(people: People) -> None:
    alice, system = client_of(people.alice), build.system(people.alice)
    new = reverse("bias_new", kwargs={"org": people.alice.organisation.slug})
    asked = refused = stopped = 0
    for case, (content, options, _code, _row, sentence) in BAD.items():
        data = content()
        reading = {name: value for name, value in options.items() if name in ("sheet", "encoding")}
        file = SimpleUploadedFile("applicants.csv", data)
        answer = alice.post(new, {"system": str(system.pk), "title": case, "file": file, **reading})
        if answer.status_code == 302 and not BiasAudit.objects.filter(title=case).exists():
            # A workbook with several sheets is no fault: the page asks which of them is meant.
            assert BAD[case][2] == "sheet", case
            asked += 1
            assert 'type="radio"' in alice.get(answer["Location"]).content.decode(), case
            continue
        if answer.status_code == 422:
            refused += 1
            page = unescape(answer.content.decode())
            assert not BiasAudit.objects.filter(title=case).exists(), case
            with pytest.raises(Refused, match="no longer where they were kept"):
                blobs.read(people.alice.organisation_id, hashlib.sha256(data).hexdigest())
        else:  # what is wrong shows only once somebody has said what the columns mean
            stopped += 1
            assert answer.status_code == 302, case
            made = BiasAudit.objects.get(title=case)
            chosen = {} if "score" in options else {"selected": "hired"}
            plan = Plan("sex", "race", **{**chosen, **options})
            actions.start(by=people.alice, bias_audit=made, plan=plan, people_in_union=False)
            actions.carry_out(made.pk)
            made.refresh_from_db()
            assert (made.state, made.result_sha256) == ("failed", ""), case
            where = {"org": people.alice.organisation.slug, "pk": made.pk}
            page = unescape(alice.get(reverse("bias_detail", kwargs=where)).content.decode())
        assert OTHERWISE.get(case, sentence) in page, case
        assert "Traceback" not in page, case
    assert asked + refused + stopped == len(BAD) >= 40
    assert asked <= 3
    assert refused > stopped


@pytest.mark.django_db
def test_every_file_that_the_page_refuses_is_refused_by_the_worker_in_the_same_words(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "LARGE", 1)
    alice, system = client_of(people.alice), build.system(people.alice)
    new = reverse("bias_new", kwargs={"org": people.alice.organisation.slug})
    for case in ("gzip cut short", "two sheets", "Parquet cut short", "a quote never closed", "merged header"):
        content, _options, _code, _row, sentence = BAD[case]
        file = SimpleUploadedFile("applicants.csv", content())
        answer = alice.post(new, {"system": str(system.pk), "title": case, "file": file})
        arriving.carry_out(system.bias_intakes.get(title=case).pk)
        assert sentence in unescape(alice.get(answer["Location"]).content.decode()), case
    assert not BiasAudit.objects.exists()
