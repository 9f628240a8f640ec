"""A house with its people, its guests, and one thing of every kind that an address can name, made by the real actions.

A new kind of thing is a function here under its name, which returns the id; the table names it after the colon.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils import timezone

from audits.bias import actions as bias_actions
from audits.bias import locking
from audits.bias.models import BiasIntake
from audits.bias.plan import Plan
from audits.dossiers import actions as dossier_actions
from audits.metrics.conduct import PLAN_SCHEMA
from audits.publication import actions as publication_actions
from audits.publication.models import ToolUse
from audits.published import actions as published_actions
from audits.rooms.models import Room
from compliance.checklists import actions as checklist_actions
from compliance.checklists import bulk
from compliance.checklists.models import Checklist
from compliance.checklists.saved_views import remove_view, save_view
from compliance.determinations import actions as determination_actions
from compliance.determinations.models import Determination
from compliance.engagements import actions as engagement_actions
from compliance.engagements.models import Engagement, EvidenceRequest
from compliance.evidence.models import Evidence
from compliance.findings import actions as finding_actions
from compliance.findings.models import Finding
from compliance.frameworks import actions as framework_actions
from compliance.frameworks.models import FrameworkVersion
from compliance.people import actions as people_actions
from compliance.people.models import Membership, Role
from compliance.reviews import actions as review_actions
from compliance.systems.models import AISystem
from compliance.timeline import actions as timeline_actions
from compliance.tokens import actions as token_actions
from compliance.uploads import actions as upload_actions
from compliance.webhooks import actions as webhook_actions
from compliance.webhooks.models import Webhook
from compliance.workpapers import actions as workpapers
from tests import build, engaging
from tests.frameworks.example import house as house_rules
from tests.people import founder, member

APPLICANTS = b"sex,race,hired\n" + b"".join(
    b"%s,White,yes\nM,Black,no\n" % (b"MF"[n % 2 : n % 2 + 1]) for n in range(9)
)

PAPER = {"title": "Sample", "population": "", "sample": "", "procedure": "Read ten files.", "result": ""}


@dataclass
class House:
    """One organisation, whose people have its name before their role."""

    name: str
    made: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def administrator(self) -> Membership:
        return founder(f"{self.name}-administrator", f"{self.name} House")

    @cached_property
    def members(self) -> dict[str, Membership]:
        """Everybody who may open something here, by role; the two guests are those of the engagement."""
        others = {
            str(role): member(self.administrator, f"{self.name}-{role}", role)
            for role in Role
            if role != "administrator"
        }
        team, asked = self.guest, self.request.asked
        return {"administrator": self.administrator, **others, "team": team, "asked": asked}

    @property
    def slug(self) -> str:
        return self.administrator.organisation.slug

    @cached_property
    def auditor(self) -> Membership:
        return self.members[Role.AUDITOR]

    @cached_property
    def system(self) -> AISystem:
        return build.system(self.administrator)

    @cached_property
    def checklist(self) -> Checklist:
        return build.checklist(self.administrator, self.system)

    @cached_property
    def evidence(self) -> Evidence:
        kept = build.file(self.administrator, self.name.encode())
        row = build.item(self.administrator, on=self.checklist)
        checklist_actions.attach(by=self.administrator, item=row, evidence=kept)
        return kept

    @cached_property
    def determination(self) -> Determination:
        return build.determination(self.administrator, self.system, law="eu-ai-act")

    @cached_property
    def engagement(self) -> Engagement:
        return self._engaged[0]

    @cached_property
    def guest(self) -> Membership:
        return self._engaged[1]

    @cached_property
    def _engaged(self) -> tuple[Engagement, Membership]:
        firm = engaging.firm(f"{self.name}Firm")
        laws = ("nyc-ll144", "eu-ai-act")
        return engaging.opened(self.administrator, self.system, firm.auditor, *laws)

    @cached_property
    def request(self) -> EvidenceRequest:
        return engaging.asked(self.guest, self.engagement, f"{self.name}-engineer")

    @cached_property
    def published(self) -> FrameworkVersion:
        draft = framework_actions.make(by=self.administrator, document=house_rules())
        day = datetime.date(2026, 11, 22)
        return framework_actions.publish(by=self.administrator, draft=draft, on=day, seen=draft.sha256)

    @cached_property
    def finding(self) -> Finding:
        row = build.item(self.administrator, on=self.checklist)
        return finding_actions.raise_(
            by=self.auditor, item=row, title="No audit", statement="None was made.", kind="major", severity="high"
        )

    @cached_property
    def tool_use(self) -> ToolUse:
        return publication_actions.record_use(
            by=self.administrator,
            system=self.system,
            employer=self.name,
            qualifications="Shifts.",
            alternative="Write.",
        )

    @cached_property
    def webhook(self) -> Webhook:
        return webhook_actions.make(by=self.administrator, url="http://127.0.0.1/hook")

    def things(self) -> dict[str, Any]:
        """Return the id of one thing of every kind."""
        return {kind: make(self) for kind, make in KINDS.items()}


Make = Callable[[House], Any]
KINDS: dict[str, Make] = {
    "member": lambda house: house.members[Role.CONTRIBUTOR].pk,
    "system": lambda house: house.system.pk,
    "checklist": lambda house: house.checklist.pk,
    "item": lambda house: build.item(house.administrator, on=house.checklist).pk,
    "evidence": lambda house: house.evidence.pk,
    "determination": lambda house: house.determination.pk,
    "engagement": lambda house: house.engagement.pk,
    "place": lambda house: house.engagement.team.get().pk,
    "request": lambda house: house.request.pk,
    "framework": lambda house: framework_actions.make(by=house.administrator, document=house_rules()).framework_id,
    "published_framework": lambda house: house.published.framework_id,
    "framework_version": lambda house: house.published.pk,
    "calendar": lambda house: timeline_actions.make_address(by=house.administrator)[0].pk,
    "upload": lambda house: upload_actions.begin(by=house.administrator, file_name="a.csv", size=9).pk,
}


def kind(make: Make) -> Make:
    """Name a kind of thing after the function that makes one."""
    KINDS[make.__name__] = make
    return make


@kind
def checklist_key(house: House) -> Any:
    """The digits by which a cell of the map of article by system names a checklist."""
    return house.checklist.pk.hex


@kind
def former_member(house: House) -> Any:
    gone = member(house.administrator, f"{house.name}-former", Role.OBSERVER)
    return people_actions.end_membership(by=house.administrator, member=gone).pk


@kind
def override(house: House) -> Any:
    """It is of a determination of its own, so that the other stays without one."""
    draft = build.determination(house.administrator, house.system, law="nyc-ll144")
    return determination_actions.propose_override(
        by=house.administrator, determination=draft, row_id=build.ROW, state="applies", reason="The vendor says so."
    ).pk


@kind
def key_date(house: House) -> Any:
    return timeline_actions.record_day(
        by=house.administrator, system=house.system, law="nyc-ll144", event="audit_date", day=datetime.date(2026, 5, 4)
    ).pk


@kind
def engagement_as_firm(house: House) -> Any:
    """An engagement at a client, which the house took on as the firm."""
    client = engagement_actions.keep_client(by=house.administrator, name=f"Client of {house.name}")
    engagement, _guest = engaging.opened(client, build.system(client), house.auditor)
    firm = engagement_actions.take_on(by=client, engagement=engagement, firm=house.administrator)
    return firm.pk


@kind
def bias_audit(house: House) -> Any:
    opened = bias_actions.open_audit(
        by=house.administrator, system=house.system, title="Spring", stream=io.BytesIO(APPLICANTS), file_name="a.csv"
    )
    plan = Plan(sex="sex", race_ethnicity="race", selected="hired")
    bias_actions.start(by=house.administrator, bias_audit=opened, plan=plan, people_in_union=False)
    bias_actions.carry_out(opened.pk)
    return opened.pk


@kind
def intake(house: House) -> Any:
    upload = upload_actions.begin(by=house.administrator, file_name="large.csv", size=9)
    made = BiasIntake.objects.create(
        organisation=house.administrator.organisation,
        system=house.system,
        title="A large file",
        by=house.administrator,
        asked_at=timezone.now(),
    )
    made.sources.create(file_name="large.csv", size=9, upload=upload)
    return made.pk


@kind
def published_check(house: House) -> Any:
    return published_actions.hand_over(by=house.administrator, given={"table": "Sex"}).pk


@kind
def plan(house: House) -> Any:
    document = {
        "schema": PLAN_SCHEMA,
        "system": {"name": house.system.name, "version": house.system.version},
        "metrics": ["impact ratio"],
        "thresholds": [],
        "categories": {},
        "choices": {"rate_kind": "selection"},
        "notes": "",
    }
    return locking.draft_plan(by=house.administrator, system=house.system, title="Plan", document=document).pk


@kind
def finding(house: House) -> Any:
    return house.finding.pk


@kind
def action(house: House) -> Any:
    due_on = engaging.today(9)
    return finding_actions.plan(
        by=house.administrator, finding=house.finding, what="Watch it.", owner=house.administrator, due_on=due_on
    ).pk


@kind
def acceptance(house: House) -> Any:
    until = engaging.today(30)
    return finding_actions.propose_acceptance(
        by=house.administrator, finding=house.finding, reason="Small.", until=until
    ).pk


@kind
def workpaper(house: House) -> Any:
    row = build.item(house.administrator, on=house.checklist)
    return workpapers.prepare(by=house.administrator, item=row, **PAPER).workpaper_id


@kind
def proposal(house: House) -> Any:
    """To leave a category out; it is written as such, since so small a file has none that the rule allows."""
    audit = house.administrator.organisation.bias_audits.latest("uploaded_at")
    said = {"table": "sex", "sex": "Male", "justification": "Fewer than 2 %.", "proposed_by": house.administrator}
    return audit.proposals.create(**said).pk


@kind
def token(house: House) -> Any:
    until = timezone.now() + datetime.timedelta(days=9)
    return token_actions.make(by=house.administrator, name="Pipeline", scopes=["read"], expires_at=until)[0].pk


@kind
def webhook(house: House) -> Any:
    return house.webhook.pk


@kind
def delivery(house: House) -> Any:
    """What a worker tells of the entry that was written last."""
    build.note(house.administrator, "Told to the webhook")
    assert house.webhook.closed_at is None
    webhook_actions.look()
    return house.webhook.deliveries.latest("seq").pk


@kind
def saved_view(house: House) -> Any:
    return save_view(by=house.administrator, name="Mine", law="nyc-ll144", query="progress=to_do").pk


@kind
def removed_view(house: House) -> Any:
    view = save_view(by=house.administrator, name="Gone", law="nyc-ll144", query="progress=done")
    remove_view(by=house.administrator, view=view)
    return view.pk


@kind
def bulk_act(house: House) -> Any:
    due_on, marks = datetime.date(2027, 1, 4), ["LL144-AUD-03@0"]
    bulk.assign(by=house.administrator, checklist=house.checklist, marks=marks, due_on=due_on)
    return house.checklist.bulk_acts.get().pk


@kind
def dossier(house: House) -> Any:
    return dossier_actions.freeze(by=house.administrator, checklist=house.checklist, status="draft").pk


@kind
def delegation(house: House) -> Any:
    today = timezone.now().date()
    people = house.members
    made = review_actions.delegate(
        by=house.administrator, of=people[Role.AUDITOR], to=people[Role.LEGAL_REVIEWER], since=today, until=today
    )
    return made.pk


@kind
def tool_use(house: House) -> Any:
    return house.tool_use.pk


@kind
def notice(house: House) -> Any:
    day = datetime.date(2026, 12, 14)
    return publication_actions.make_notice(
        by=house.administrator, use=house.tool_use, audience="candidates", channel="mail", use_on=day
    ).pk


@kind
def data_request(house: House) -> Any:
    return publication_actions.receive_request(
        by=house.administrator, use=house.tool_use, received_on=datetime.date(2026, 11, 21), asked_by="Somebody"
    ).pk


@kind
def room(house: House) -> Any:
    """Opened here without its door, since only a signed dossier has one and signing takes long."""
    dossier = dossier_actions.freeze(by=house.administrator, checklist=house.checklist, status="draft")
    return Room.objects.create(
        organisation=house.administrator.organisation,
        dossier=dossier,
        guest="Somebody",
        closes_at=timezone.now() + datetime.timedelta(days=1),
        token_sha256=f"{house.name:0>64}"[:64],
        opened_by=house.administrator,
    ).pk
