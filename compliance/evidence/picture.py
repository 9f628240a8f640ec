"""One page of a PDF as a picture, made in a process of its own: `python -m compliance.evidence.picture FILE NUMBER`.

The picture shows what a reader would see; what a PDF may carry to be run (scripts, actions, forms) stays behind.
"""

from __future__ import annotations

import io
import resource
import sys

MEMORY = 1536 * 1024 * 1024
SECONDS = 20
WIDE = 1000  # pixels
TALL = 4000


def picture(path: str, number: int) -> bytes:
    """Return page `number` (from 1) as PNG, about 1000 pixels wide."""
    import pypdfium2  # type: ignore[import-untyped]

    with pypdfium2.PdfDocument(path) as document:
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(WIDE / max(width, 1), TALL / max(height, 1), 4)
        image = page.render(scale=scale, may_draw_forms=False).to_pil()
        out = io.BytesIO()
        image.convert("RGB").save(out, "PNG")
        return out.getvalue()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.buffer.write(picture(sys.argv[1], int(sys.argv[2])))
