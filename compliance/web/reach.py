"""The pages that a guest may open: all others answer as if they were not there.

What a page shows is limited by its queries (`people/reach.py`); this table is the second door. A page that is not named
here is for members only, so a new one opens to guests only once somebody has thought about it.
"""

from __future__ import annotations

from compliance.people.models import Membership, Reach

OF_THE_TEAM = frozenset(
    """
    org_home systems_list systems_detail systems_facts
    systems_classification_row systems_determination systems_determination_file systems_determination_oscal
    systems_determination_row
    evidence_list evidence_new evidence_new_link evidence_new_note evidence_detail evidence_download evidence_picture
    uploads_begin uploads_piece
    checklists_list checklists_queue checklists_detail checklists_applicability
    checklists_item checklists_attach checklists_bind checklists_detach checklists_attach_again
    checklists_add_file checklists_add_link checklists_add_note
    checklists_submit checklists_withdraw checklists_take checklists_accept checklists_return checklists_reopen
    checklists_confirm checklists_reconfirm crosswalks_decide
    checklists_quick checklists_bulk checklists_bulk_assign checklists_bulk_not_applicable checklists_bulk_undo
    checklists_views checklists_view_new checklists_view_remove checklists_view_restore
    progress_checklist
    workpapers_new workpapers_edit workpapers_review
    laws_list laws_detail laws_row
    findings_list findings_new findings_detail findings_reword findings_verify findings_return findings_withdraw
    findings_reopen
    engagements_list engagements_detail engagements_team_end engagements_declare engagements_take_on engagements_ask
    requests_list requests_detail requests_give requests_answer requests_decline requests_settle requests_return
    requests_withdraw
    sheets_rows sheets_systems sheets_evidence sheets_findings
    search reminders_list reminders_snooze reminders_wake reminders_wishes
    """.split()
)
OF_THE_ASKED = frozenset(
    "requests_list requests_detail requests_give requests_answer requests_decline reminders_wishes".split()
)
OPEN: dict[str, frozenset[str]] = {Reach.ENGAGEMENT: OF_THE_TEAM, Reach.REQUESTS: OF_THE_ASKED}


def is_open(by: Membership, page: str | None) -> bool:
    """Say whether a page, by the name of its address, is there for the member at all."""
    return not by.is_guest or page in OPEN[by.reach]
