"""Signing, in a process of its own: a key and its password are gone when it ends, whatever happens.

They come through a pipe, never as an argument or in the environment. What goes wrong is told by its code and sentence,
or by the kind of the error alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from audits.dossiers import child, hardware, incoming, keys, signing, stamp
from audits.dossiers.levels import Proof
from compliance.lib.problems import Problem, Refused

MEMORY = 3 * 1024**3
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Key:
    """Where the key is: a PKCS#12 file (its bytes, or its path), or a token (library and label)."""

    data: bytes = field(default=b"", repr=False)
    secret: str = field(default="", repr=False)
    name: str = ""
    path: str = ""
    library: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Who signs what: `names` are those that the certificate may bear, `permits` as of :class:`signing.Place`."""

    field: str
    name: str
    role: str
    names: tuple[str, ...]
    statement: str
    permits: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """The file with the signature, whose certificate it was, and until when its last time stamp can be checked."""

    pdf: bytes
    certificate: str
    fingerprint: str
    statement: str
    stamp_ends_at: datetime | None


def sign(pdf: bytes, task: Task, key: Key, proof: Proof) -> Signed:
    """Return the file with one more signature. Raises Refused."""
    return _asked("sign", [pdf, key.data, key.secret.encode()], _told(task) | _where(key), proof)


def take_in(base: bytes, pdf: bytes, task: Task, proof: Proof) -> Signed:
    """Return a file that was signed elsewhere, once it is `base` with the expected signature and nothing else."""
    return _asked("take_in", [base, pdf], _told(task), proof)


def renew(pdf: bytes, proof: Proof) -> Signed:
    """Return the file with a fresh time stamp over all of it."""
    return _asked("renew", [pdf], {}, proof)


def _told(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in task.__slots__} | {"at": task.at.isoformat()}


def _where(key: Key) -> dict[str, str]:
    return {"key_name": key.name, "path": key.path, "library": key.library, "token": key.token}


def _asked(work: str, parts: Sequence[bytes], told: dict[str, Any], proof: Proof) -> Signed:
    head = told | {"level": proof.level, "url": proof.url, "signers": len(proof.signers)}
    sent = [json.dumps(head).encode(), *parts, *proof.signers, *proof.stamps]
    pdf, answer = child.unpack(child.run(work, sent, memory=MEMORY, seconds=SECONDS))
    found = json.loads(answer)
    ends = found.pop("stamp_ends_at")
    return Signed(pdf, **found, stamp_ends_at=datetime.fromisoformat(ends) if ends else None)


# -- in the process of its own --------------------------------------------------------------------------------------


def sign_packed(parts: list[bytes]) -> bytes:
    """Sign what :func:`sign` sent to the child."""
    head, pdf, data, secret, *certificates = parts
    told = json.loads(head)
    proof, at = _proof(told, certificates), datetime.fromisoformat(told["at"])
    with _quiet(), ExitStack() as stack:
        if told["library"]:
            opened = hardware.token_signer(told["library"], told["token"], secret.decode(), told["names"])
            signer = stack.enter_context(opened)
        elif told["path"]:
            signer = keys.pkcs12_signer(Path(told["path"]), secret.decode())
        else:
            signer = keys.opened(data, secret.decode(), told["key_name"])
        picture = stamp.picture(
            name=told["name"], role=told["role"], statement=told["statement"], at=at, signer=signer, level=proof.level
        )
        place = signing.Place(told["field"], told["statement"], told["permits"], picture)
        made = signing.sign(pdf, signer, name=told["name"], at=at, place=place, proof=proof, whose=told["names"])
        return _answer(made, signer, told["statement"])


def take_in_packed(parts: list[bytes]) -> bytes:
    """Check and complete what :func:`take_in` sent to the child."""
    head, base, pdf, *certificates = parts
    told = json.loads(head)
    with _quiet():
        found = incoming.check(base, pdf, told["field"], told["permits"], datetime.fromisoformat(told["at"]))
        proof = _proof(told, certificates)
        made = signing.complete(pdf, found.signer, whose=told["names"], at=found.at, proof=proof)
        return _answer(made, found.signer, found.statement)


def renew_packed(parts: list[bytes]) -> bytes:
    """Stamp what :func:`renew` sent to the child."""
    head, pdf, *certificates = parts
    with _quiet():
        return _answer(signing.archive(pdf, _proof(json.loads(head), certificates)), None, "")


def _proof(told: dict[str, Any], certificates: list[bytes]) -> Proof:
    count = told["signers"]
    return Proof(told["level"], told["url"], tuple(certificates[:count]), tuple(certificates[count:]))


class _quiet:  # noqa: N801 - reads as a verb
    """Let nothing out but refusals: another error's text could hold what must not be told."""

    def __enter__(self) -> None:
        import logging

        logging.disable(logging.CRITICAL)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, Refused) or not isinstance(error, Exception):
            return
        sentence = f"The signature could not be made ({type(error).__name__})."
        hint = "Nothing was signed. Tell the operator if it stays so."
        raise Refused(Problem("signing-failed", sentence, hint)) from None


def _answer(pdf: bytes, signer: keys.Signer | None, statement: str) -> bytes:
    ends = signing.stamp_ends_at(pdf)
    told = {
        "certificate": signer.label if signer else "",
        "fingerprint": signer.fingerprint if signer else "",
        "statement": statement,
        "stamp_ends_at": ends.isoformat() if ends else "",
    }
    return child.pack([pdf, json.dumps(told).encode()])
