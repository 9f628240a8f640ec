"""The sheets of a framework's workbook and their columns: said once for the reader, the writer and the help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FORM = Literal["text", "lines", "date", "condition"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, the field of the document, how its cells are read, and what to write there."""

    heading: str
    field: str
    help: str
    form: FORM = "text"
    needed: bool = False
    width: int = 24


HEAD = (
    Column("Title", "title", "The full name of the framework.", needed=True),
    Column("Short title", "short_title", "A name of at most 60 letters; citations start with it.", needed=True),
    Column(
        "Row prefix", "row_prefix", "How every row id starts: capital letters and a hyphen, as HOUSE-.", needed=True
    ),
    Column("About", "about", "One sentence on what the framework is for."),
    Column("Published by", "published_by", "Who wrote the framework."),
)
SECTIONS = (
    Column("ID", "id", "Small letters, digits and hyphens; rows name their section by it.", needed=True),
    Column("Title", "title", "The heading that people read.", needed=True, width=50),
)
ROWS = (
    Column("ID", "id", "A lasting id that starts with the prefix, as HOUSE-1.", needed=True, width=16),
    Column("Section", "section", "The id of a section.", needed=True, width=16),
    Column("Title", "title", "A short noun phrase.", needed=True, width=36),
    Column("Question", "question", "What a person answers; ends with a question mark.", needed=True, width=60),
    Column("Why it is asked", "why", "What the rule says, in your own words.", width=50),
    Column(
        "Kind",
        "kind",
        "control, duty, prohibition, condition (these count), option, guidance or context; control if empty.",
    ),
    Column("Reference", "reference", "Where the framework says it, in its own numbering; one a line.", "lines"),
    Column("Roles", "roles", "Who it is for, as the facts name roles; one a line; anyone if empty.", "lines"),
    Column("Applies when", "applies_when", "When the row applies, in words; needed with a condition.", width=36),
    Column(
        "Condition",
        "condition",
        "The same as data, over the facts: {fact: tool_scores, is: true}, or all, any and not around such tests.",
        "condition",
        width=40,
    ),
    Column("In force from", "in_force_from", "A date, as 2026-11-22, if the row has one.", "date", width=14),
    Column("When it is done", "timing", "In words, such as before first use."),
    Column("Evidence", "evidence", "What an auditor expects to see; one a line.", "lines", width=50),
    Column("Note", "note", "Anything more.", width=36),
)
CROSSWALK = (
    Column("Row", "row", "The id of a row of this framework.", needed=True, width=16),
    Column("Law or framework", "law", "The other one's name, such as nist-ai-rmf or eu-ai-act.", needed=True),
    Column("Row there", "to", "The id of the row there, such as RMF-MEASURE-2.11.", needed=True),
    Column(
        "Relation",
        "relation",
        "equal, subset_of, superset_of, intersects_with or related: this row to that one; related if empty.",
    ),
    Column("Note", "note", "Who says so, or why.", width=50),
)
SHEETS = {"sections": ("Sections", SECTIONS), "rows": ("Rows", ROWS), "crosswalk": ("Crosswalk", CROSSWALK)}
HEAD_SHEET, MORE_SHEET, HELP_SHEET = "Framework", "More", "Help"
MORE_COLUMNS = ("Of", "Name", "Part", "Value")
MORE_HELP = "What another program needs kept beside the fields, written by an import from OSCAL; leave it as it is."
FIELD_NAMES = {
    **{("framework", one.field): one.heading for one in HEAD},
    **{(table, one.field): one.heading for table, (_, columns) in SHEETS.items() for one in columns},
}
