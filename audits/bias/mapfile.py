"""A mapping of values that a person wrote by hand (`--map FILE.yaml`), read with the place of everything wrong in it.

sex: {W: Female, M: Male}
race_ethnicity:
  Other: unknown
  Afro-American: Black
outcome: {Hire: selected, Decline: not selected}
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from audits.bias.vocabulary import Role, category_named, word
from compliance.lib.problems import Problem, Refused

LARGEST: Final = 1024 * 1024
_ROLES: Final[tuple[Role, ...]] = get_args(Role)
_EXPECTED: Final[Mapping[Role, str]] = {
    "sex": "Male, Female or unknown",
    "race_ethnicity": "an EEO-1 category such as White, or unknown",
    "outcome": "selected or not selected",
    "truth": "selected, not selected or unknown",
    "decision": "selected or not selected",
}


def read(path: Path) -> dict[Role, dict[str, str | None]]:
    """Return the mapping in a file, for :class:`audits.bias.plan.Plan`; everything wrong in it is `Refused` at once."""
    try:
        if path.stat().st_size > LARGEST:
            raise Refused(Problem("map-file", f"The mapping {path.name} is larger than 1 MiB."))
        text = path.read_text("utf-8-sig")
    except OSError as error:
        sentence = f"The mapping {path.name} cannot be read: {error.strerror or error}."
        raise Refused(Problem("map-file", sentence)) from error
    except UnicodeDecodeError as error:
        raise Refused(Problem("map-file", f"The mapping {path.name} is not written in UTF-8.")) from error
    return parse(text)


def parse(text: str) -> dict[Role, dict[str, str | None]]:
    """Read a mapping; keys are taken as they are written, so `1`, `no` and `null` are the texts of the file.

    >>> parse("outcome: {1: selected, no: not selected}")
    {'outcome': {'1': 'selected', 'no': 'not selected'}}
    """
    import yaml  # not every process that imports plans reads YAML

    try:
        # Composed and not constructed: YAML would make numbers and booleans of 1, no and null.
        top = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else None
        raise Refused(Problem("map-file", "The mapping is not valid YAML.", _hint(), row=row)) from error
    problems: list[Problem] = []
    found: dict[Role, dict[str, str | None]] = {}
    if not isinstance(top, yaml.MappingNode):
        raise Refused(Problem("map-file", "The mapping has no sections.", _hint(), row=1))
    for name, section in top.value:
        role = next((known for known in _ROLES if isinstance(name, yaml.ScalarNode) and name.value == known), None)
        if role is None or role in found:
            what = "stands twice" if role else "is not known"
            problems.append(_problem(name, f"The section {_shown(name)} {what}.", " or ".join(_EXPECTED)))
        elif not isinstance(section, yaml.MappingNode):
            problems.append(_problem(section, f"The section {role} holds no values.", "raw value: category"))
        else:
            found[role] = _section(role, section, problems)
    if problems:
        raise Refused.all(problems)
    return found


def _section(role: Role, section: Any, problems: list[Problem]) -> dict[str, str | None]:
    import yaml

    values: dict[str, str | None] = {}
    seen: set[str] = set()
    for raw, category in section.value:
        if not isinstance(raw, yaml.ScalarNode) or not isinstance(category, yaml.ScalarNode):
            problems.append(_problem(raw, f"In {role}, {_shown(raw)} is not mapped to one text.", _EXPECTED[role]))
            continue
        if word(raw.value) in seen:
            problems.append(_problem(raw, f"In {role}, the value {raw.value!r} is mapped twice.", "each value once"))
        seen.add(word(raw.value))
        nothing = category.tag == "tag:yaml.org,2002:null"
        try:
            values[raw.value] = category_named(role, "unknown" if nothing else category.value)
        except KeyError:
            sentence = f"In {role}, {raw.value!r} is mapped to {category.value!r}, which is no category."
            problems.append(_problem(category, sentence, _EXPECTED[role]))
    return values


def _problem(node: Any, sentence: str, expected: str) -> Problem:
    mark = node.start_mark
    column = f"character {mark.column + 1}"
    return Problem("map-file", sentence, _hint(), mark.line + 1, column, _shown(node), expected)


def _shown(node: Any) -> str:
    return str(node.value) if isinstance(node.value, str) else "a list or a mapping"


def _hint() -> str:
    return "Write sections sex, race_ethnicity, outcome, truth or decision, each with lines such as Other: unknown."
