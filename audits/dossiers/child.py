"""Work in a process of its own, with bounded memory and time.

A document can be made, by malice or by chance, so that laying it out or unpacking it never ends. The work
is therefore done where a limit can stop it without harm to the worker. A plain subprocess is used and not a fork:
Celery's workers may have no multiprocessing children, and threads of other libraries do not survive a fork.
"""

from __future__ import annotations

import gc
import json
import os
import struct
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import IO

from audits.work.watching import check, step
from compliance.lib.problems import Problem, Refused

_ROOT = Path(__file__).resolve().parents[2]
_REFUSED = 3
_WORKS = {
    "render": ("audits.dossiers.render", "render_packed"),
    "print": ("audits.dossiers.render", "print_packed"),
    "stamp": ("audits.dossiers.stamping", "stamp_packed"),
    "verify": ("audits.dossiers.checking", "verify_packed"),
    "sign": ("audits.dossiers.apart", "sign_packed"),
    "take_in": ("audits.dossiers.apart", "take_in_packed"),
    "renew": ("audits.dossiers.apart", "renew_packed"),
}
#: Of the environment, and nothing else: where programs are, and the settings of hardware that keeps keys.
_PASSED = ("PATH", "LANG", "HOME", "TMPDIR", "SOFTHSM2_CONF", "OPENSC_CONF", "P11_KIT_CONFIG")


def run(work: str, parts: list[bytes], *, memory: int, seconds: float) -> bytes:
    """Do `work` on `parts` in a child that may use `memory` bytes of address space and `seconds` of wall time.

    Raises Refused with the child's own problems, or with `child-time` or `child-failed`.
    """
    command = [sys.executable, "-m", "audits.dossiers.child", work, str(memory)]
    environment = {key: value for key, value in os.environ.items() if key in _PASSED}
    environment |= {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", "")}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=_ROOT, env=environment
    )
    with process, step(process.kill):
        try:
            said, complained = process.communicate(pack(parts), timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            sentence = f"The document took longer than {seconds:g} seconds and was stopped."
            raise Refused(Problem("child-time", sentence, "Try a shorter document, or raise the limit.")) from None
        except BaseException:
            process.kill()
            raise
        check()
    if process.returncode == _REFUSED:
        raise Refused.all(Problem(**one) for one in json.loads(said))
    if process.returncode != 0:
        last = complained.decode(errors="replace").strip().splitlines()[-1:]
        sentence = f"The process that worked on the document ended with {process.returncode}."
        hint = f"It may have run out of its {memory // 1024**2} MiB of memory. {' '.join(last)}".strip()
        raise Refused(Problem("child-failed", sentence, hint))
    return said


def pack(parts: list[bytes]) -> bytes:
    """Put byte strings into one, each behind its length.

    >>> unpack(pack([b"a", b"", b"bc"]))
    [b'a', b'', b'bc']
    """
    return b"".join(struct.pack(">Q", len(part)) + part for part in parts)


def unpack(data: bytes) -> list[bytes]:
    """Take apart what :func:`pack` put together."""
    parts, place = [], 0
    while place < len(data):
        (length,) = struct.unpack_from(">Q", data, place)
        parts.append(data[place + 8 : place + 8 + length])
        place += 8 + length
    return parts


def _main(work: str, memory: str, source: IO[bytes], target: IO[bytes]) -> int:
    import resource

    gc.disable()
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    try:
        module, function = _WORKS[work]
        target.write(getattr(import_module(module), function)(unpack(source.read())))
    except Refused as refused:
        target.write(json.dumps([problem.as_json() for problem in refused.problems]).encode())
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2], sys.stdin.buffer, sys.stdout.buffer))
