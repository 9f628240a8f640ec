"""The people of the tests, made by the real actions: three of one house, and one who must see nothing of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from compliance.people import actions
from compliance.people.models import Membership, Role, User

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class People:
    """Alice contributes, Bob reviews as a lawyer, Charlie audits; the stranger runs another house."""

    administrator: Membership
    alice: Membership
    bob: Membership
    charlie: Membership
    observer: Membership
    stranger: Membership


def alice_bob_charlie() -> People:
    """Make one organisation with its people, and another with the stranger."""
    administrator = founder("Administrator", "Example Employer, Inc.")
    return People(
        administrator=administrator,
        alice=member(administrator, "Alice", Role.CONTRIBUTOR),
        bob=member(administrator, "Bob", Role.LEGAL_REVIEWER),
        charlie=member(administrator, "Charlie", Role.AUDITOR),
        observer=member(administrator, "Observer", Role.OBSERVER),
        stranger=founder("Stranger", "Another House"),
    )


def founder(name: str, organisation: str) -> Membership:
    """Make a person, and an organisation of which they are the administrator."""
    user = User.objects.create_user(f"{name.lower()}@example.org", PASSWORD, name=name)
    return actions.make_organisation(name=organisation, founder=user)


def member(by: Membership, name: str, role: Role) -> Membership:
    """Let a new person into the organisation of `by`, with the tests' password."""
    made = actions.add_member(by=by, email=f"{name.lower()}@example.org", name=name, role=role)
    made.user.set_password(PASSWORD)
    made.user.save()
    return made


def client_of(who: Membership) -> Client:
    """Return a browser in which the person is signed in."""
    client = Client()
    client.force_login(who.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
