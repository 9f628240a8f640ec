"""A time authority on loopback stamps the digest of a plan; its token is kept, carried along and checked offline."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from django.core.checks import run_checks

from audits.bias import locking, planfile
from audits.bias.models import BiasPlan
from audits.dossiers.keys import local_signer
from audits.dossiers.manifest import validate
from audits.dossiers.verification import figures
from audits.dossiers.verification.report import Broken, Unknown
from audits.management.commands.reperform import Command
from audits.timestamps.check import judge
from audits.timestamps.request import stamp
from compliance.lib.canonical import dump, sha256
from compliance.lib.problems import Refused
from tests import build
from tests.authority import Authority
from tests.bias.test_conduct import document, finished, uploaded
from tests.commands import run_command
from tests.dossiers.example import example_manifest
from tests.people import People, client_of

DIGEST = sha256(b"a plan")
NOBODY = "http://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def quiet() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)


@pytest.fixture
def ca(tmp_path: Path) -> bytes:
    """The certificate of somebody who stamps nothing."""
    return local_signer(tmp_path).certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def stamping(settings: Any, time_authority: Authority, tmp_path: Path) -> Path:
    """Name the authority in the settings; return the file with the certificate that it leads to."""
    trusted = tmp_path / "authority.pem"
    trusted.write_bytes(time_authority.root)
    settings.TIMESTAMP_URL, settings.TIMESTAMP_TRUST = time_authority.url, str(trusted)
    return trusted


def drafted(people: People, system: Any = None) -> BiasPlan:
    system = system or build.system(people.alice)
    return locking.draft_plan(by=people.alice, system=system, title="2026", document=document(system))


def test_fine_untrusted_cannot_tell_and_broken_are_different_answers(time_authority: Authority, ca: bytes) -> None:
    token = stamp(DIGEST, time_authority.url)
    assert judge(token, DIGEST, [time_authority.root]).state == "fine"
    assert (
        judge(base64.b64encode(token).decode(), DIGEST, [ca, time_authority.root]).authority == "Example Time Authority"
    )
    assert judge(token, DIGEST, [ca]).state == "untrusted"
    assert judge(token, DIGEST).state == "cannot tell"
    assert (
        judge(token, sha256(b"another plan"), [time_authority.root]).sentence
        == "The time stamp is over another digest."
    )
    changed = bytearray(token)
    changed[-3] ^= 1
    unnamed = token.replace(b"\x0c\x16Example Time", b"\x02\x16Example Time")  # its certificate names a number
    assert unnamed != token
    for spoilt in (bytes(changed), unnamed, token[:-1], b"", "no Base64!"):
        assert judge(spoilt, DIGEST, [time_authority.root]).state == "broken"


@pytest.mark.django_db
def test_a_plan_is_stamped_when_it_is_locked_and_the_result_carries_the_token(
    people: People, stamping: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = uploaded(people)
    plan = locking.lock_plan(by=people.alice, plan=drafted(people, audit.system))
    assert judge(bytes(plan.timestamp or b""), plan.sha256, [stamping.read_bytes()]).state == "fine"
    page = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/bias-audits/plans/{plan.pk}/")
    assert "A trusted time stamp says that the digest was there on" in page.content.decode()
    result = finished(people, audit, under=plan)
    assert "The token of a time authority" in result["conduct"]["timestamp_sentence"]
    path = tmp_path / "result.json"
    path.write_bytes(dump(result))
    said = json.loads(run_command(Command, "reperform", capsys, path, "--trust", stamping, "--format", "json")[1])
    assert (said["equal"], said["timestamp"]["state"]) == (True, "fine")
    assert "Time stamp of the plan: cannot tell." in run_command(Command, "reperform", capsys, path)[1]
    exported = locking.exported(plan)
    other = locking.lock_plan(
        by=people.alice,
        plan=locking.draft_plan(
            by=people.alice, system=audit.system, title="Other", document=document(audit.system, notes="Other.")
        ),
    )
    result["conduct"]["plan"]["timestamp"] = locking.exported(other)["timestamp"]
    path.write_bytes(dump(result))
    code, text, _ = run_command(Command, "reperform", capsys, path, "--trust", stamping)
    assert (code, "Time stamp of the plan: broken. The time stamp is over another digest." in text) == (1, True)
    (tmp_path / "plan.json").write_bytes(dump(exported))
    assert planfile.read(tmp_path / "plan.json")["timestamp"] == exported["timestamp"]
    (tmp_path / "plan.json").write_bytes(dump({**exported, "timestamp": locking.exported(other)["timestamp"]}))
    with pytest.raises(Refused, match="carries a broken time stamp"):
        planfile.read(tmp_path / "plan.json")


@pytest.mark.django_db
def test_an_authority_that_gives_nothing_leaves_the_plan_unlocked_unless_a_person_says_so(
    people: People, settings: Any
) -> None:
    settings.TIMESTAMP_URL = NOBODY
    plan, alice = drafted(people), client_of(people.alice)
    url = f"/o/{people.alice.organisation.slug}/bias-audits/plans/{plan.pk}/"
    page = alice.post(url + "lock/", follow=True).content.decode()
    assert "The time authority at 127.0.0.1 gave no time stamp" in page
    assert "Lock it without a time stamp" in page
    assert not BiasPlan.objects.get().is_locked
    page = alice.post(url + "lock/?unstamped=yes", follow=True).content.decode()
    assert BiasPlan.objects.get().is_locked
    assert "None: only our own clock says when it was locked." in page
    stated = locking.plan_stated(BiasPlan.objects.get())
    assert stated["timestamp"] is None


@pytest.mark.django_db
def test_an_authority_that_nobody_trusts_locks_nothing(people: People, stamping: Path, ca: bytes) -> None:
    stamping.write_bytes(ca)
    with pytest.raises(Refused, match="whom no certificate that was given as trusted vouches for"):
        locking.lock_plan(by=people.alice, plan=drafted(people))
    assert not BiasPlan.objects.get().is_locked


@pytest.mark.django_db
def test_the_verifier_of_dossiers_says_which_of_the_four_it_is(people: People, stamping: Path, ca: bytes) -> None:
    audit = uploaded(people)
    plan = locking.lock_plan(by=people.alice, plan=drafted(people, audit.system))
    result = finished(people, audit, under=plan)

    value = example_manifest(3)
    value["bias_audits"][0]["result"] = result
    manifest = validate(value)
    assert figures.check_timestamps(manifest, [stamping.read_bytes()])[0].endswith("by Example Time Authority")
    for trusted, word in (([], "cannot tell"), ([ca], "untrusted")):
        with pytest.raises(Unknown, match=f": {word}. A time stamp says"):
            figures.check_timestamps(manifest, trusted)
    result["conduct"]["plan"]["sha256"] = DIGEST
    manifest = validate(value)
    with pytest.raises(Broken, match="is broken"):
        figures.check_timestamps(manifest, [stamping.read_bytes()])


def test_the_operator_is_told_of_a_wrong_setting(settings: Any, tmp_path: Path) -> None:
    settings.TIMESTAMP_URL, settings.TIMESTAMP_TRUST = "https:///tsa", str(tmp_path / "missing.pem")
    assert {"probanda.E002", "probanda.E003"} <= {one.id for one in run_checks()}
    settings.TIMESTAMP_URL, settings.TIMESTAMP_TRUST = NOBODY, ""
    assert "probanda.I001" in {one.id for one in run_checks()}
