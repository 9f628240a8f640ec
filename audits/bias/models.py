"""A bias audit: its sources, a mapping that a person confirmed, and the result that a worker computed."""

from __future__ import annotations

import shlex
from urllib.parse import unquote
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audits.work.models import State, Work
from compliance.evidence.models import Evidence
from compliance.people.models import Membership, Organisation
from compliance.people.second_person import Decision as SecondDecision
from compliance.systems.models import AISystem
from compliance.trail.personal import Personal
from compliance.uploads.models import Upload


class BiasAudit(Work):
    """`conduct` is how the run came about, as its result states it; `under` the locked plan that it ran under.

    `asked_at` is empty until a person confirmed the mapping; then the row is work for a worker.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bias_audits")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="bias_audits")
    title = models.CharField(_("title"), max_length=200)
    plan = models.JSONField(null=True)
    conduct = models.JSONField(null=True)
    under = models.ForeignKey("BiasPlan", on_delete=models.PROTECT, related_name="bias_audits", null=True, blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    uploaded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def digests(self) -> list[str]:
        """What the audit rests on: the digests of its files, the names of its tables, and its queries."""
        return [one.sha256 or f"{one.name} {one.query}".strip() for one in self.sources.all()]

    @property
    def can_be_mapped(self) -> bool:
        """Whether the mapping may still be confirmed: it was not yet, or the run that it led to did not finish."""
        return self.asked_at is None or self.state in (State.FAILED, State.CANCELLED)

    @property
    def subject(self) -> dict[str, str]:
        """The audit as the trail names it."""
        return {"type": "bias_audit", "id": str(self.id), "label": self.title}


class BiasIntake(Work):
    """Files and tables that are looked at before an audit rests on them, by a worker where that takes long.

    `bias_audit` is the one that was opened with them, or to which they are added. An intake that stopped because a
    spreadsheet has several sheets goes on when a person has chosen one.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bias_intakes")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="bias_intakes")
    title = models.CharField(_("title"), max_length=200)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    bias_audit = models.ForeignKey(BiasAudit, on_delete=models.PROTECT, related_name="intakes", null=True)

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def sheets_asked(self) -> bool:
        """Whether it waits for a person to choose among the sheets of a spreadsheet, and for nothing else."""
        return (
            self.state == State.FAILED and bool(self.problems) and {one["code"] for one in self.problems} == {"sheet"}
        )


class BiasSource(models.Model):
    """A file or a table of applicants, from its arrival on.

    The bytes of a file are those of `upload` until it was looked at, then they are kept under `sha256`. A table is one
    of a database that the operator named (PROBANDA_SOURCES) and stays where it is: `table` is its name as in an
    address. Of one of the operator's queries (PROBANDA_QUERIES), `table` is the name and `query` the text as it was
    looked at. `reading` is what was declared of a file: encoding, delimiter, sheet; `sheets` are the names, each with
    whether it can be seen, where a person has to choose one. `shape` is the signature of its columns, once it
    has a profile.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    bias_audit = models.ForeignKey(BiasAudit, on_delete=models.PROTECT, related_name="sources", null=True)
    intake = models.ForeignKey(BiasIntake, on_delete=models.PROTECT, related_name="sources", null=True)
    place = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(_("label"), max_length=100, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    upload = models.ForeignKey(Upload, on_delete=models.SET_NULL, related_name="+", null=True)
    database = models.CharField(max_length=40, blank=True)
    table = models.CharField(max_length=300, blank=True)
    query = models.TextField(blank=True)
    reading = models.JSONField(default=dict)
    sheets = models.JSONField(default=list)
    profile = models.JSONField(null=True)
    shape = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        ordering = ["place", "pk"]

    def __str__(self) -> str:
        return self.label or self.name

    @property
    def name(self) -> str:
        """What it is called where it comes from."""
        return self.file_name or f"{self.database}: {unquote(self.table)}"

    @property
    def quoted_query(self) -> str:
        """The query as a shell takes it."""
        return shlex.quote(self.query)


class BiasPlan(models.Model):
    """What was decided before an audit runs (AI Act Art 9(8)): a draft until it is locked, then never changed.

    `sha256` is the digest of the canonical JSON of `document`. `timestamp` is kept for a token of a time authority
    (RFC 3161) over that digest. `drafted_by` changed it last; `authors` are all who wrote in it, as `{"id", "name"}`,
    and `revision` counts their changes. The database refuses to change a locked plan.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bias_plans")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="bias_plans")
    title = models.CharField(_("title"), max_length=200)
    document = models.JSONField()
    sha256 = models.CharField(max_length=64, blank=True)
    timestamp = models.BinaryField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=0)
    authors = models.JSONField(default=list)
    drafted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-drafted_at"]
        constraints = [
            models.CheckConstraint(
                name="locked_plan_has_digest_and_person",
                condition=models.Q(locked_at=None, locked_by=None, sha256="")
                | models.Q(locked_at__isnull=False, locked_by__isnull=False) & ~models.Q(sha256=""),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None

    @property
    def author_ids(self) -> set[str]:
        return {one["id"] for one in self.authors}

    @property
    def author_names(self) -> list[str]:
        return [one["name"] for one in self.authors]

    @property
    def subject(self) -> dict[str, str]:
        """The plan as the trail names it."""
        return {"type": "bias_plan", "id": str(self.id), "label": self.title}


class IndependenceDeclaration(models.Model):
    """A named person declares the three limbs of 6 RCNY § 5-300 for one AI system; it is never changed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="declarations")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="declarations")
    auditor = models.CharField(_("auditor"), max_length=200)
    limbs = models.JSONField()
    note = models.TextField(blank=True)
    declared_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-declared_at"]

    def __str__(self) -> str:
        return self.auditor

    @property
    def subject(self) -> dict[str, str]:
        """The declaration as the trail names it."""
        return {
            "type": "independence",
            "id": str(self.id),
            "label": Personal(self.auditor, person=self.declared_by.user_id),
        }


class ExclusionProposal(models.Model):
    """Somebody proposes to leave one category out of the ratios of one table (6 RCNY § 5-301(d)); a second decides.

    It rests on the numbers of `bias_audit`, and holds for audits of the same file alone. `output_class` is empty for
    the tables of everyone. Only an accepted one is applied.
    """

    Decision = SecondDecision

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    bias_audit = models.ForeignKey(BiasAudit, on_delete=models.PROTECT, related_name="proposals")
    output_class = models.CharField(max_length=200, blank=True)
    table = models.CharField(max_length=20)
    sex = models.CharField(max_length=20, blank=True)
    race_ethnicity = models.CharField(max_length=100, blank=True)
    justification = models.TextField()
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True, default=Decision.OPEN)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["proposed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bias_audit", "output_class", "table", "sex", "race_ethnicity"],
                condition=~models.Q(decision="refused"),
                name="one_proposal_a_category",
            ),
            models.CheckConstraint(
                name="a_decided_proposal_names_a_second_person",
                condition=models.Q(decision="", decided_by=None)
                | (
                    ~models.Q(decision="")
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(decided_by=models.F("proposed_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.sex, self.race_ethnicity)))

    @property
    def exclusion(self) -> dict[str, str | None]:
        """The exclusion as a plan holds it; only for one that was accepted."""
        if self.decided_by is None or self.decided_at is None:
            raise ValueError("A proposal that nobody accepted leaves out nothing.")
        return {
            **({"class": self.output_class} if self.output_class else {}),
            "table": self.table,
            "sex": self.sex or None,
            "race_ethnicity": self.race_ethnicity or None,
            "justification": self.justification,
            "approver": self.decided_by.name,
            "proposed_by": self.proposed_by.name,
            "approved_at": self.decided_at.isoformat(timespec="seconds"),
        }
