"""Build the verifier that needs no server, no Django and no database: `make verifier`.

    build/verifier/dist/probanda_verifier-VERSION-py3-none-any.whl   pip install it, then probanda-verify FILE
    build/verifier/probanda-verify.pyz                               python probanda-verify.pyz FILE

Both hold exactly the modules that checking a dossier imports, found from the code itself, and the laws as data.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
import zipapp
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ("audits", "compliance")
SEED = "audits.dossiers.verification.command"
DATA = ("compliance/catalogue/data",)
FORBIDDEN = ("django", "celery", "rest_framework", "weasyprint", "duckdb", "ibis")
PYPROJECT = """\
[project]
name = "probanda-verifier"
version = "{version}"
description = "Check a signed audit dossier of Probanda offline: signature, contents, and every figure computed again."
readme = "README.md"
requires-python = ">=3.11"
license = "Apache-2.0"
dependencies = [{needs}]

[project.scripts]
probanda-verify = "{seed}:main"

[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
packages = [{packages}]

[tool.setuptools.package-data]
"*" = ["*.yaml", "*/*.yaml", "*/*/*.yaml", "py.typed"]
"""
MAIN = """\
import sys, tempfile, zipfile
from pathlib import Path
with tempfile.TemporaryDirectory() as folder:  # the laws are read as files
    zipfile.ZipFile(Path(__file__).parent).extractall(folder)
    sys.path.insert(0, folder)
    try:
        from {seed} import main
    except ModuleNotFoundError as missing:
        sys.exit(f"The Python package of {{missing.name!r}} is missing. Run: pip install {needs}")
    sys.exit(main())
"""


def path_of(module: str) -> Path | None:
    """Return the file of a module of ours, or None where there is none."""
    base = ROOT.joinpath(*module.split("."))
    return next((one for one in (base.with_suffix(".py"), base / "__init__.py") if one.is_file()), None)


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file may import, also within functions, but not for types alone."""
    for node in _running(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _running(child)


def closure() -> tuple[list[str], list[str]]:
    """Return our modules and the top names of others that checking a dossier needs, in order."""
    ours: set[str] = set()
    others: set[str] = set()
    waiting = [SEED]
    while waiting:
        module = waiting.pop()
        if module in ours:
            continue
        if module.split(".")[0] not in OURS:
            others.add(module.split(".")[0])
            continue
        path = path_of(module)
        if path is None:
            continue  # a name within a module
        ours.add(module)
        parts = module.split(".")
        waiting += [".".join(parts[:number]) for number in range(1, len(parts))]
        waiting += imported(path)
    others -= set(sys.stdlib_module_names)
    if wrong := others.intersection(FORBIDDEN):
        raise SystemExit(f"The verifier would need {', '.join(sorted(wrong))}.")
    return sorted(ours), sorted(others)


def needs(others: list[str]) -> list[str]:
    """Return what is to be installed beside it, at least as new as what it was tested with."""
    found = packages_distributions()
    names = sorted({found[one][0] for one in others if one in found})
    return [f"{name}>={version(name)}" for name in names]


def build(target: Path) -> None:
    """Write the sources, the wheel and the zipapp below `target`."""
    ours, others = closure()
    shutil.rmtree(target, ignore_errors=True)
    sources = target / "sources"
    for module in ours:
        path = path_of(module)
        if path is not None:
            place = sources / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
    for folder in DATA:
        shutil.copytree(ROOT / folder, sources / folder)
    wanted = needs(others)
    packages = sorted({".".join(one.parent.relative_to(sources).parts) for one in sources.rglob("__init__.py")})
    own = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    told = {"version": own, "seed": SEED, "needs": _listed(wanted), "packages": _listed(packages)}
    (sources / "pyproject.toml").write_text(PYPROJECT.format(**told), "utf-8")
    shutil.copyfile(ROOT / "verifier" / "README.md", sources / "README.md")
    words = "pip wheel --quiet --no-deps --no-index --no-build-isolation --disable-pip-version-check".split()
    subprocess.run([sys.executable, "-m", *words, "--wheel-dir", target / "dist", sources], check=True, cwd=target)
    (sources / "__main__.py").write_text(MAIN.format(seed=SEED, needs=" ".join(wanted)), "utf-8")
    shutil.rmtree(sources / "build", ignore_errors=True)
    zipapp.create_archive(sources, target / "probanda-verify.pyz", interpreter="/usr/bin/env python3", compressed=True)


def _listed(several: list[str]) -> str:
    return ", ".join(f'"{one}"' for one in several)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "verifier")
