"""Letting people in, changing what they may do, and letting them go."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings

from compliance.people import actions
from compliance.people.models import Membership, Role
from tests.people import PASSWORD, People, alice_bob_charlie, client_of, founder

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return alice_bob_charlie()


def path(by: Membership, rest: str = "") -> str:
    return f"/o/{by.organisation.slug}/people/{rest}"


def test_an_added_person_sets_a_password_with_the_address_once_and_signs_in(people: People) -> None:
    by = people.administrator
    client = client_of(by)
    answer = client.post(
        path(by, "add/"), {"name": "Newcomer", "email": "New@example.org", "role": "auditor"}, follow=True
    )
    [link] = re.findall(r">(http://\S+/accounts/password/reset/key/[^<]+)<", answer.content.decode())
    assert "/accounts/password/reset/key/" in mail.outbox[-1].body
    trail = client.get(f"/o/{by.organisation.slug}/trail/").content.decode()
    assert "Administrator was shown the address with which <a href=" in trail
    new = Client()
    form = new.get(link, follow=True)
    step = form.redirect_chain[-1][0]
    assert new.post(step, {"password1": "short", "password2": "short"}).status_code == 200
    assert new.post(step, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    signed_in = new.post("/accounts/login/", {"login": "new@example.org", "password": PASSWORD}, follow=True)
    assert signed_in.redirect_chain[-1][0] == f"/o/{by.organisation.slug}/"
    assert "This address no longer works" in Client().get(link, follow=True).content.decode()
    newcomer = Membership.objects.get(user__email="new@example.org")
    assert "/password/reset/key/" not in client.get(path(by, f"{newcomer.pk}/link/")).content.decode()


def test_nobody_is_said_to_have_mail_where_no_mail_server_is_set(people: People, tmp_path: Path) -> None:
    by = people.administrator
    given = {"name": "Newcomer", "email": "new@example.org", "role": "auditor"}
    to_files = "django.core.mail.backends.filebased.EmailBackend"
    with override_settings(EMAIL_BACKEND=to_files, EMAIL_FILE_PATH=tmp_path):
        page = client_of(by).post(path(by, "add/"), given, follow=True)
    assert "but no mail could be sent to new@example.org. Tell them yourself." in page.content.decode()
    assert list(tmp_path.iterdir())


def test_a_forgotten_password_is_set_again_by_mail(people: People) -> None:
    Client().post("/accounts/password/reset/", {"email": people.bob.user.email}, headers={"host": "localhost"})
    sent = mail.outbox[-1]
    assert (sent.subject, sent.to) == ("Set another password in Probanda", ["bob@example.org"])
    [link] = re.findall(rf"{settings.BASE_URL}(/accounts/password/reset/key/\S+)", str(sent.body))
    new = Client()
    step = new.get(link, follow=True).redirect_chain[-1][0]
    assert new.post(step, {"password1": PASSWORD * 2, "password2": PASSWORD * 2}).status_code == 302
    assert new.login(email="bob@example.org", password=PASSWORD * 2)
    before = len(mail.outbox)
    Client().post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert len(mail.outbox) == before


def test_nobody_gets_the_address_for_an_account_that_others_gave(people: People) -> None:
    """Else an administrator could take over an account that belongs to another house too."""
    elsewhere = founder("Founder", "Third House")
    actions.add_member(by=elsewhere, email="outside@example.org", name="Outsider", role=Role.AUDITOR)
    by = people.administrator
    given = {"name": "", "email": "outside@example.org", "role": "observer"}
    answer = client_of(by).post(path(by, "add/"), given, follow=True)
    assert "Outsider belongs to another organisation as well" in answer.content.decode()
    assert "/password/reset/key/" not in answer.content.decode()
    assert mail.outbox[-1].to == ["outside@example.org"]
    assert "/password/reset/key/" in mail.outbox[-1].body


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"name": "Alice", "email": "alice@example.org", "role": "auditor"},
            "Alice already belongs to Example Employer",
        ),
        ({"name": "", "email": "new@example.org", "role": "auditor"}, "A new person needs a name."),
        ({"name": "New", "email": "new", "role": "auditor"}, "Enter a valid email address."),
        ({"name": "New", "email": "new@example.org", "role": "king"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(people: People, given: dict[str, str], sentence: str) -> None:
    by = people.administrator
    answer = client_of(by).post(path(by, "add/"), given)
    page = answer.content.decode()
    assert page.count(sentence) == 2  # in the summary, and beside the field
    assert f'value="{given["email"]}"' in page


def test_the_last_administrator_stays(people: People) -> None:
    by = people.administrator
    client = client_of(by)
    sentence = "Administrator is the only administrator of this organisation."
    assert sentence in client.post(path(by, f"{by.pk}/"), {"role": "observer"}).content.decode()
    assert sentence in client.post(path(by, f"{by.pk}/end/")).content.decode()
    by.refresh_from_db()
    assert (by.role, by.is_active) == (Role.ADMINISTRATOR, True)


def test_a_membership_ends_and_is_restored(people: People) -> None:
    by, alice = people.administrator, people.alice
    client, hers = client_of(by), client_of(alice)
    assert client.get(path(by, f"{alice.pk}/end/")).status_code == 200
    assert hers.get(path(by)).status_code == 200
    client.post(path(by, f"{alice.pk}/end/"))
    assert hers.get(path(by)).status_code == 404
    assert "you belong to no organisation now" in hers.get("/").content.decode()
    client.post(path(by, f"{alice.pk}/restore/"))
    assert hers.get(path(by)).status_code == 200


def test_members_of_another_house_are_not_found(people: People) -> None:
    by = people.administrator
    for rest in ("", "link/", "end/"):
        assert client_of(by).get(path(by, f"{people.stranger.pk}/{rest}")).status_code == 404
