"""The metrics as a library: importable without Django, and every function says what it computes, with an example."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from types import FunctionType

import pytest

import audits.metrics
from audits.metrics.methods import METHODS

MODULES = [one.name for one in pkgutil.walk_packages(audits.metrics.__path__, "audits.metrics.")]


def functions() -> Iterator[FunctionType]:
    for name in MODULES:
        module = importlib.import_module(name)
        for one in vars(module).values():
            found = inspect.unwrap(one) if callable(one) else one
            if isinstance(found, FunctionType) and found.__module__ == name and not found.__name__.startswith("_"):
                yield found


FUNCTIONS = {f"{one.__module__}.{one.__qualname__}": one for one in functions()}


def test_no_module_needs_django() -> None:
    """In a process in which Django cannot be imported at all."""
    code = f"import importlib, sys; sys.modules['django'] = None; [importlib.import_module(one) for one in {MODULES!r}]"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_typed_and_explained_with_an_example(name: str) -> None:
    function = FUNCTIONS[name]
    told = inspect.getdoc(function) or ""
    assert set(function.__annotations__) == {*inspect.signature(function).parameters, "return"}
    assert told.partition("\n")[0]
    assert ">>> " in told or function.__name__ == "main"


@pytest.mark.parametrize("code", METHODS)
def test_every_method_says_its_formula_and_its_source_where_it_is_computed(code: str) -> None:
    method = METHODS[code]
    texts = [" ".join((inspect.getdoc(one) or "").split()) for one in FUNCTIONS.values()]
    holding = [text for text in texts if method.formula in text and method.reference.split(";")[0] in text]
    assert holding
