"""From the manifest to an unsigned PDF/A-3a that is also PDF/UA-1: the same manifest gives the same bytes.

Reads the manifest, the files to embed, the templates and the typefaces, and nothing else: no database, no
settings, no clock, no network. `html` and `print_pdf` are the two halves; `render` checks and does both;
`render_in_child` does it in a process of its own with bounded memory and time, which is what a worker calls.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from audits.dossiers import child, context, presign, typefaces
from audits.dossiers.manifest import MANIFEST_NAME, Manifest, check_attachments, moment, validate
from compliance.lib import canonical
from compliance.lib.problems import Problem, Refused

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
MEMORY = 4 * 1024**3
SECONDS = 600


def render(manifest: dict[str, Any], attachments: dict[str, bytes]) -> bytes:
    """Return the unsigned PDF of `manifest` with `manifest.json` and `attachments` (name to bytes) embedded.

    Raises Refused when the manifest is not in order, or an attachment is not the one that it lists.
    """
    manifest = canonical.load(canonical.dump(manifest))  # one order of keys, however the caller built it
    checked = validate(manifest)
    check_attachments(checked, attachments)
    listed = {item.name: item for item in checked.attachments}
    printed = print_pdf(
        html(manifest),
        manifest["dossier"]["frozen_at"],
        {
            MANIFEST_NAME: (canonical.dump(manifest), "Data", "The manifest: everything that this document says"),
            **{name: (attachments[name], item.relationship, item.description) for name, item in listed.items()},
        },
    )
    media_types = {MANIFEST_NAME: "application/json", **{name: item.media_type for name, item in listed.items()}}
    return presign.prepare(
        printed, digest=canonical.digest(manifest), media_types=media_types, fields=fields_of(checked)
    )


def fields_of(manifest: Manifest) -> list[presign.Field]:
    """Return the fields for those who are to sign; the last one locks the document, if it is not the only one."""
    signers = manifest.signing.signers if manifest.signing else []
    names = tuple(one.field for one in signers)
    return [
        presign.Field(
            name=one.field,
            title=f"Signature of {one.name}, {one.role}",
            anchor=f"sign-{number}",
            locks=names if 1 < number == len(signers) else (),
        )
        for number, one in enumerate(signers, 1)
    ]


def render_in_child(
    manifest: dict[str, Any], attachments: dict[str, bytes], *, memory: int = MEMORY, seconds: float = SECONDS
) -> bytes:
    """Return what :func:`render` returns, from a process of its own that may use `memory` bytes and `seconds`."""
    return child.run("render", [canonical.dump(manifest), *_packed(attachments)], memory=memory, seconds=seconds)


def render_packed(parts: list[bytes]) -> bytes:
    """Render from what :func:`render_in_child` sent to the child."""
    manifest, *rest = parts
    names = [name.decode() for name in rest[::2]]
    return render(canonical.load(manifest), dict(zip(names, rest[1::2], strict=True)))


def html(manifest: dict[str, Any]) -> str:
    """Return the whole document as HTML, fonts and styles named by `asset:///` addresses."""
    from django.template import Context

    return str(_engine().get_template("dossier/dossier.html").render(Context(context.build(manifest))))


def template(name: str, **told: Any) -> str:
    """Return a printed page other than the dossier as HTML, in the same typefaces and styles."""
    from django.template import Context

    return str(_engine().get_template(name).render(Context({"faces": context.faces(), **told})))


def print_in_child(page: str, at: str, *, memory: int = MEMORY, seconds: float = 120) -> bytes:
    """Return `page` as PDF/A-3a, made in a process of its own; `at` is the moment that the file bears."""
    return child.run("print", [page.encode(), at.encode()], memory=memory, seconds=seconds)


def print_packed(parts: list[bytes]) -> bytes:
    """Print what :func:`print_in_child` sent to the child."""
    page, at = (part.decode() for part in parts)
    return print_pdf(page, at, {})


def print_pdf(page: str, frozen_at: str, embedded: dict[str, tuple[bytes, str, str]]) -> bytes:
    """Print `page` as PDF/A-3a with UA-1 metadata and `embedded` files: name to (bytes, relationship, description)."""
    import pydyf
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError

    at = moment(frozen_at)
    fetcher = locked_fetcher(_assets())
    attachments = [
        weasyprint.Attachment(
            file_obj=BytesIO(data),
            name=name,
            description=description,
            relationship=relationship,
            created=at,
            modified=at,
            url_fetcher=fetcher,
        )
        for name, (data, relationship, description) in embedded.items()
    ]
    fonts = FontConfiguration()
    try:
        with _quick(pydyf):
            document = weasyprint.HTML(string=page, url_fetcher=fetcher).render(
                font_config=fonts, pdf_variant="pdf/a-3a", attachments=attachments
            )
            plain_metadata = document.metadata.generate_rdf_metadata
            document.metadata.generate_rdf_metadata = lambda *given: presign.accessible(plain_metadata(*given))
            found = document.write_pdf(pdf_variant="pdf/a-3a", attachments=attachments)
    except FatalURLFetchingError as error:  # a BaseException: would pass by every `except Exception`
        problem = Problem("asset-refused", "The dossier asks for a file that does not travel with it.", str(error))
        raise Refused(problem) from None
    return bytes(found)


def print_plain(page: str) -> bytes:
    """Print one small page without tags or embedded files: it is put into a page of another document."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    fetcher = locked_fetcher(_assets())
    return bytes(weasyprint.HTML(string=page, url_fetcher=fetcher).write_pdf(font_config=FontConfiguration()))


def locked_fetcher(assets: dict[str, bytes]) -> Any:
    """Return a WeasyPrint fetcher that serves `asset:///name` from `assets` and stops the render for all else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Locked(URLFetcher):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(allowed_protocols={"data"}, allow_redirects=False)

        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix("asset:///")
            if name == url or name not in assets:
                raise FatalURLFetchingError(f"Refused: {url[:200]}")
            kind = "image/svg+xml" if name.endswith(".svg") else "application/octet-stream"
            return URLFetcherResponse(url, assets[name], {"Content-Type": kind})

    return Locked()


@cache
def _engine() -> Any:
    # An engine of its own, so that rendering needs no settings and takes no context processor of the site.
    from django.template import Engine

    return Engine(dirs=[str(TEMPLATES)], autoescape=True)


@cache
def _assets() -> dict[str, bytes]:
    return {**typefaces.assets(), "draft.svg": (TEMPLATES / "dossier" / "draft.svg").read_bytes()}


@contextmanager
def _quick(pydyf: Any) -> Iterator[None]:
    """Take out two costs that grow with the square of the document, both measured on long dossiers.

    The cyclic collector walks millions of boxes that all stay alive; `page_references` is built anew for each
    structure element.
    """
    slow = pydyf.PDF.page_references
    known: dict[tuple[int, int], tuple[bytes, ...]] = {}

    def page_references(pdf: Any) -> tuple[bytes, ...]:
        key = (id(pdf), len(pdf.pages["Kids"]))
        if key not in known:
            known[key] = slow.fget(pdf)
        return known[key]

    collecting = gc.isenabled()
    gc.disable()
    pydyf.PDF.page_references = property(page_references)
    try:
        yield
    finally:
        pydyf.PDF.page_references = slow
        if collecting:
            gc.enable()


def _packed(attachments: dict[str, bytes]) -> Iterator[bytes]:
    for name, data in attachments.items():
        yield name.encode()
        yield data
