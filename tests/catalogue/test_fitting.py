"""A condition that can never be answered, and a step that leads nowhere, are refused when the law is loaded."""

import shutil
from pathlib import Path

import pytest

from compliance.catalogue.check import check_all
from compliance.catalogue.loader import load
from compliance.lib.problems import Refused

BAN = "classification.ban"
LAMPS = Path(__file__).parent / "lamps"


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("{fact: candles, at_least: 100}", "{fact: candles, is: yes}", "wrong-test", "classification.brightness"),
        ("{fact: is_lamp, is: yes}", "{fact: is_lamp, before: 2001-01-01}", "wrong-test", "terms.in_scope"),
        ("{fact: part_of, is: carriage}", "{fact: part_of, is: train}", "no-such-value", "terms.dangerous_part"),
        ("[street, theatre, mine]", "[street, cellar]", "no-such-value", "terms.dangerous_use"),
        ("{fact: roles, includes: maker}", "{fact: roles, is: maker}", "wrong-test", "terms.role_maker"),
        ("not_before: redesigned_on", "not_before: redesigned", "no-such-date", "tracks.old_use_redesigned"),
        ("instead_of: [all]", "instead_of: [none]", "no-such-track", "tracks.lit_before_2001-08-01"),
        ("condition: {fact: blinding, is: yes}", "condition: {fact: dazzling, is: yes}", "no-such-fact", BAN),
        ("reached: {term: in_scope}", "reached: {term: scope}", "no-such-term", BAN),
        ("[Lamp Act § 2]\n    reached", "[Lamp Act § 22]\n    reached", "no-such-provision", BAN),
        ("        dates: bans\n        leads", "        dates: tans\n        leads", "no-such-set", BAN),
        ("    number: 3\n", "    number: 2\n", "double-step", "classification.danger"),
        ("        condition: {fact: blinding, is: yes}\n", "", "open-step", BAN),
        ("instead_of: [all]", "instead_of: [lit_before_2001-08-01]", "circular-track", "tracks.lit_before_2001-08-01"),
        ("until: 2001-08-01", "until: 2001-01-31", "ends-before", "date_sets.plan"),
        ("{all: 2001-02-01}, until", "{old_use_redesigned: 2001-02-01}, until", "ends-open", "date_sets.plan"),
        ("{fact: part_of, is: ship}", "{fact: part_of, is: boat}", "no-such-value", "LAMP-6.met_through"),
        ("{by: [carrier]", "{by: [keeper]", "no-such-role", "LAMP-6.performed"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(tmp_path: Path, old: str, new: str, code: str, where: str) -> None:
    folder = shutil.copytree(LAMPS, tmp_path / "lamps")
    path = folder / "lamp-act" / "2001-01-01.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(Refused) as refused:
        load("lamp-act", "2001-01-01", folder=folder)
    assert (code, where) in [(problem.code, problem.column) for problem in refused.value.problems]


def test_the_small_law_with_every_kind_of_date_passes_the_check() -> None:
    assert check_all(LAMPS) == ()
