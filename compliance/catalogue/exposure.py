"""What a breach of a row may cost: the provision, how one breach is counted, and the law's own figures."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.catalogue.clauses import COUNTED_BY
from compliance.catalogue.schema import Catalogue, Row


@dataclass(frozen=True, slots=True)
class Exposure:
    """`basis` holds each provision with the rows of the same text that ask about it: they name the law's figures.

    `counted_by` says in a sentence what counts as one breach, empty where the law does not say. Nothing is computed.
    """

    basis: tuple[tuple[str, tuple[Row, ...]], ...]
    counted_by: str
    note: str


def exposure(row: Row, law: Catalogue) -> Exposure | None:
    """Return what a breach of a row may cost; None where no provision makes it cost anything."""
    if row.penalty is None:
        return None
    basis = tuple((one, tuple(other for other in law.rows if one in other.citation)) for one in row.penalty.basis)
    return Exposure(basis, COUNTED_BY.get(row.penalty.counted_by or "", ""), row.penalty.note)
