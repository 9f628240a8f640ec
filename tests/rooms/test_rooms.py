"""A guest with a link and a code sees one dossier and what the levels allow, all of it written down, until the end."""

from __future__ import annotations

import datetime
import io
import re

import pikepdf
import pytest
from django.test import Client
from django.utils import timezone

from audits.dossiers import actions as dossiers
from audits.dossiers.models import Dossier
from audits.rooms import actions
from audits.rooms.models import Room
from compliance.checklists import actions as checklists
from compliance.evidence import blobs
from compliance.lib.problems import Forbidden, Refused
from compliance.trail.queries import entries
from tests import build
from tests.people import People, client_of

pytestmark = pytest.mark.django_db


GUEST = "Dana Doe, Authority <b>"


def pdf(text: str = "Report") -> bytes:
    made = pikepdf.new()
    made.add_blank_page(page_size=(595, 842))
    made.docinfo["/Title"] = text
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def signed(people: People) -> Dossier:
    """A signed dossier on three pieces: a client's PDF, an internal note and a client's table with a hostile name."""
    row = build.item(people.alice)
    for piece in (
        build.file(people.alice, pdf(), title="Report", file_name="report.pdf", confidentiality="client"),
        build.note(people.alice, "Internal memo", confidentiality="internal"),
        build.file(people.alice, b"a,b\n", title="Table", file_name='x"\r\n.csv', confidentiality="client"),
    ):
        checklists.attach(by=people.alice, item=row, evidence=piece)
    made = dossiers.freeze(by=people.charlie, checklist=row.checklist, status="draft")
    dossiers.carry_out(made.pk)
    made.refresh_from_db()
    return made


def opened(people: People, dossier: Dossier, days: int = 7) -> tuple[Room, str, str]:
    closes_at = timezone.now() + datetime.timedelta(days=days)
    return actions.open_room(
        by=people.bob,
        dossier=dossier,
        guest=GUEST,
        levels=["public", "client"],
        closes_at=closes_at,
    )


def test_link_and_code_open_one_dossier_once_for_one_browser(people: People) -> None:
    room, token, code = opened(people, signed(people))
    door, guest = f"/room/{token}/", Client()
    page = guest.get(door)
    assert (page.status_code, "code" in page.content.decode(), "Report" in page.content.decode()) == (200, True, False)
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert guest.get(f"{door}dossier.pdf").status_code == 404
    assert guest.post(door, {"code": "WRONG"}).status_code == 400
    assert guest.post(door, {"code": f"{code[:5].lower()}-{code[5:]}"}).status_code == 302
    inside = guest.get(door).content.decode()
    assert "Dana Doe, Authority &lt;b&gt;" in inside
    assert "Report" in inside
    shown = re.findall(rf"{door}evidence/([0-9a-f]{{64}})/", inside)
    assert len(shown) == 2  # not the internal memo, of which only the title stands here as in the dossier
    assert "Not shown here; ask for it below." in inside
    # The code is used up: another browser stays outside, also with the right link and code.
    other = Client()
    assert other.post(door, {"code": code}).status_code == 400
    assert other.get(f"{door}dossier.pdf").status_code == 404
    assert guest.get("/o/").status_code == 404
    assert guest.get(f"/o/{room.organisation.slug}/").status_code == 302  # to the sign-in page, as for anybody


def test_what_is_taken_along_bears_the_guests_name_and_is_written_down(people: People) -> None:
    dossier = signed(people)
    room, token, code = opened(people, dossier)
    guest, door = Client(), f"/room/{token}/"
    guest.post(door, {"code": code})
    taken = guest.get(f"{door}dossier.pdf").content
    assert taken == blobs.read(dossier.organisation_id, dossier.signed_sha256)  # unmarked, so that it verifies
    page = guest.get(door).content.decode()
    assert f"{door}mark.svg" in page
    assert "Dana Doe, Authority &lt;b&gt;" in guest.get(f"{door}mark.svg").content.decode()
    files = [guest.get(f"{door}evidence/{one}/") for one in re.findall(r"evidence/([0-9a-f]{64})/", page)]
    marked = next(one for one in files if one.content[:5] == b"%PDF-")
    with pikepdf.open(io.BytesIO(marked.content)) as document:
        assert "/XObject" in document.pages[0].Resources
    assert marked.content != pdf()
    table = next(one for one in files if one.content == b"a,b\n")
    assert table["Content-Disposition"] == 'attachment; filename="x.csv"'
    internal = dossier.checklist.items.get(row_id=build.ROW).evidence.get(title="Internal memo")
    assert guest.get(f"{door}evidence/{internal.newest.sha256}/").status_code == 404
    verbs = [entry.verb for entry in entries(room.organisation_id) if entry.verb.startswith("room.")]
    assert verbs == ["room.opened", "room.entered", *["room.taken"] * 3]
    assert "Dana" not in "".join(entry.body for entry in entries(room.organisation_id))


def test_questions_are_answered_in_the_room(people: People) -> None:
    room, token, code = opened(people, signed(people))
    guest, door, bob = Client(), f"/room/{token}/", client_of(people.bob)
    guest.post(door, {"code": code})
    assert guest.post(f"{door}ask/", {"text": " "}).status_code == 400
    assert guest.post(f"{door}ask/", {"text": "Where is <script>?"}).status_code == 302
    page = bob.get(f"/o/{room.organisation.slug}/rooms/{room.pk}/").content.decode()
    assert "Where is &lt;script&gt;?" in page
    [question] = room.questions.all()
    sent = {"question": str(question.pk), "text": "In the annex."}
    assert bob.post(f"/o/{room.organisation.slug}/rooms/{room.pk}/", sent).status_code == 302
    assert "In the annex." in guest.get(door).content.decode()
    with pytest.raises(Refused, match="answered already"):
        actions.answer(by=people.bob, question=question, text="Again.")


def test_a_room_closes_by_its_time_and_at_once_when_it_is_revoked(people: People) -> None:
    dossier = signed(people)
    room, token, code = opened(people, dossier)
    guest, door = Client(), f"/room/{token}/"
    guest.post(door, {"code": code})
    client_of(people.bob).post(f"/o/{room.organisation.slug}/rooms/{room.pk}/close/")
    answers = [guest.get(door + more).status_code for more in ("", "dossier.pdf", "mark.svg")]
    assert answers == [404, 404, 404]
    assert Client().get("/room/never-was/").content == Client().get(door.replace(token, "never-was-too")).content
    second, token, code = opened(people, dossier)
    Room.objects.filter(pk=second.pk).update(closes_at=timezone.now())
    assert Client().post(f"/room/{token}/", {"code": code}).status_code == 404


def test_a_code_cannot_be_guessed_nor_found_in_what_is_kept(people: People) -> None:
    room, token, code = opened(people, signed(people))
    for _time in range(5):
        assert actions.enter(token=token, code="AAAAAAAAAA") is None
    assert actions.enter(token=token, code=code) is None
    kept = Room.objects.values().get(pk=room.pk)
    assert token not in str(kept)
    assert code not in str(kept)


def test_who_may_open_one_and_for_what(people: People) -> None:
    dossier = signed(people)
    soon = timezone.now() + datetime.timedelta(days=1)
    with pytest.raises(Forbidden):
        actions.open_room(by=people.alice, dossier=dossier, guest="Dana", levels=[], closes_at=soon)
    with pytest.raises(Refused) as caught:
        actions.open_room(
            by=people.bob, dossier=dossier, guest=" ", levels=["secret"], closes_at=soon + datetime.timedelta(days=365)
        )
    assert {one.code for one in caught.value.problems} == {"no-guest", "no-such-level", "closes-too-late"}
    unsigned = dossiers.freeze(by=people.charlie, checklist=dossier.checklist, status="draft")
    with pytest.raises(Refused, match="Only a dossier that is signed"):
        actions.open_room(by=people.bob, dossier=unsigned, guest="Dana", levels=[], closes_at=soon)
    page = client_of(people.bob).post(
        f"/o/{dossier.organisation.slug}/rooms/of/{dossier.pk}/new/", {"guest": "Dana", "levels": ["public"], "days": 3}
    )
    assert (page.status_code, page["Cache-Control"]) == (200, "no-store")
    assert "/room/" in page.content.decode()
    assert client_of(people.stranger).get(f"/o/{dossier.organisation.slug}/rooms/of/{dossier.pk}/").status_code == 404
