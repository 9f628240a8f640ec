"""The discussion of a row: who is named is told once it is kept, members alone, and nobody is guessed."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.checklists.models import ChecklistItem
from compliance.discussion import actions
from compliance.discussion.models import Remark
from compliance.lib.problems import Refused
from compliance.outbox import tasks
from compliance.people import actions as people_actions
from compliance.people.models import Role
from tests import build
from tests.people import People, client_of, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(people: People) -> ChecklistItem:
    return build.item(people.alice)


def at(people: People, path: str) -> str:
    return f"/o/{people.alice.organisation.slug}/{path}"


def test_whoever_is_named_is_mailed_where_and_not_what_once_it_is_kept(people: People, item: ChecklistItem) -> None:
    mail.outbox.clear()
    url = at(people, f"discussion/rows/{item.pk}/")
    text = "@Bob, does <b>this</b> suffice? @charlie@example.org and @Alice know; @Stranger does not. a@b.example"
    page = client_of(people.alice).post(url, {"text": text}, follow=True).content.decode()
    assert not mail.outbox
    assert tasks.send_left() == 2
    assert "Nobody here is called “Stranger”, so nobody was told of it." in page
    assert "does &lt;b&gt;this&lt;/b&gt; suffice?" in page
    assert "Alice said something about LL144-AUD-01." in page
    assert sorted(one.to[0] for one in mail.outbox) == ["bob@example.org", "charlie@example.org"]
    assert "Alice named you in the discussion of LL144-AUD-01" in mail.outbox[0].subject
    assert f"checklists/rows/{item.pk}/#discussion" in mail.outbox[0].body
    assert "suffice" not in mail.outbox[0].body
    remark = Remark.objects.get()
    assert {one.name for one in remark.named.all()} == {"Alice", "Bob", "Charlie"}


def test_a_name_of_several_is_refused_and_what_was_typed_stays(people: People, item: ChecklistItem) -> None:
    another = member(people.administrator, "Bobby", Role.OBSERVER)
    another.user.name = "Bob"
    another.user.save()
    url = at(people, f"discussion/rows/{item.pk}/")
    answer = client_of(people.alice).post(url, {"text": "@Bob should look at this."})
    assert answer.status_code == 400
    assert "Several members are called Bob. Write @ and the e-mail address." in answer.content.decode()
    assert "@Bob should look at this." in answer.content.decode()
    assert not Remark.objects.exists()
    people_actions.end_membership(by=people.administrator, member=another)
    remark, nobody = actions.say(by=people.alice, item=item, text="@Bob should look at this.")
    assert ([one.pk for one in remark.named.all()], nobody) == ([people.bob.pk], ())
    with pytest.raises(Refused, match="Write something first"):
        actions.say(by=people.alice, item=item, text=" \n")


def test_strangers_neither_read_nor_write_and_the_row_costs_the_same_queries(
    people: People, item: ChecklistItem
) -> None:
    with pytest.raises(ChecklistItem.DoesNotExist):
        actions.say(by=people.stranger, item=item, text="Hello")
    other = f"/o/{people.stranger.organisation.slug}/discussion/rows/{item.pk}/"
    assert client_of(people.stranger).post(other, {"text": "Hello"}).status_code == 404
    observer = client_of(people.observer)

    def cost() -> int:
        with CaptureQueriesContext(connection) as made:
            assert observer.get(at(people, f"checklists/rows/{item.pk}/")).status_code == 200
        return len(made)

    actions.say(by=people.observer, item=item, text="@Alice, whoever looks may ask.")
    cost()
    before = cost()
    for number in range(8):
        actions.say(by=people.bob, item=item, text=f"@Alice and @Charlie, remark {number}.")
    assert cost() == before
