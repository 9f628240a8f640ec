"""Progress and verdict are two things: how far the work is, and what was found."""

from __future__ import annotations

from functools import cached_property
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.catalogue.schema import Catalogue
from compliance.determinations.models import Determination
from compliance.evidence.models import Evidence, EvidenceVersion
from compliance.frameworks.catalogues import catalogue
from compliance.people.models import Membership, Organisation
from compliance.systems.models import AISystem


class Progress(models.TextChoices):
    """How far the work on a row is."""

    TO_DO = "to_do", _("to do")
    IN_PROGRESS = "in_progress", _("in progress")
    SUBMITTED = "submitted", _("submitted")
    IN_REVIEW = "in_review", _("in review")
    DONE = "done", _("done")


OPEN = (Progress.TO_DO, Progress.IN_PROGRESS)
"""Where a row is still to be worked on by those who answer."""


class Verdict(models.TextChoices):
    """What a person found on a row; empty as long as nobody has said."""

    MET = "met", _("met")
    PARTLY_MET = "partly_met", _("partly met")
    NOT_MET = "not_met", _("not met")
    NOT_APPLICABLE = "not_applicable", _("not applicable")
    UNDETERMINED = "undetermined", _("undetermined")


class Decision(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    RETURNED = "returned", _("returned")


class Binding(models.TextChoices):
    """Whether a row binds the system, as the checklist's determination says; empty where there is none."""

    APPLIES = "applies", _("applies")
    LATER = "later", _("will apply")
    NO = "no", _("does not apply")
    UNDETERMINED = "undetermined", _("undetermined")


class Checklist(models.Model):
    """A law in one dated version, for one AI system.

    `determination` is the one that its rows' bindings come from. A checklist that was moved to a newer text of the
    law stays readable as it was; `moved_from` leads back to it. A move that was undone keeps its row, with the day.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="checklists")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="checklists")
    law = models.CharField(max_length=60)
    text_version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    determination = models.ForeignKey(
        Determination, on_delete=models.PROTECT, related_name="checklists", null=True, blank=True
    )
    moved_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="moved_to", null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "law", "text_version"],
                condition=Q(undone_at=None),
                name="one_checklist_a_law_version",
            ),
            models.UniqueConstraint(
                fields=["moved_from"], condition=Q(undone_at=None), name="one_move_from_a_checklist"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.system}"

    @property
    def catalogue(self) -> Catalogue:
        """The law in the version that the checklist was opened with."""
        return catalogue(self.law, self.text_version)

    @cached_property
    def successor(self) -> Checklist | None:
        """The checklist under a newer text that took this one's place, or None while it is in use."""
        return self.moved_to.filter(undone_at=None).select_related("opened_by__user").first()

    @property
    def subject(self) -> dict[str, str]:
        """The checklist as the trail names it."""
        return {"type": "checklist", "id": str(self.id), "label": str(self)}


class ChecklistItem(models.Model):
    """One row of the law for this system. Its words stay in the catalogue; `revision` counts changes, so that two
    people who answer at once cannot overwrite each other unseen.

    `quorum` is what the row needed when it was submitted (:class:`~compliance.reviews.quorum.Quorum`), `taken_by` who
    said that they review it.

    `binding`, `since` and `grounds` (the chain of reasons) come from the determination. `confirm_again` says why an
    answer that was carried over from an older text has to be looked at once more; empty where it need not be.

    `stale_since` is when what was accepted first differed from what is there now; `stale_reasons` says how, as
    `[{"part", "sentence"}]`. Both are kept up to date by :mod:`compliance.checklists.approvals`.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="items")
    row_id = models.CharField(max_length=60)
    position = models.PositiveIntegerField()
    binding = models.CharField(_("binding"), max_length=12, choices=Binding.choices, blank=True, default="")
    since = models.DateField(_("since"), null=True, blank=True)
    grounds = models.JSONField(default=list, blank=True)
    carried_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="carried_to", null=True, blank=True)
    confirm_again = models.CharField(_("confirm again"), max_length=300, blank=True, default="")
    progress = models.CharField(_("progress"), max_length=12, choices=Progress.choices, default=Progress.TO_DO)
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict.choices, blank=True, default="")
    reason = models.TextField(_("reason"), blank=True)
    note = models.TextField(_("note"), blank=True)
    owner = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("owner")
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    submitted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    quorum = models.JSONField(default=dict, blank=True)
    stale_since = models.DateTimeField(_("changed since it was accepted"), null=True, blank=True, db_index=True)
    stale_reasons = models.JSONField(default=list, blank=True)
    reconfirmed = models.TextField(_("why it still holds"), blank=True, default="")
    revision = models.PositiveIntegerField(default=0)
    evidence: models.ManyToManyField[Evidence, ItemEvidence] = models.ManyToManyField(
        Evidence, through="ItemEvidence", related_name="items"
    )

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["checklist", "row_id"], name="one_item_a_row")]

    def __str__(self) -> str:
        return self.row_id

    @property
    def subject(self) -> dict[str, str]:
        """The row as the trail names it."""
        return {"type": "item", "id": str(self.id), "label": self.row_id}


class ItemEvidence(models.Model):
    """A piece of evidence speaks for a row: in the version that is named, or else always in its newest.

    What an approval saw is kept with the approval, whichever of the two it is.
    """

    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="attachments")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="attachments")
    version = models.ForeignKey(
        EvidenceVersion, on_delete=models.PROTECT, related_name="attachments", null=True, blank=True
    )
    attached_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    attached_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["attached_at"]
        constraints = [models.UniqueConstraint(fields=["item", "evidence"], name="one_attachment_a_piece")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.evidence_id}"

    @property
    def shown(self) -> EvidenceVersion:
        """The version that speaks for the row now."""
        return self.version or self.evidence.newest


class Preparer(models.Model):
    """Who prepared any part of a row since it was last accepted: nobody decides on what they prepared."""

    item = models.ForeignKey(ChecklistItem, on_delete=models.CASCADE, related_name="preparers")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "member"], name="one_preparer_a_row")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.member_id}"


class Review(models.Model):
    """One decision by one person on what another submitted; `subject_sha256` binds it to exactly what was seen.

    `in_place_of` is who had handed their decisions over to the reviewer for a while; `role` is then theirs.

    `subject` is that itself, as canonical JSON; it is empty for decisions from before it was kept.
    A checklist that is moved to a newer text takes the decisions along; `carried_from` is the decision as it was taken.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    in_place_of = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    role = models.CharField(max_length=20)
    decision = models.CharField(max_length=8, choices=Decision.choices)
    reason = models.TextField(blank=True)
    submitted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    subject_sha256 = models.CharField(max_length=64)
    subject = models.TextField(blank=True, default="")
    carried_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.decision}"


class BulkAct(models.Model):
    """One act on many rows of a checklist at once, kept so that it can be undone while nothing else changed them.

    `rows` maps each item's id to `{"row", "revision", "before"}`: its revision after the act, its fields before it.
    """

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("assigned")
        NOT_APPLICABLE = "not_applicable", _("said to be not applicable")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="bulk_acts")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    rows = models.JSONField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.checklist_id} {self.kind}"


class SavedView(models.Model):
    """Filters of the checklist page under a name: the owner's own, or shared with the whole organisation.

    `law` is empty where the filters mean the same on every law. One that was removed can be brought back for a while.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="saved_views")
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    law = models.CharField(max_length=60, blank=True, default="")
    query = models.CharField(max_length=1000)
    shared = models.BooleanField(_("shared with everybody here"), default=False)
    saved_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_view_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> dict[str, str]:
        """The view as the trail names it."""
        return {"type": "view", "id": str(self.id), "label": self.name}
