"""Three-valued logic over tests of facts: yes, no, and unknown with the facts that could still decide it.

A formula is a number in a :class:`Formulas` table, which holds each different formula once; so a condition that two
hundred rows share is worked out once for a system. `NO` is 0 and `YES` is 1.

>>> table = Formulas({"bells": ("number", ())})
>>> few = table.test("bells", "below", 2)
>>> some = table.negation(table.test("bells", "below", 1))
>>> exact = table.exact(table.all_of([few, some]))
>>> exact.value, sorted(exact.facts)
(None, ['bells'])

Kleene's tables alone would call "fewer than two bells, or not fewer than one" unknown while nobody has counted. It is
true of every number, and :meth:`Formulas.exact` says so: it goes through what each unknown fact can still be.

>>> table.exact(table.any_of([few, some])).value
True
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

NO: Final = 0
YES: Final = 1

Relation: TypeAlias = Literal["holds", "is", "includes", "below"]
Test: TypeAlias = tuple[str, Relation, Any]
Domain: TypeAlias = tuple[str, tuple[str, ...]]  # the type of a fact, and its values where it has a list of them

_TOO_WIDE = 20_000


class TooWide(Exception):
    """A formula has so many cases that they are not gone through."""


@dataclass(frozen=True, slots=True)
class Exact:
    """What a formula is, whatever the unknown facts turn out to be, and the facts that can still change it."""

    value: bool | None
    facts: frozenset[str]


class Formulas:
    """Every different formula once, over facts of known types; formulas are built from tests upwards.

    `domains` gives the type of each fact and the values that it is chosen from.
    """

    def __init__(self, domains: Mapping[str, Domain]):
        self._domains = domains
        self._ids: dict[tuple[Any, ...], int] = {("no",): NO, ("yes",): YES}
        self.kinds: list[str] = ["no", "yes"]
        self.parts: list[tuple[int, ...]] = [(), ()]
        self.tests: list[Test | None] = [None, None]
        self.facts: list[frozenset[str]] = [frozenset(), frozenset()]
        self._variables: list[tuple[str, ...]] = [(), ()]
        self._limits: dict[str, list[Any]] = {}
        self._order: dict[str, int] = {}
        self._tests_of: dict[str, list[int]] = {}
        self._diagrams: dict[tuple[str, tuple[int, ...]], int] = {}
        self._diagram_facts: list[frozenset[str]] = [frozenset(), frozenset()]
        self._reduced: dict[int, int] = {NO: NO, YES: YES}
        self._nodes: list[tuple[str, tuple[int, ...]]] = [("", ()), ("", ())]
        self._joins: dict[tuple[str, int, int], int] = {}

    def __len__(self) -> int:
        return len(self.kinds)

    def test(self, fact: str, relation: Relation, value: Any = None) -> int:
        """Return the formula that tests one fact: it `holds`, `is` a value, `includes` one, or is `below` a limit."""
        test = (fact, relation, value)
        known = self._ids.get(("test", *test))
        if known is not None:
            return known
        variable = f"{fact}\0{value}" if relation == "includes" else fact
        self._order.setdefault(variable, len(self._order))
        if relation == "below":
            limits = self._limits.setdefault(fact, [])
            if value not in limits:
                limits.append(value)
                limits.sort()
                self._reduced, self._diagrams, self._joins = {NO: NO, YES: YES}, {}, {}  # finer cases, other diagrams
                self._diagram_facts, self._nodes = self._diagram_facts[:2], self._nodes[:2]
        self._tests_of.setdefault(variable, []).append(len(self.kinds))
        return self._new("test", (), ("test", *test), test, frozenset([fact]), (variable,))

    def negation(self, formula: int) -> int:
        """Return the formula that holds when `formula` does not."""
        if formula in (NO, YES):
            return YES - formula
        if self.kinds[formula] == "not":
            return self.parts[formula][0]
        return self._over("not", (formula,))

    def all_of(self, formulas: Iterable[int]) -> int:
        """Return the formula that holds when all do; with none, `YES`."""
        return self._join("all", formulas, NO, YES)

    def any_of(self, formulas: Iterable[int]) -> int:
        """Return the formula that holds when at least one does; with none, `NO`."""
        return self._join("any", formulas, YES, NO)

    def _join(self, kind: str, formulas: Iterable[int], ends: int, empty: int) -> int:
        parts: set[int] = set()
        for formula in formulas:
            if formula == ends:
                return ends
            if formula != empty:
                parts.update(self.parts[formula] if self.kinds[formula] == kind else (formula,))
        if any(self.kinds[part] == "not" and self.parts[part][0] in parts for part in parts):
            return ends
        if len(parts) < 2:
            return parts.pop() if parts else empty
        return self._over(kind, tuple(sorted(parts)))

    def _over(self, kind: str, parts: tuple[int, ...]) -> int:
        known = self._ids.get((kind, parts))
        if known is not None:
            return known
        facts = frozenset().union(*(self.facts[part] for part in parts))
        variables = {variable for part in parts for variable in self._variables[part]}
        return self._new(kind, parts, (kind, parts), None, facts, tuple(sorted(variables, key=self._order.__getitem__)))

    def _new(
        self,
        kind: str,
        parts: tuple[int, ...],
        key: tuple[Any, ...],
        test: Test | None,
        facts: frozenset[str],
        variables: tuple[str, ...],
    ) -> int:
        number = self._ids[key] = len(self.kinds)
        self.kinds.append(kind)
        self.parts.append(parts)
        self.tests.append(test)
        self.facts.append(facts)
        self._variables.append(variables)
        return number

    def rest(self, formula: int, values: list[bool | None], seen: dict[int, int]) -> int:
        """Return what is left of `formula` once every part whose value is known is gone.

        `values` holds the value of each formula up to `formula`, as :meth:`kleene` gives them; `seen` keeps what one
        set of values has given already.
        """
        value = values[formula]
        if value is not None:
            return YES if value else NO
        found = seen.get(formula)
        if found is not None:
            return found
        parts, kind = self.parts[formula], self.kinds[formula]
        if kind == "test":
            found = formula
        elif kind == "not":
            found = self.negation(self.rest(parts[0], values, seen))
        else:
            left = [self.rest(part, values, seen) for part in parts if values[part] is None]
            found = self.all_of(left) if kind == "all" else self.any_of(left)
        seen[formula] = found
        return found

    def kleene(self, up_to: int, given: Mapping[Test, bool]) -> list[bool | None]:
        """Return the value of each of the first `up_to` formulas by Kleene's tables; `None` is unknown.

        `given` holds the tests whose fact is known. A part always stands before the formula it is part of.
        """
        values: list[bool | None] = [False, True]
        kinds, all_parts, tests, get = self.kinds, self.parts, self.tests, given.get
        for number in range(2, up_to):
            kind = kinds[number]
            if kind == "test":
                values.append(get(tests[number]))  # type: ignore[arg-type] # a test formula has its test
                continue
            if kind == "not":
                inner = values[all_parts[number][0]]
                values.append(None if inner is None else not inner)
                continue
            ends = kind == "any"
            result: bool | None = not ends
            for part in all_parts[number]:
                value = values[part]
                if value is ends:
                    result = ends
                    break
                if value is None:
                    result = None
            values.append(result)
        return values

    def can_be(self, formula: int, target: bool, values: list[bool | None], chosen: dict[str, Any]) -> bool:
        """Try to find a case of the unknown facts in which `formula` is `target`; put it into `chosen`.

        What it finds is so; that it finds nothing proves nothing, since it does not go back on a choice within `all`.
        """
        value = values[formula]
        if value is not None:
            return value is target
        kind, parts = self.kinds[formula], self.parts[formula]
        if kind == "test":
            return self._choose(formula, target, chosen)
        if kind == "not":
            return self.can_be(parts[0], not target, values, chosen)
        if target is (kind == "all"):
            simple_first = sorted(parts, key=self._is_simple, reverse=True)  # simple tests leave no choice
            return all(self.can_be(part, target, values, chosen) for part in simple_first)
        for part in parts:
            if values[part] is not None:
                continue
            attempt = dict(chosen)
            if self.can_be(part, target, values, attempt):
                chosen.update(attempt)
                return True
        return False

    def _is_simple(self, formula: int) -> bool:
        return self.kinds[formula] == "test" or (
            self.kinds[formula] == "not" and self.kinds[self.parts[formula][0]] == "test"
        )

    def case(self, formula: int, target: bool, values: list[bool | None], up_to: int) -> tuple[int, int] | None:
        """Return a case in which `formula` is `target`: the tests that hold and those that do not, as sets of bits.

        Bit n stands for formula n, up to `up_to`; none where no case was found. Only facts that are unknown in `values`
        are in it.
        """
        chosen: dict[str, Any] = {}
        if not self.can_be(formula, target, values, chosen):
            return None
        hold = fail = 0
        for variable, case in chosen.items():
            for number in self._tests_of[variable]:
                if number < up_to and self._holds(number, case):
                    hold |= 1 << number
                elif number < up_to:
                    fail |= 1 << number
        return hold, fail

    def _choose(self, formula: int, target: bool, chosen: dict[str, Any]) -> bool:
        variable = self._variables[formula][0]
        if variable in chosen:
            return self._holds(formula, chosen[variable]) is target
        fact, _, value = variable.partition("\0")
        for case in self._cases(fact, value):
            if self._holds(formula, case) is target:
                chosen[variable] = case
                return True
        return False

    def exact(self, formula: int) -> Exact:
        """Return the value that `formula` has in every case that is left, or the facts that make the difference.

        The facts named are those that can still change it and no others, unless there are too many cases to go
        through: then all facts in the formula are named.
        """
        if len(self._variables[formula]) == 1 and self.kinds[formula] == "test":
            return Exact(None, self.facts[formula])
        try:
            diagram = self._reduce(formula, [_TOO_WIDE])
        except TooWide:
            return Exact(None, self.facts[formula])
        return Exact({NO: False, YES: True}.get(diagram), self._diagram_facts[diagram])

    def _reduce(self, formula: int, left: list[int]) -> int:
        """Return the reduced ordered decision diagram of `formula`: equal formulas have the same diagram.

        A fact stands in the reduced diagram only if it can change the outcome. The diagram of a part is made once,
        whatever it is a part of. `left` counts down the pairs of diagrams that may be joined.
        """
        known = self._reduced.get(formula)
        if known is not None:
            return known
        kind, parts = self.kinds[formula], self.parts[formula]
        if kind == "test":
            variable = self._variables[formula][0]
            fact, _, value = variable.partition("\0")
            below = (YES if self._holds(formula, case) else NO for case in self._cases(fact, value))
            diagram = self._diagram(variable, tuple(below))
        elif kind == "not":
            diagram = self._joined("not", self._reduce(parts[0], left), NO, left)
        else:
            ends = NO if kind == "all" else YES
            diagram = YES - ends
            for part in parts:
                diagram = self._joined(kind, diagram, self._reduce(part, left), left)
                if diagram == ends:
                    break
        self._reduced[formula] = diagram
        return diagram

    def _joined(self, kind: str, one: int, other: int, left: list[int]) -> int:
        """Return the diagram of `all` or `any` of two diagrams, or of `not` the one."""
        if kind == "not":
            if one in (NO, YES):
                return YES - one
        else:
            ends = NO if kind == "all" else YES
            if ends in (one, other):
                return ends
            if one == other or other == YES - ends:
                return one
            if one == YES - ends:
                return other
            one, other = min(one, other), max(one, other)
        key = (kind, one, other)
        known = self._joins.get(key)
        if known is not None:
            return known
        left[0] -= 1
        if not left[0]:
            raise TooWide
        (first, below), (second, besides) = self._nodes[one], self._nodes[other]
        places = self._order
        if kind == "not" or places[first] < places[second]:
            pairs = [(case, other) for case in below]
        elif places[second] < places[first]:
            first, pairs = second, [(one, case) for case in besides]
        else:
            pairs = list(zip(below, besides, strict=True))
        found = self._diagram(first, tuple(self._joined(kind, *pair, left) for pair in pairs))
        self._joins[key] = found
        return found

    def _diagram(self, variable: str, below: tuple[int, ...]) -> int:
        """Return the diagram that asks for `variable` first, and has the diagrams `below` for its cases."""
        if len(set(below)) == 1:
            return below[0]
        key = (variable, below)
        if key not in self._diagrams:
            self._diagrams[key] = len(self._nodes)
            self._nodes.append(key)
            fact = variable.partition("\0")[0]
            self._diagram_facts.append(frozenset([fact]).union(*(self._diagram_facts[one] for one in below)))
        return self._diagrams[key]

    def _cases(self, fact: str, value: str) -> tuple[Any, ...]:
        """Return the cases that a fact can be in, as far as any test tells them apart."""
        type, values = self._domains[fact]
        if type == "choice":
            return values
        if type in ("number", "date"):
            return tuple(range(len(self._limits[fact]) + 1))
        return (False, True)

    def _holds(self, formula: int, case: Any) -> bool:
        test = self.tests[formula]
        assert test is not None  # noqa: S101 # only tests are held against a case
        fact, relation, value = test
        if relation == "is":
            return bool(case == value)
        if relation == "below":  # case n lies below the limits from the n-th on
            return bool(self._limits[fact].index(value) >= case)
        return bool(case)
