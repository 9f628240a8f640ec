"""The numbering of the AI Act, held against counts taken from the text and not from the catalogue."""

import re
from collections import Counter

import pytest

from compliance.catalogue.loader import load
from compliance.catalogue.schema import Source

OLD = load("eu-ai-act", "2024-07-12").sources["act"]
NEW = load("eu-ai-act", "2026-07-27").sources["act"]

# Numbered paragraphs of Articles 1 to 113 as enacted, counted in the text; 0 for an article without any.
PARAGRAPHS = (
    "2 12 0 0 8 8 3 2 10 6 3 3 3 5 5 0 4 3 2 2 3 4 7 6 5 12 5 7 4 5 12 0 4 3 2 9 4 3 0 3 6 2 6 3 4 7 5 5 "
    "5 7 3 6 7 6 3 9 17 4 3 9 2 3 2 2 8 0 10 5 3 9 6 4 11 14 3 5 4 5 9 8 3 5 2 2 0 3 0 2 2 3 5 7 3 0 4 2 "
    "6 2 11 7 6 0 0 0 0 0 0 0 0 0 3 13 0 "
)
# Points and sub-points of whole annexes as enacted, counted in the text.
ANNEX_POINTS = {
    "I": 20, "II": 0, "III": 8 + 24, "IV": 9 + 16, "V": 8, "VI": 4, "VII": 5 + 4 + 6 + 7 + 3 + 3,
    "VIII": 13 + 9 + 5, "IX": 5, "X": 7 + 3 + 2 + 2 + 2, "XI": 2 + 11 + 3, "XII": 2 + 11, "XIII": 7,
}  # fmt: skip


def paragraphs(source: Source) -> dict[int, int]:
    found = Counter(int(one[1]) for p in source.provisions if (one := re.fullmatch(r"Art (\d+)\(\d+\)", p)))
    return {article: 0 if article == 3 else found[article] for article in range(1, 114)}


def test_each_article_has_its_paragraphs() -> None:
    assert OLD.complete
    assert paragraphs(OLD) == dict(enumerate(map(int, PARAGRAPHS.split()), start=1))
    assert len([p for p in OLD.provisions if re.fullmatch(r"Art 3\(\d+\)", p)]) == 68


def test_the_articles_without_paragraphs_are_there() -> None:
    assert {p for p in OLD.provisions if re.fullmatch(r"Art \d+", p)} == {f"Art {number}" for number in range(1, 114)}


def test_each_annex_has_its_points() -> None:
    found = Counter(one[1] for p in OLD.provisions if (one := re.match(r"Annex ([IVX]+)\b.* point ", f"{p} ")))
    assert {annex: found[annex] for annex in ANNEX_POINTS} == ANNEX_POINTS


@pytest.mark.parametrize(
    "citation",
    [
        *(
            "Art 5(1)(i)",
            "Art 28(8)",
            "Art 30(6)",
            "Art 62(4)",
            "Art 73(12)",
            "Annex III point 9",
            "Annex VIII Section D",
        ),
        *("Art 49(4)(e)", "Art 67(11)", "Art 70(10)", "Art 112(14)"),
    ],
)
def test_what_the_act_as_enacted_does_not_have_cannot_be_cited(citation: str) -> None:
    assert f"AI Act {citation}" not in OLD.citations


def test_the_amendment_adds_and_takes_what_it_says() -> None:
    gone = {p for p in OLD.provisions if p not in NEW.provisions}
    assert gone == {
        *("Art 10(5)", *(f"Art 10(5)({point})" for point in "abcdef")),
        *("Annex I Section A point 1", "Annex VIII Section B point 7", "Annex VIII Section B point 9"),
    }
    more = paragraphs(NEW)
    changed = {number: (old, more[number]) for number, old in paragraphs(OLD).items() if more[number] != old}
    assert changed == {2: (12, 13), 4: (0, 3), 10: (6, 5), 28: (7, 9), 42: (2, 3), 64: (2, 3), 111: (3, 4)}
    assert not NEW.complete
