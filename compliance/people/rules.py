"""Which role may do what. Everything that is not in this table is denied."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.lib.problems import Forbidden, Problem, Refused, sentence_against
from compliance.people.models import Membership, Reach, Role

ALL = frozenset(Role)
ABILITIES: dict[str, frozenset[Role]] = {
    "view": ALL,
    "manage_people": frozenset({Role.ADMINISTRATOR}),
    "register_systems": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.CONTRIBUTOR}),
    "determine": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LEGAL_REVIEWER, Role.CONTRIBUTOR}),
    "sign_determinations": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LEGAL_REVIEWER}),
    "edit_frameworks": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "open_checklists": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.CONTRIBUTOR}),
    "add_evidence": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LEGAL_REVIEWER, Role.CONTRIBUTOR}),
    "hold_evidence": frozenset({Role.ADMINISTRATOR, Role.LEGAL_REVIEWER}),
    "answer_items": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LEGAL_REVIEWER, Role.CONTRIBUTOR}),
    "review_items": frozenset({Role.AUDITOR, Role.LEGAL_REVIEWER}),
    "run_bias_audits": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.CONTRIBUTOR}),
    "declare_independence": frozenset({Role.AUDITOR}),
    "make_dossiers": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "open_rooms": frozenset({Role.ADMINISTRATOR, Role.LEGAL_REVIEWER}),
    "publish_summaries": frozenset({Role.ADMINISTRATOR, Role.LEGAL_REVIEWER}),
    "keep_notices": frozenset({Role.ADMINISTRATOR, Role.LEGAL_REVIEWER, Role.CONTRIBUTOR}),
    "sign_dossiers": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LEGAL_REVIEWER, Role.CONTRIBUTOR}),
    "end_delegations": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LEGAL_REVIEWER}),
    "manage_webhooks": frozenset({Role.ADMINISTRATOR}),
    "manage_engagements": frozenset({Role.ADMINISTRATOR}),
    "request_evidence": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LEGAL_REVIEWER}),
    "see_requests": ALL,
    "answer_requests": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LEGAL_REVIEWER, Role.CONTRIBUTOR}),
    "raise_findings": frozenset({Role.AUDITOR, Role.LEGAL_REVIEWER}),
    "act_on_findings": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LEGAL_REVIEWER, Role.CONTRIBUTOR}),
    "verify_findings": frozenset({Role.AUDITOR, Role.LEGAL_REVIEWER}),
    "accept_risks": frozenset({Role.ADMINISTRATOR, Role.LEGAL_REVIEWER}),
}
# What a guest may do at most, whatever the role: what belongs to the organisation itself is left to its members.
OF_GUESTS: dict[str, frozenset[str]] = {
    Reach.ENGAGEMENT: frozenset(
        """
        view add_evidence answer_items review_items see_requests request_evidence raise_findings verify_findings
        """.split()
    ),
    Reach.REQUESTS: frozenset({"see_requests", "add_evidence", "answer_requests"}),
}
TOLD = {
    "manage_people": gettext_lazy("change who belongs to the organisation"),
    "register_systems": gettext_lazy("register or change AI systems"),
    "determine": gettext_lazy("answer questions about AI systems and draft determinations"),
    "sign_determinations": gettext_lazy("sign determinations and decide on overrides"),
    "edit_frameworks": gettext_lazy("import, edit and publish frameworks"),
    "open_checklists": gettext_lazy("open checklists"),
    "add_evidence": gettext_lazy("add or withdraw evidence"),
    "hold_evidence": gettext_lazy("place or lift a legal hold"),
    "answer_items": gettext_lazy("answer checklist rows"),
    "review_items": gettext_lazy("review checklist rows"),
    "run_bias_audits": gettext_lazy("run bias audits"),
    "declare_independence": gettext_lazy("declare an auditor's independence"),
    "open_rooms": gettext_lazy("show dossiers to guests, and answer what they ask"),
    "publish_summaries": gettext_lazy("record the use of tools and publish summaries of bias audits"),
    "keep_notices": gettext_lazy("make notices, log where they were given, and answer written requests"),
    "make_dossiers": gettext_lazy("freeze dossiers"),
    "sign_dossiers": gettext_lazy("sign dossiers that name them"),
    "end_delegations": gettext_lazy("end delegations of reviews"),
    "manage_webhooks": gettext_lazy("make and close webhooks"),
    "manage_engagements": gettext_lazy("prepare, open and close engagements"),
    "request_evidence": gettext_lazy("ask people for evidence"),
    "see_requests": gettext_lazy("look at the requests for evidence put to them"),
    "answer_requests": gettext_lazy("answer requests for evidence"),
    "raise_findings": gettext_lazy("raise findings"),
    "act_on_findings": gettext_lazy("say what caused a finding and plan its corrective actions"),
    "verify_findings": gettext_lazy("verify that corrective actions were effective"),
    "accept_risks": gettext_lazy("accept the risk of a finding"),
    "view": gettext_lazy("look at everything here"),
}


# What a token may be given; each ability is in one scope, and looking is in all of them.
SCOPES: dict[str, frozenset[str]] = {
    "read": frozenset({"see_requests"}),
    "answer": frozenset(
        "register_systems determine open_checklists answer_items answer_requests act_on_findings".split()
    ),
    "evidence": frozenset({"add_evidence", "hold_evidence"}),
    "review": frozenset(
        "review_items end_delegations sign_determinations request_evidence raise_findings verify_findings"
        " accept_risks".split()
    ),
    "bias-audits": frozenset({"run_bias_audits", "declare_independence"}),
    "publication": frozenset({"publish_summaries", "keep_notices"}),
    "dossiers": frozenset({"make_dossiers", "sign_dossiers", "open_rooms"}),
    "frameworks": frozenset({"edit_frameworks"}),
    "people": frozenset({"manage_people", "manage_engagements", "manage_webhooks"}),
}


def can(by: Membership, ability: str) -> bool:
    """Say whether the member's role, and the token in use if there is one, carry the ability.

    An unknown ability is a programming error (KeyError).
    """
    return _carries(by, ability) and (by.limited_to is None or ability in by.limited_to)


def abilities_in(scopes: Iterable[str]) -> frozenset[str]:
    """Return the abilities that a token with these scopes carries.

    >>> sorted(abilities_in(["evidence"]))
    ['add_evidence', 'hold_evidence', 'view']
    """
    return frozenset({"view"}).union(*(SCOPES.get(scope, frozenset()) for scope in scopes))


def check_can(by: Membership, ability: str) -> None:
    """Raise Forbidden, with a sentence that names who may, unless the member may do this."""
    if can(by, ability):
        return
    if _carries(by, ability):
        scope = next(name for name, abilities in SCOPES.items() if ability in abilities)
        sentence = _("This token lacks the scope {scope}, so it may not {act}.")
        raise Forbidden(Problem("token-scope", sentence.format(scope=scope, act=TOLD[ability]), expected=scope))
    raise Forbidden(Problem(code=f"may-not-{ability.replace('_', '-')}", sentence=why_not(ability, by)))


def why_not(ability: str, by: Membership | None = None) -> str:
    """Return the sentence for a member who lacks the ability, or for a guest to whom it is not left."""
    if by is not None and not _leaves_to_guests(by, ability):
        sentence = _("{organisation} leaves it to its own members to {act}; you are here for an engagement.")
        return sentence.format(organisation=by.organisation.name, act=TOLD[ability])
    roles = [str(role.label) for role in Role if role in ABILITIES[ability]]
    who = roles[0] if len(roles) == 1 else _("{some} or {last}").format(some=", ".join(roles[:-1]), last=roles[-1])
    return _("Only a member with the role {who} may {act}.").format(who=who, act=TOLD[ability])


def _carries(by: Membership, ability: str) -> bool:
    return by.is_active and by.role in ABILITIES[ability] and _leaves_to_guests(by, ability)


def _leaves_to_guests(by: Membership, ability: str) -> bool:
    return not by.is_guest or ability in OF_GUESTS[by.reach]


def may_hand_over_link(by: Membership, member: Membership) -> bool:
    """Say whether an administrator may see the link with which a member sets a first password.

    Only for a person who has no way to sign in yet and belongs nowhere else: with the link of anybody else the
    administrator could take over an account that is not theirs to give.
    """
    user = member.user
    return (
        can(by, "manage_people")
        and member.is_active
        and user.is_active
        and user.last_login is None
        and not user.has_usable_password()
        and not Membership.objects.filter(user=user).exclude(organisation_id=by.organisation_id).exists()
    )


def check_another_administrator(membership: Membership) -> None:
    """Refuse to take away the last administrator: nobody could let people in any more."""
    others = Membership.objects.filter(
        organisation=membership.organisation, role=Role.ADMINISTRATOR, is_active=True, user__is_active=True
    ).exclude(pk=membership.pk)
    if membership.role == Role.ADMINISTRATOR and not others.exists():
        raise Forbidden(
            Problem(
                code="last-administrator",
                sentence=_("{name} is the only administrator of this organisation.").format(name=membership.name),
                hint=_("Make another member an administrator first."),
            )
        )


def check_removable(membership: Membership) -> None:
    """Personal data is removed of people who left; whoever is here still acts under their name."""
    if membership.is_active:
        sentence = _("{name} still belongs to this organisation, so the name is needed.").format(name=membership.name)
        raise Refused(Problem("still-a-member", sentence, _("End the membership first.")))


def why_not_removable(membership: Membership) -> str:
    """Return the sentence why the personal data cannot be removed now, or an empty text."""
    return sentence_against(check_removable, membership, hint=True)
