"""Several sources on pages: files of other shapes, sheets of a workbook, and what was typed when columns change."""

from __future__ import annotations

import hashlib
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from audits.bias import actions, arriving
from audits.bias.models import BiasAudit, BiasIntake, BiasSource
from audits.bias.reperform import reperformed
from audits.work.models import State
from compliance.uploads import actions as uploads
from compliance.uploads.models import EXPIRES, Upload
from tests import build
from tests.bias.kinds import HEADER, ROWS, as_xlsx
from tests.bias.test_pages import base, meanings, text
from tests.people import People, client_of

NORTH = b"sex,race,hired\n" + b"".join(
    b"%s,White,%s\n" % (b"MF"[n % 2 : n % 2 + 1], b"yes" if n % 3 else b"no") for n in range(30)
)
MORE = b"sex,race,hired\n" + b"M,Black,yes\nF,Black,no\nX,White,no\n" * 4
SOUTH = "Geschlecht;Herkunft;Zusage\n" + "m;weiß;ja\nw;weiß;nein\nm;weiß;nein\n" * 5
WHY = "One employer, one tool, one post in three houses."


@pytest.fixture
def alice(people: People) -> Client:
    return client_of(people.alice)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", tmp_path / "uploads")
    (tmp_path / "uploads").mkdir()


def sent(client: Client, people: People, *files: tuple[str, bytes], to: str = "new/", **more: str) -> HttpResponse:
    system = people.alice.organisation.systems.first() or build.system(people.alice)
    given = [SimpleUploadedFile(name, data) for name, data in files]
    form = {"system": str(system.pk), "title": "Three houses", "file": given, **more}
    return client.post(base(people) + to, form, follow=True)  # type: ignore[return-value]


def columns(page: str) -> dict[str, str]:
    """Return the choice of columns on a mapping page, of every shape."""
    found = {}
    for select in re.findall(
        r'<select name="(?:s\d+-)?(?:sex|race_ethnicity|measure|count)".*?</select>', page, re.DOTALL
    ):
        name = re.search(r'name="([^"]+)"', select)
        chosen = re.search(r'<option value="([^"]*)" selected', select)
        assert name is not None
        found[name[1]] = unescape(chosen[1]) if chosen else ""
    return found


def test_files_of_two_shapes_are_mapped_each_and_counted_as_one(people: People, alice: Client, tmp_path: Path) -> None:
    page = text(sent(alice, people, ("north.csv", NORTH), ("more.csv", MORE), ("south.csv", SOUTH.encode("cp1252"))))
    audit = BiasAudit.objects.get()
    url = f"{base(people)}{audit.pk}/"
    assert "3 sources" in page
    named = {str(one.pk): one for one in audit.sources.all()}
    assert [one.label for one in named.values()] == ["north", "more", "south"]
    labels = {f"label_{pk}": ("North", "North again", "South")[place] for place, pk in enumerate(named)}
    doubled = text(alice.post(url + "sources/", dict.fromkeys(labels, "One")))  # type: ignore[arg-type]
    assert "Give each source a label of its own, such as the employer or the year." in doubled
    page = text(alice.post(url + "sources/", labels, follow=True))  # type: ignore[arg-type]
    assert "What was found in North, North again" in page  # the same shape is asked about once
    assert "What was found in South" in page

    chosen = {**columns(page), "kind": "selected", "s2-kind": "selected"}
    chosen |= {"s2-sex": "Geschlecht", "s2-race_ethnicity": "Herkunft", "s2-measure": "Zusage", "s2-count": ""}
    page = text(alice.post(url + "map/", {**chosen, "show": "yes"}))  # type: ignore[arg-type]
    said = {
        "m": "Male",
        "w": "Female",
        "weiß": "White (Not Hispanic or Latino)",
        "ja": "selected",
        "nein": "not selected",
    }
    given = {**chosen, **meanings(page, X="unknown", **said), "unknowns": "per-table", "people_in_union": "no"}
    refused = text(alice.post(url + "map/", given))  # type: ignore[arg-type]
    assert "Say why these sources may be counted as one, or audit them one by one." in refused
    alice.post(url + "map/", {**given, "pooled": WHY, "strata": ["#source"]})
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    assert audit.state == State.FINISHED, audit.problems
    document = actions.result_of(audit)
    assert document["method"]["pooled"] == WHY
    assert [(one["label"], one["rows"]) for one in document["input"]["sources"]] == [
        ("North", 30), ("North again", 12), ("South", 15),
    ]  # fmt: skip
    assert [one["sha256"] for one in document["input"]["sources"]] == [one.sha256 for one in named.values()]
    men = next(row for row in document["tables"][0]["rows"] if row["sex"] == "Male")
    assert (men["applicants"], men["selected"]) == (15 + 4 + 10, 10 + 4 + 5)
    assert sorted(one["stratum"] for one in document["strata"]) == [["North"], ["North again"], ["South"]]
    result = unescape(text(alice.get(url)))  # type: ignore[arg-type]
    assert "The counts of all sources add up to those of the audit" in result
    assert "Geschlecht" in result
    paths = []
    for name, data in (("a", SOUTH.encode("cp1252")), ("b", MORE), ("c", NORTH)):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    assert all(check.holds for check in reperformed(document, paths))
    # The next audit of files of the same shapes is offered what was confirmed for these.
    audit.uploaded_at = timezone.now()
    page = unescape(text(sent(alice, people, ("n.csv", NORTH), ("s.csv", SOUTH.encode("cp1252")))))
    again = BiasAudit.objects.exclude(pk=audit.pk).get()
    page = unescape(text(alice.get(f"{base(people)}{again.pk}/map/")))  # type: ignore[arg-type]
    assert "are taken from the mapping confirmed by Alice" in page
    assert columns(page)["s2-measure"] == "Zusage"


def test_problem_of_one_of_several_files_keeps_all_of_them_out(people: People, alice: Client) -> None:
    page = text(sent(alice, people, ("north.csv", NORTH), ("empty.csv", b""), ("short.csv", b"sex,race\n")))
    assert "empty.csv: The file is empty." in page
    assert "short.csv: The file has a header but no rows." in page
    assert "Three houses" in page
    assert not BiasAudit.objects.exists()
    assert not BiasIntake.objects.exists()


def test_sheet_of_a_workbook_is_chosen_by_a_click(
    people: People, alice: Client, django_capture_on_commit_callbacks: Any
) -> None:
    book = as_xlsx(("People", [HEADER, *ROWS], "visible"), ("Old", [["x"], [1]], "hidden"))
    page = text(sent(alice, people, ("book.xlsx", book)))
    assert "Which sheet of book.xlsx holds the applicants?" in page
    assert "Old (hidden in the spreadsheet)" in page
    assert not BiasAudit.objects.exists()
    intake = BiasIntake.objects.get()
    url = f"{base(people)}files/{intake.pk}/"
    source = BiasSource.objects.get()
    assert "Choose one of the sheets of book.xlsx." in text(alice.post(url + "sheets/"))  # type: ignore[arg-type]
    waiting = text(alice.post(url + "sheets/", {f"sheet_{source.pk}": "People"}, follow=True))  # type: ignore[arg-type]
    assert "Waiting for a worker." in waiting
    with django_capture_on_commit_callbacks(execute=True):
        arriving.carry_out(intake.pk)
    audit = BiasAudit.objects.get()
    (source,) = audit.sources.all()
    assert source.profile is not None
    assert source.profile["sheet"] == "People"
    assert source.sha256 == hashlib.sha256(book).hexdigest()
    assert not Upload.objects.exists()
    # Nobody chose in time: nothing of it is left, and the page says so.
    sent(alice, people, ("book.xlsx", book))
    Upload.objects.update(touched_at=timezone.now() - 2 * EXPIRES)
    uploads.expire()
    intake = BiasIntake.objects.exclude(pk=intake.pk).get()
    source = intake.sources.get()
    gone = alice.post(f"{base(people)}files/{intake.pk}/sheets/", {f"sheet_{source.pk}": "People"})
    assert "The file that was uploaded is no longer here." in gone.content.decode()


def test_sources_are_added_and_taken_away_until_the_run_starts(people: People, alice: Client) -> None:
    sent(alice, people, ("north.csv", NORTH))
    audit = BiasAudit.objects.get()
    url = f"{base(people)}{audit.pk}/"
    sent(alice, people, ("more.csv", MORE), to=f"{audit.pk}/sources/add/")
    first, second = audit.sources.all()
    assert (first.file_name, second.file_name) == ("north.csv", "more.csv")
    labels = {f"label_{one.pk}": one.label for one in (first, second)}
    none = dict.fromkeys([f"without_{one.pk}" for one in (first, second)], "on")
    assert "An audit needs at least one source." in text(alice.post(url + "sources/", {**labels, **none}))  # type: ignore[arg-type]
    alice.post(url + "sources/", {**labels, f"without_{first.pk}": "on"})
    assert [one.file_name for one in audit.sources.all()] == ["more.csv"]
    assert client_of(people.stranger).get(url + "sources/").status_code == 404


def test_change_of_a_column_keeps_everything_typed(people: People, alice: Client) -> None:
    sent(alice, people, ("a.csv", b"sex,gender,race,hired,year\nM,W,White,yes,1\nF,M,Black,no,2\nM,M,Asian,yes,1\n"))
    url = f"{base(people)}{BiasAudit.objects.get().pk}/map/"
    page = text(alice.get(url))  # type: ignore[arg-type]
    chosen = {"sex": "sex", "race_ethnicity": "race", "kind": "selected", "measure": "hired", "count": ""}
    typed = {
        **meanings(page, M="unknown"),
        "unknowns": "complete-case", "reason_unknowns": "As the plan says.", "unit": "other",
        "unit_other": "interview", "strata": ["year"], "pooled": "One scale.", "data_kind": "historical",
        "data_from": "2026-01-01", "people_in_union": "yes", "condition_a": "No other data would do.",
    }  # fmt: skip
    other = text(alice.post(url, {**chosen, **typed, "sex": "gender", "show": "yes"}))  # type: ignore[arg-type]
    assert "This field is required" not in other
    for word in ("As the plan says.", "interview", "One scale.", 'value="2026-01-01"', "No other data would do."):
        assert word in other
    assert re.search(r'name="strata" value="year"[^>]*checked', other)
    assert re.search(r'name="unknowns" value="complete-case"[^>]*checked', other)
    # What was said of the column that is not chosen now is carried, and is back when it is chosen again.
    hidden = dict(re.findall(r'<input type="hidden" name="(sex-1-\d+)" value="([^"]*)">', other))
    assert "unknown" in hidden.values()
    back = text(alice.post(url, {**chosen, **typed, **hidden, "show": "yes"}))  # type: ignore[arg-type]
    assert meanings(back)["sex-1-0"] == "unknown"
    # A column that cannot be meant loses nothing either.
    wrong = text(alice.post(url, {**chosen, **typed, "sex": "race", "show": "yes"}))  # type: ignore[arg-type]
    assert "serves another purpose already" in wrong
    assert 'value="As the plan says."' in wrong


def test_one_favourable_value_says_all_others(people: People, alice: Client) -> None:
    sent(alice, people, ("north.csv", NORTH))
    audit = BiasAudit.objects.get()
    url = f"{base(people)}{audit.pk}/map/"
    page = text(alice.get(url))  # type: ignore[arg-type]
    given = {**columns(page), "kind": "selected", **meanings(page), "unknowns": "per-table", "people_in_union": "no"}
    against = text(alice.post(url, {**given, **meanings(page, no="selected"), "favourable": "yes"}))  # type: ignore[arg-type]
    assert "which does not go with this" in unescape(against)
    alice.post(url, {**given, "favourable": "yes"})
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    method = actions.result_of(audit)["method"]
    assert method["favourable"] == "yes"
    assert method["mapping_source"]["outcome"] == {"favourable value": ["no", "yes"]}


def test_mapping_that_means_nothing_any_more_is_told_and_not_offered(people: People, alice: Client) -> None:
    sent(alice, people, ("north.csv", NORTH))
    audit = BiasAudit.objects.get()
    url = f"{base(people)}{audit.pk}/map/"
    page = text(alice.get(url))  # type: ignore[arg-type]
    alice.post(
        url, {**columns(page), "kind": "selected", **meanings(page), "unknowns": "per-table", "people_in_union": "no"}
    )
    actions.carry_out(audit.pk)
    BiasAudit.objects.update(plan={**BiasAudit.objects.get().plan, "unknowns": "as in 2023"})  # type: ignore[dict-item]
    sent(alice, people, ("later.csv", NORTH))
    later = BiasAudit.objects.exclude(pk=audit.pk).get()
    page = unescape(text(alice.get(f"{base(people)}{later.pk}/map/")))  # type: ignore[arg-type]
    assert "The mapping that was confirmed for “Three houses” can no longer be used" in page
    assert "not 'as in 2023'" in page
    assert "are taken from the mapping" not in page


def test_true_outcomes_of_pooled_files_are_asked_for_in_the_words_of_each(
    people: People, alice: Client, tmp_path: Path
) -> None:
    north = "sex,race,hired,good\n" + "M,White,yes,did well\nF,White,no,left\nF,White,yes,\n" * 4
    more = "sex,race,hired,good\n" + "M,White,yes,Did Well\nF,White,no,dismissed\n" * 3
    south = "Geschlecht;Herkunft;Zusage;Bewährt\n" + "m;weiß;ja;ja\nw;weiß;nein;nein\n" * 5
    files = [("north.csv", north.encode()), ("more.csv", more.encode()), ("south.csv", south.encode())]
    sent(alice, people, *files)
    audit = BiasAudit.objects.get()
    url = f"{base(people)}{audit.pk}/"
    page = unescape(text(alice.get(url + "map/")))  # type: ignore[arg-type]
    chosen = {**columns(page), "kind": "selected", "s2-kind": "selected", "truth": "good", "s2-truth": "Bewährt"}
    chosen |= {"s2-sex": "Geschlecht", "s2-race_ethnicity": "Herkunft", "s2-measure": "Zusage", "s2-count": ""}
    page = unescape(text(alice.post(url + "map/", {**chosen, "show": "yes"})))  # type: ignore[arg-type]
    assert page.count("Say for each value whether the person has the outcome") == 2
    for word in ("did well", "Did Well", "left", "dismissed"):  # of both files with these columns
        assert f"<q>{word}</q>" in page
    said = {
        "m": "Male",
        "w": "Female",
        "weiß": "White (Not Hispanic or Latino)",
        "ja": "selected",
        "nein": "not selected",
    }
    said |= {"did well": "selected", "Did Well": "selected", "left": "not selected", "dismissed": ""}
    answers = {"unknowns": "per-table", "outcome_base": "largest", "pooled": WHY, "strata": ["#source"]}
    given = {**chosen, **meanings(page, **said), **answers}
    refused = alice.post(url + "map/", given)
    assert refused.status_code == 422
    assert "2 values have no meaning yet; the run would stop at them." in text(refused)  # type: ignore[arg-type]
    given |= {**meanings(page, **{**said, "dismissed": "not selected"}), "people_in_union": "no"}
    blank = next(name for name, value in given.items() if name.startswith("truth-") and value == "")
    alice.post(url + "map/", {**given, blank: "unknown"})
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    assert audit.state == State.FINISHED, audit.problems
    document = actions.result_of(audit)
    counts = {one["sex"]: one for one in document["outcomes"]["counts"]}
    assert (counts["Male"]["tp"], counts["Female"]["tn"], counts["Female"]["missing_predicted"]) == (12, 12, 4)
    by_source = {one["stratum"][0]: one["outcomes"]["counts"] for one in document["strata"]}
    assert [one["tp"] for one in by_source["south"]] == [5, 0]
    paths = [tmp_path / name for name, _ in files]
    for path, (_, data) in zip(paths, files, strict=True):
        path.write_bytes(data)
    assert [check for check in reperformed(document, paths) if not check.holds] == []


def test_one_favourable_value_of_the_true_outcome_stands_for_values_that_are_left_open(
    people: People, alice: Client
) -> None:
    sent(
        alice, people, ("a.csv", b"sex,race,hired,good\n" + b"M,White,yes,good\nF,White,no,left\nF,White,no,ill\n" * 4)
    )
    audit = BiasAudit.objects.get()
    url = f"{base(people)}{audit.pk}/"
    chosen = {**columns(text(alice.get(url + "map/"))), "kind": "selected", "truth": "good"}  # type: ignore[arg-type]
    page = text(alice.get(url + "map/", chosen))  # type: ignore[arg-type]
    given = {**chosen, **meanings(page), "unknowns": "per-table", "outcome_base": "largest", "people_in_union": "no"}
    wrong = alice.post(url + "map/", {**given, **meanings(page, left="selected"), "outcome_favourable": "good"})
    assert "“good” is said to be the one favourable value" in text(wrong)  # type: ignore[arg-type]
    assert alice.post(url + "map/", {**given, "outcome_favourable": "good"}).status_code == 302
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    document = actions.result_of(audit)
    assert document["method"]["outcome"]["favourable"] == "good"
    assert document["method"]["mapping"]["truth"] == {"good": "selected", "ill": "not selected", "left": "not selected"}
