"""A PDF with somebody's name across every page, so that a copy says for whom it was made. No signed file is marked."""

from __future__ import annotations

from html import escape
from io import BytesIO

from audits.dossiers import child, context
from audits.dossiers.render import MEMORY
from compliance.lib.problems import Problem, Refused

SECONDS = 60
AT = "2000-01-01T00:00:00Z"  # of the mark, which is a part of another file
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mark</title><style>{faces}
@page {{ size: A4; margin: 0; }} body {{ margin: 0; font-family: "Dossier Sans", "Dossier Symbols"; color: #b00020; }}
p {{ position: absolute; margin: 0; left: 10mm; right: 10mm; text-align: center; font-size: 17pt; opacity: .28;
transform: rotate(-28deg); }}</style></head><body>{lines}</body></html>"""


def stamped(data: bytes, text: str) -> bytes:
    """Return a PDF with `text` across each page, made in a process of its own; Refused where it cannot be marked."""
    try:
        return child.run("stamp", [data, text.encode()], memory=MEMORY, seconds=SECONDS)
    except Refused as refused:
        sentence = "This PDF cannot be marked with a name, so it is not handed out here."
        raise Refused(Problem("not-markable", sentence, "Ask for it in the room.")) from refused


def stamp_packed(parts: list[bytes]) -> bytes:
    """Mark what :func:`stamped` sent to the child."""
    import pikepdf

    from audits.dossiers.render import print_pdf

    data, text = parts[0], parts[1].decode()
    faces = "".join(
        f'@font-face {{ font-family: "{one["family"]}"; src: url("{one["url"]}"); font-weight: {one["weight"]}; '
        f"font-style: {one['style']}; }}"
        for one in context.faces()
    )
    lines = "".join(f'<p style="top: {top}mm">{escape(text)}</p>' for top in (50, 130, 210))
    with pikepdf.open(BytesIO(print_pdf(_PAGE.format(faces=faces, lines=lines), AT, {}))) as mark:
        try:
            with pikepdf.open(BytesIO(data)) as document:
                for page in document.pages:
                    page.add_overlay(mark.pages[0], None)
                target = BytesIO()
                document.save(target)
                return target.getvalue()
        except (pikepdf.PdfError, ValueError) as error:
            raise Refused(Problem("not-markable", f"The PDF cannot be read: {error}.")) from error
