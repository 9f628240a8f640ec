"""What the demo's people do beyond the demo, so that the pictures of the manual show pages with work on them.

Every act is the one that a page calls. It prints the places that the pictures show, as name=address.
"""

from __future__ import annotations

import datetime

import django

django.setup()

from django.utils import timezone  # noqa: E402

from audits.bias.models import BiasAudit  # noqa: E402
from audits.dossiers.models import Dossier  # noqa: E402
from compliance.checklists import actions, bulk  # noqa: E402
from compliance.checklists.models import Checklist, Verdict  # noqa: E402
from compliance.discussion.actions import say  # noqa: E402
from compliance.findings import actions as findings  # noqa: E402
from compliance.people.models import Membership  # noqa: E402
from tests import build  # noqa: E402

TOOLS = (
    ("Résumé ranker", "in_use", "eu-ai-act"),
    ("Interview notes", "in_use", "eu-ai-act"),
    ("Shift planner", "planned", "eu-ai-act"),
    ("Skills test", "in_use", "nyc-ll144"),
    ("Chat screener", "withdrawn", "eu-ai-act"),
)


def main() -> None:
    people = {one.user.email.split("@")[0]: one for one in Membership.objects.select_related("user", "organisation")}
    alice, bob, charlie = (people[name] for name in ("alice", "bob", "charlie"))
    today = timezone.now().date()
    ours = Checklist.objects.get(law="nyc-ll144")
    opened = []
    for number, (name, status, law) in enumerate(TOOLS):
        system = build.system(alice, name, version="1", status=status, vendor="Example vendor", deployer="Us")
        opened.append(build.checklist(alice, system, law=law))
        if law == "eu-ai-act":
            work_on(opened[-1], alice, number)
    for place, item in enumerate(opened[0].items.filter(progress="to_do").order_by("position")[:4]):
        actions.change(by=alice, item=item, owner=alice, due_on=today + datetime.timedelta(days=3 * place - 2))
    notice = build.item(alice, "LL144-NOT-01", on=ours)
    certificate = build.note(alice, "Certificate of the vendor", valid_until=today + datetime.timedelta(days=12))
    actions.attach(by=alice, item=notice, evidence=certificate)
    say(by=bob, item=notice, text="@Alice, which version of this notice went out in May?")
    changed = build.accepted(alice, bob, build.item(alice, "LL144-NOT-02", on=ours))
    build.note_again(alice, changed.evidence.get())
    for row in ("LL144-NOT-03", "LL144-NOT-04", "LL144-PUB-01"):
        build.submitted(alice, build.item(alice, row, on=ours))
    found = findings.raise_(
        by=charlie,
        item=notice,
        title="No notice on the careers page",
        statement="None was there on 3 November.",
        kind="major",
        severity="high",
    )
    due_on = today + datetime.timedelta(days=20)
    findings.plan(by=alice, finding=found, what="Put the notice up.", owner=alice, due_on=due_on)
    print(f"checklist=checklists/{ours.pk}/")
    print(f"row=checklists/rows/{notice.pk}/")
    print(f"bias=bias-audits/{BiasAudit.objects.latest('uploaded_at').pk}/")
    print(f"dossier=dossiers/{Dossier.objects.latest('frozen_at').pk}/")


def work_on(checklist: Checklist, by: Membership, number: int) -> None:
    """Answer some articles of a checklist: rows that stand on a document, on a word alone, wait, or need no answer."""
    rows = list(checklist.items.order_by("position"))
    document = build.file(by, f"Report {number}".encode(), title=f"Report on tool {number}", file_name="report.txt")
    for item in rows[30 + 9 * number : 48 + 9 * number]:
        actions.attach(by=by, item=item, evidence=document)
        actions.change(by=by, item=item, verdict=Verdict.MET)
    for item in rows[30 + 9 * number : 36 + 9 * number]:
        item.refresh_from_db()
        actions.submit(by=by, item=item)
    for item in rows[80 + 5 * number : 95 + 5 * number]:
        actions.change(by=by, item=item, verdict=Verdict.PARTLY_MET, reason="Told by the vendor; no document yet.")
    aside = rows[120 : 150 + 10 * number]
    marks = [f"{item.row_id}@{item.revision}" for item in aside]
    bulk.say_not_applicable(by=by, checklist=checklist, marks=marks, reason="Nobody here places it on the market.")


if __name__ == "__main__":
    main()
