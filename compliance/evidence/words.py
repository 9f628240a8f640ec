"""Words of evidence, and the full-text index over them: the same words and the same answers on SQLite and PostgreSQL.

Texts are taken apart here and not by the database, so that both find the same: letters without case and accents,
digits, each word once. A search word finds every word that begins with it. The organisation is a word too, so the index
never leaves it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from compliance.evidence.keeping import FileText, PieceWords
from compliance.evidence.models import Evidence

WORD = re.compile(r"[^\W_]+")
LONGEST = 64
MOST = 40_000  # words of one piece

CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE compliance_piecesearch USING fts5(words, content='compliance_piecewords', "
        "content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
        "CREATE TRIGGER piecewords_in AFTER INSERT ON compliance_piecewords BEGIN "
        "INSERT INTO compliance_piecesearch(rowid, words) VALUES (new.id, new.words); END",
        "CREATE TRIGGER piecewords_out AFTER DELETE ON compliance_piecewords BEGIN "
        "INSERT INTO compliance_piecesearch(compliance_piecesearch, rowid, words) "
        "VALUES ('delete', old.id, old.words); END",
        "CREATE TRIGGER piecewords_anew AFTER UPDATE ON compliance_piecewords BEGIN "
        "INSERT INTO compliance_piecesearch(compliance_piecesearch, rowid, words) "
        "VALUES ('delete', old.id, old.words); "
        "INSERT INTO compliance_piecesearch(rowid, words) VALUES (new.id, new.words); END",
    ],
    "postgresql": [
        "CREATE INDEX compliance_piecesearch ON compliance_piecewords "
        "USING gin (array_to_tsvector(string_to_array(words, ' ')))",
    ],
}
DROP = {
    "sqlite": [
        *(f"DROP TRIGGER piecewords_{name}" for name in ("in", "out", "anew")),
        "DROP TABLE compliance_piecesearch",
    ],
    "postgresql": ["DROP INDEX compliance_piecesearch"],
}
FIND = {
    "sqlite": "SELECT evidence_id FROM compliance_piecewords WHERE id IN "
    "(SELECT rowid FROM compliance_piecesearch WHERE compliance_piecesearch MATCH %s)",
    "postgresql": "SELECT evidence_id FROM compliance_piecewords "
    "WHERE array_to_tsvector(string_to_array(words, ' ')) @@ %s::tsquery",
}


def words(text: str) -> list[str]:
    """Return the words of a text in their order, without case and accents.

    >>> words("Überprüfung der AUSWAHL-Raten (2026)")
    ['uberprufung', 'der', 'auswahl', 'raten', '2026']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return [word[:LONGEST] for word in WORD.findall(plain)]


def house(organisation_id: UUID) -> str:
    """The word that every piece of an organisation holds."""
    return f"o{organisation_id.hex}"


def index(pieces: Iterable[Evidence]) -> None:
    """Bring the words of pieces up to date; they are read anew, in a fixed number of queries."""
    found = Evidence.objects.filter(pk__in=[one.pk for one in pieces]).select_related("latest")
    some = list(found.prefetch_related("tags", "latest__files", "latest__speaks_of__system"))
    digests = {file.sha256 for one in some for file in one.newest.kept}
    texts = {
        (text.organisation_id, text.sha256): text.text
        for text in FileText.objects.filter(sha256__in=digests).exclude(text="")
    }
    made = [PieceWords(evidence=one, words=_of(one, texts)) for one in some]
    PieceWords.objects.bulk_create(
        made, update_conflicts=True, update_fields=["words"], unique_fields=["evidence"], batch_size=50
    )


def _of(one: Evidence, texts: dict[tuple[UUID, str], str]) -> str:
    version = one.newest
    parts = [one.title, version.source, version.author, version.url, version.note, version.sha256]
    parts += [str(tag) for tag in one.tags.all()]
    for file in version.kept:
        parts += [file.file_name, file.sha256, texts.get((one.organisation_id, file.sha256), "")]
    parts += [str(said) for said in version.speaks_of.all()]
    found = dict.fromkeys(word for part in parts for word in words(part))
    return " ".join([house(one.organisation_id), *list(found)[:MOST]])


def holding(pieces: QuerySet[Evidence], organisation_id: UUID, text: str) -> QuerySet[Evidence]:
    """Narrow to the pieces that hold a word beginning with each word of `text`; without words it narrows nothing."""
    asked = list(dict.fromkeys(words(text)))[:20]
    if not asked:
        return pieces
    if connection.vendor == "sqlite":
        query = " AND ".join([f'"{house(organisation_id)}"', *(f'"{word}"*' for word in asked)])
    else:
        query = " & ".join([f"'{house(organisation_id)}'", *(f"'{word}':*" for word in asked)])
    return pieces.filter(pk__in=RawSQL(FIND[connection.vendor], [query]))  # noqa: S611 - the query is a parameter


def excerpt(text: str, asked: str, around: int = 90) -> str:
    """Return the place of a text where the first of the words asked for stands, in its own spelling; empty where none
    does."""
    wanted = words(asked)
    for match in WORD.finditer(text[:200_000]) if wanted else ():
        if any(found.startswith(want) for found in words(match.group()) for want in wanted):
            start, end = max(0, match.start() - around), min(len(text), match.end() + around)
            cut = " ".join(text[start:end].split())
            return f"{'…' if start else ''}{cut}{'…' if end < len(text) else ''}"
    return ""
