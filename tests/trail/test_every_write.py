"""No way from an address, a command or a task to a write in the database passes by the trail.

The code itself is read: from every view of the URL configuration, every task and every command, each call is followed
to the functions that change rows. On the way to each of them stands a function that writes into the trail, or the
write is named below with its reason. So a new page or action cannot be forgotten.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOMS = ("compliance", "audits")
WRITES = frozenset("save create update delete bulk_create bulk_update get_or_create update_or_create".split())
RECORDS = frozenset({"compliance.trail.actions.write", "compliance.trail.actions.write_all"})
PAGES = ("views", "forms", "urls", "api", "commands", "tasks")

# What changes rows and is no act in an organisation: the function, and why it needs no entry.
NO_ACT = {
    "compliance.trail": "the trail itself",
    "compliance.people.models.UserManager": "an account; the membership that it is made for is recorded",
    "compliance.people.language": "in which language a person reads",
    "compliance.uploads.actions": "pieces on their way; what is made of them is recorded",
    "compliance.uploads": "pieces on their way; what is made of them is recorded",
    "compliance.tokens.actions.forget_answers": "answers kept for a day against sending twice",
    "compliance.tokens": "when a token was used last, and answers kept against sending twice; making one is recorded",
    "compliance.web.api": "answers kept for a day against sending twice",
    "compliance.webhooks": "how far telling has come; making and closing a webhook is recorded",
    "compliance.reminders.actions.claim": "which mail of a day is on its way",
    "compliance.reminders.actions._": "which mail of a day went out",
    "compliance.outbox": "a mail on its way; the act that causes it is recorded",
    "compliance.guide.actions": "what one person wants to look at on the home page",
    "compliance.people.zones.choose": "in which time zone a person is shown times",
    "compliance.progress": "the counts of a day, which the trail gives again",
    "compliance.checklists.approvals.recheck": "a mark worked out from what is recorded already",
    "compliance.evidence.words": "the words of pieces, worked out from what is recorded already",
    "compliance.evidence.texts": "the text inside kept bytes, worked out from them",
    "compliance.evidence.jobs": "how far a worker is",
    "compliance.evidence.fixity": "how far reading again has come; its end is recorded",
    "audits.bias.arriving": "files on their way; the audit that is made of them is recorded",
    "audits.published": "a large text on its way to a report; what is kept of it as evidence is recorded",
    "audits.work": "how far a worker is; beginning, ending and cancelling are recorded",
    "audits.demo": "the demo's passwords",
}


@cache
def functions() -> dict[str, ast.AST]:
    """Return every function and method of both rooms by its whole name."""
    found: dict[str, ast.AST] = {}
    for room in ROOMS:
        for path in Path(room).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            module = ".".join(path.with_suffix("").parts)
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef):
                    found[f"{module}.{node.name}"] = node
                elif isinstance(node, ast.ClassDef):
                    for one in node.body:
                        if isinstance(one, ast.FunctionDef):
                            found[f"{module}.{node.name}.{one.name}"] = one
    return found


@cache
def imported(module: str) -> dict[str, str]:
    """Return what each name of a module stands for, wherever in it the import is."""
    tree = ast.parse(Path(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ROOMS:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def module_of(name: str) -> str:
    parts = name.split(".")
    while not Path(*parts).with_suffix(".py").exists():
        parts.pop()
    return ".".join(parts)


@cache
def named(name: str) -> frozenset[str]:
    """Return the functions that a function names, called or handed on."""
    module = module_of(name)
    names, own = imported(module), name.rsplit(".", 1)[0]
    found = set()
    for node in ast.walk(functions()[name]):
        if isinstance(node, ast.Name):
            found |= {names.get(node.id, ""), f"{module}.{node.id}"}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            base = own if node.value.id in ("self", "cls") else names.get(node.value.id, "")
            found.add(f"{base}.{node.attr}")
    return frozenset(found & functions().keys() | found & RECORDS)


def writes(name: str) -> bool:
    """Say whether a function itself changes rows: it calls a manager's, a query's or a row's method that does."""
    for node in ast.walk(functions()[name]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            told = ast.unparse(node.func.value)
            plain = node.func.attr in ("update", "save") and "objects" not in told and "filter" not in told
            if node.func.attr == "update" and plain:
                continue  # a dictionary's or a digest's
            if node.func.attr == "save" and told in ("book", "document", "pdf", "self.pdf", "made"):
                continue  # a file
            return True
    return False


@cache
def records(name: str) -> bool:
    """Say whether a function writes into the trail, itself or through what it calls."""
    seen, todo = {name}, [name]
    while todo:
        for one in named(todo.pop()):
            if one in RECORDS:
                return True
            if one not in seen and one in functions():
                seen.add(one)
                todo.append(one)
    return False


def is_page(name: str) -> bool:
    return any(part.startswith(PAGES) for part in name.split(".")[1:-1])


def is_act(name: str) -> bool:
    """Say whether a function is one transaction, as every act is: so also those that a table names are looked at."""
    node = functions()[name]
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return any("transaction.atomic" in ast.unparse(one) for one in decorators)


def roots() -> list[str]:
    """Return the pages, endpoints, tasks and commands, and every act."""
    return sorted(name for name in functions() if is_page(name) or is_act(name))


def unrecorded(root: str) -> Iterator[tuple[str, ...]]:
    """Yield the ways from a root to a function that changes rows on which nothing writes into the trail."""
    todo: list[tuple[str, ...]] = [(root,)]
    seen = {root}
    while todo:
        way = todo.pop()
        name = way[-1]
        if not is_page(name) and records(name):
            continue  # this act and all that it does has its entry
        if any(name.startswith(one) for one in NO_ACT):
            continue
        if writes(name):
            yield way
        for one in sorted(named(name) & functions().keys() - seen):
            seen.add(one)
            todo.append((*way, one))


def test_every_way_to_a_write_passes_the_trail() -> None:
    by_write: dict[str, tuple[str, ...]] = {}
    for root in roots():
        for way in unrecorded(root):
            by_write.setdefault(way[-1], way)
    told = [
        f"{' -> '.join(way)}: it changes rows, and nothing on the way writes into the trail."
        for way in by_write.values()
    ]
    assert told == []


def test_the_reading_sees_what_it_should() -> None:
    assert len(roots()) > 200
    assert records("compliance.checklists.actions.submit")
    assert writes("compliance.evidence.actions.withdraw")
    assert "compliance.checklists.actions.change" in named("compliance.checklists.views_row.checklists_item")
    found: dict[tuple[bool, bool], int] = defaultdict(int)
    for name in functions():
        found[writes(name), records(name)] += 1
    assert found[True, True] > 60
