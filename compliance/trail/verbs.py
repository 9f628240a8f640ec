"""Every kind of act that the trail records, and the sentence it is told with.

`{actor}`, `{subject}` and the names under `data` are filled in when the entry is shown, so a sentence may be
translated or worded better later without touching what was hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "organisation.made": _("{actor} made the organisation {subject}."),
    "member.invited": _("{actor} added {subject} as {role}."),
    "member.link_shown": _("{actor} was shown the address with which {subject} sets a password."),
    "member.role_changed": _("{actor} changed the role of {subject} from {before} to {after}."),
    "member.removed": _("{actor} ended the membership of {subject}."),
    "member.restored": _("{actor} restored the membership of {subject} as {role}."),
    "token.made": _("{actor} made the API token {subject} of {for} with the scopes {scopes}, until {until}."),
    "token.revoked": _("{actor} closed the API token {subject}."),
    "webhook.made": _("{actor} made a webhook to {subject}."),
    "webhook.closed": _("{actor} closed the webhook to {subject}."),
    "webhook.told_again": _("{actor} had entry {seq} told again to {subject}."),
    "person.removed": _("{actor} removed the personal data of {subject} from the trail: {reason}"),
    "trail.exported": _("{actor} exported {entries} entries of the trail as {format}."),
    "review.rule_set": _("{actor} set what a review of {subject} needs: {needs}."),
    "review.rule_dropped": _("{actor} took away what a review of {subject} needs of its own."),
    "delegation.made": _("{actor} had {to} decide in the place of {subject} from {since} until {until}."),
    "delegation.ended": _("{actor} ended that {to} decides in the place of {subject}."),
    "work.handed_over": _("{actor} handed over the work of {subject} to others: {count} things that were in hand."),
    "system.registered": _("{actor} registered the AI system {subject}."),
    "system.changed": _("{actor} changed {fields} of the AI system {subject}."),
    "facts.answered": _("{actor} answered {questions} about {subject}."),
    "determination.made": _("{actor} drafted the determination {subject} as of {as_of}."),
    "determination.override_proposed": _("{actor} proposed that {row} of {subject} {says}: {reason}"),
    "determination.override_accepted": _("{actor} accepted that {row} of {subject} {says}."),
    "determination.override_refused": _("{actor} refused that {row} of {subject} {says}: {decided_reason}"),
    "determination.signed": _("{actor} signed the determination {subject} (SHA-256 {short})."),
    "determination.discarded": _("{actor} discarded the draft determination {subject}."),
    "evidence.added": _("{actor} added the evidence {subject} (SHA-256 {short})."),
    "evidence.version_added": _("{actor} added version {version} of the evidence {subject} (SHA-256 {short})."),
    "evidence.changed": _("{actor} changed {fields} of the evidence {subject}."),
    "evidence.withdrawn": _("{actor} withdrew the evidence {subject}: {reason}"),
    "evidence.restored": _("{actor} undid the withdrawing of the evidence {subject}, which had been: {reason}"),
    "evidence.held": _("{actor} placed a legal hold on the evidence {subject}: {reason}"),
    "evidence.hold_lifted": _("{actor} lifted the legal hold on the evidence {subject}: {reason}"),
    "evidence.captured": _("{actor} captured the page behind the link {subject} (SHA-256 {short})."),
    "evidence.not_captured": _("The page behind the link {subject} was not captured: {reason}"),
    "fixity.checked": _("{actor} read {checked} digests of {subject} again; {damaged} were gone or changed."),
    "evidence.downloaded": _("{actor} downloaded the evidence {subject}."),
    "framework.made": _("{actor} made the framework {subject}."),
    "framework.imported": _("{actor} imported the draft of the framework {subject} from {file}."),
    "framework.begun": _("{actor} began a new version of the framework {subject} from that of {text_version}."),
    "framework.changed": _("{actor} changed the draft of the framework {subject}: {what}"),
    "framework.published": _("{actor} published the framework {subject} as of {text_version} (SHA-256 {short})."),
    "framework.discarded": _("{actor} threw away the draft of the framework {subject}."),
    "checklist.opened": _("{actor} opened the checklist {subject}."),
    "checklist.moved": _(
        "{actor} moved the checklist {subject} from the text of {from_version} to that of {to_version}."
    ),
    "checklist.determined": _("{actor} applied the determination as of {as_of} to the checklist {subject}."),
    "checklist.move_undone": _("{actor} undid the move of the checklist {subject} to the text of {to_version}."),
    "checklist.rows_assigned": _("{actor} assigned {count} rows of {subject} at once."),
    "checklist.rows_not_applicable": _(
        "{actor} said of {count} rows of {subject} that they are not applicable: {reason}"
    ),
    "checklist.rows_undone": _("{actor} undid what was done to {count} rows of {subject} at once."),
    "reminder.snoozed": _("{actor} let the reminder of {title} sleep until {until}."),
    "reminder.woken": _("{actor} woke the reminder of {title}."),
    "reminders.chosen": _("{actor} chose what to be reminded of (by mail: {mail}; not of: {off})."),
    "reminders.timed": _("{actor} set the daily mails to {hour}:00 in {time_zone}."),
    "view.shared": _("{actor} shared the view {subject} of checklists with everybody here."),
    "view.removed": _("{actor} removed the shared view {subject} of checklists."),
    "view.restored": _("{actor} brought back the shared view {subject} of checklists."),
    "item.changed": _("{actor} changed {fields} of {subject}."),
    "item.attached": _("{actor} attached the evidence {evidence} to {subject}."),
    "item.detached": _("{actor} detached the evidence {evidence} from {subject}."),
    "crosswalk.taken": _("{actor} took over the evidence {evidence} from {other} to {subject}."),
    "crosswalk.noted": _("{actor} took note of {other} for {subject}."),
    "crosswalk.declined": _("{actor} declined {other} for {subject}: {reason}"),
    "item.discussed": _("{actor} said something about {subject}."),
    "workpaper.prepared": _("{actor} wrote version {version} of the workpaper {workpaper} (SHA-256 {short})."),
    "workpaper.reviewed": _("{actor} reviewed version {version} of the workpaper {workpaper} (SHA-256 {short})."),
    "item.submitted": _("{actor} submitted {subject} for review with the verdict {verdict}."),
    "item.confirmed": _("{actor} confirmed the answer to {subject} again: {why}"),
    "item.withdrawn": _("{actor} took {subject} back from review."),
    "item.taken": _("{actor} began the review of {subject}."),
    "item.agreed": _(
        "{actor} accepted {subject} with the verdict {verdict}, as {number} of {needed}; still to decide: {missing}."
    ),
    "item.accepted": _("{actor} accepted {subject} with the verdict {verdict}."),
    "item.returned": _("{actor} returned {subject}: {reason}"),
    "item.stale": _("{subject} is no longer what was approved. {why}"),
    "item.reconfirmed": _("{actor} confirmed that {subject} still holds: {reason}"),
    "item.reopened": _("{actor} reopened {subject}: {reason}"),
    "client.made": _("{actor} made the organisation of the client {subject}, to be kept for it."),
    "engagement.prepared": _("{actor} prepared the engagement {subject}."),
    "engagement.changed": _("{actor} changed {fields} of the engagement {subject}."),
    "engagement.opened": _("{actor} opened the engagement {subject} until {until}."),
    "engagement.closed": _("{actor} closed the engagement {subject} for {side}: {reason}"),
    "engagement.taken_on": _("{actor} took on the engagement {subject} for {firm}."),
    "engagement.joined": _("{actor} put {name} on the team of the engagement {subject} as {role}."),
    "engagement.left": _("{actor} ended the place of {name} on the team of the engagement {subject}."),
    "engagement.declared": _("{actor} declared their independence for the engagement {subject}."),
    "finding.raised": _("{actor} raised the finding {subject} on {row}."),
    "finding.changed": _("{actor} changed {fields} of the finding {subject}."),
    "finding.planned": _("{actor} planned an action on the finding {subject}, of {owner}, due on {due_on}."),
    "finding.action_given": _("{actor} gave an action on the finding {subject} from {before} to {after}: {what}"),
    "finding.action_done": _("{actor} said that an action on the finding {subject} is done: {said}"),
    "finding.action_dropped": _("{actor} dropped an action on the finding {subject}: {said}"),
    "finding.handed_in": _("{actor} handed the finding {subject} in for verification."),
    "finding.verified": _("{actor} verified that what was done about the finding {subject} helped: {reason}"),
    "finding.returned": _("{actor} saw that what was done about the finding {subject} did not help: {reason}"),
    "finding.acceptance_proposed": _("{actor} proposed to live with the finding {subject} until {until}: {reason}"),
    "finding.risk_accepted": _("{actor} accepted the risk of the finding {subject} until {until}: {reason}"),
    "finding.risk_refused": _("{actor} refused to accept the risk of the finding {subject}: {reason}"),
    "finding.withdrawn": _("{actor} withdrew the finding {subject}: {reason}"),
    "finding.reopened": _("{actor} reopened the finding {subject}: {reason}"),
    "request.made": _("{actor} asked {name} for {subject}, due on {due_on}."),
    "request.given": _("{actor} gave the evidence {evidence} for {subject}."),
    "request.answered": _("{actor} answered the request {subject}."),
    "request.declined": _("{actor} declined the request {subject}: {reason}"),
    "request.settled": _("{actor} settled the request {subject}."),
    "request.returned": _("{actor} returned the answer to {subject}: {reason}"),
    "request.given_over": _("{actor} put the request {subject} to {after} instead of {before}."),
    "request.withdrawn": _("{actor} withdrew the request {subject}: {reason}"),
    "date.recorded": _("{actor} recorded for {subject} the day of {event}: {day}."),
    "date.withdrawn": _("{actor} withdrew the day {day} recorded for {subject}: {reason}"),
    "date.restored": _("{actor} undid the withdrawing of the day {day} of {subject}, which had been: {reason}"),
    "calendar.made": _("{actor} made a secret calendar address for {subject}."),
    "calendar.revoked": _("{actor} closed the secret calendar address for {subject}."),
    "bias.uploaded": _("{actor} uploaded the applicants file {subject} (SHA-256 {short})."),
    "bias.query_chosen": _("{actor} chose the query {table} of {database} for {subject}."),
    "bias.table_chosen": _("{actor} chose the table {table} of {database} for {subject}."),
    "bias.sources_arranged": _("{actor} arranged the sources of {subject}."),
    "bias.started": _("{actor} confirmed the mapping and started the bias audit {subject}."),
    "bias.finished": _("The bias audit {subject} finished with the result SHA-256 {short}."),
    "bias.failed": _("The bias audit {subject} stopped: {reason}"),
    "bias.cancelled": _("{actor} cancelled the bias audit {subject}."),
    "bias.published": _("{actor} published the bias audit {subject} as evidence."),
    "bias.again": _("{actor} began another bias audit of the same sources: {subject}."),
    "bias.exclusion_proposed": _(
        "{actor} proposed to leave {category} out of the ratios of {subject}: {justification}"
    ),
    "bias.exclusion_accepted": _("{actor} accepted to leave {category} out of the ratios of {subject}: {reason}"),
    "bias.exclusion_refused": _("{actor} refused to leave {category} out of the ratios of {subject}: {reason}"),
    "bias.plan_drafted": _("{actor} drafted the bias audit plan {subject}."),
    "bias.plan_changed": _("{actor} changed the draft of the bias audit plan {subject}."),
    "bias.plan_approved": _("{actor} approved the bias audit plan {subject}."),
    "bias.plan_locked": _("{actor} locked the bias audit plan {subject} (SHA-256 {short})."),
    "bias.independence_declared": _("{actor} declared the independence of the auditor {subject}."),
    "dossier.frozen": _("{actor} froze the dossier {subject} (manifest SHA-256 {short})."),
    "dossier.signed": _("The dossier {subject} was signed by {signer} (file SHA-256 {short})."),
    "dossier.prepared": _("The dossier {subject} was printed, for people to sign (file SHA-256 {short})."),
    "dossier.signed_by": _(
        "{actor} signed the dossier {subject} as {part}, with the certificate {key} (file SHA-256 {short})."
    ),
    "dossier.renewed": _("The dossier {subject} got a fresh time stamp over all of it (file SHA-256 {short})."),
    "dossier.failed": _("The dossier {subject} could not be made: {reason}"),
    "dossier.cancelled": _("{actor} cancelled the making of the dossier {subject}."),
    "dossier.resumed": _("{actor} had the dossier {subject} made after all."),
    "room.opened": _("{actor} opened a room for {subject} with the dossier {dossier}, until {closes_at}."),
    "room.revoked": _("{actor} closed the room of {subject}."),
    "room.entered": _("{actor} entered the room."),
    "room.wrong_code": _("Somebody gave a wrong code at the door of the room of {subject} ({tries})."),
    "room.taken": _("{actor} took {what} along from the room (SHA-256 {short})."),
    "room.asked": _("{actor} asked in the room: {question}"),
    "room.answered": _("{actor} answered {subject} in the room: {answer}"),
    "use.recorded": _("{actor} recorded the use of {subject}."),
    "use.changed": _("{actor} changed {fields} of the use of {subject}."),
    "summary.published": _("{actor} published edition {number} of the summary of {subject} (SHA-256 {short})."),
    "summary.taken_down": _("{actor} took the summary of {subject} down: {reason}"),
    "notice.made": _("{actor} made the notice {subject} for the use from {use_on} on (SHA-256 {short})."),
    "notice.given": _("{actor} logged that the notice {subject} was given on {given_on}: {where}"),
    "data_request.received": _("{actor} logged the written request of {subject} of {received_on}, due on {due_on}."),
    "data_request.answered": _("{actor} noted the answer of {answered_on} to {subject}."),
    "data_request.withheld": _("{actor} noted why the answer to {subject} was withheld on {answered_on}: {reason}"),
    "dossier.downloaded": _("{actor} downloaded the dossier {subject}."),
}


def sentence(
    body: Mapping[str, Any], *, escape: Callable[[Any], str] = str, links: Mapping[str, str] | None = None
) -> str:
    """Tell one entry's body, opened, as a sentence; an unknown verb is told by its own name rather than hidden.

    `escape` is done to each text that is filled in; `links` stand in the place of some, and are not escaped.
    """
    told = {name: _in_words(name, value) for name, value in body.get("data", {}).items()}
    told |= {"actor": body["actor"]["name"], "subject": body["subject"]["label"]}
    filled = _Missing({name: escape(value) for name, value in told.items()} | dict(links or {}))
    template = SENTENCES.get(body["verb"])
    if template is None:
        return f"{filled['actor']}: {escape(body['verb'])} {filled['subject']}."
    told_whole = str(template).format_map(filled)
    if "in_place_of" in filled:
        told_whole += " " + str(_("(In the place of {in_place_of}.)")).format_map(filled)
    return told_whole


def _in_words(name: str, value: Any) -> Any:
    if not value or not isinstance(value, str):
        return value
    if name == "fields":  # the names of fields are kept in English, as all is
        return ", ".join(gettext(one) for one in value.split(", "))
    # Stored words are told with spaces: not_met, legal_reviewer.
    return gettext(value.replace("_", " ")) if name in ("verdict", "role", "before", "after") else value


class _Missing(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
