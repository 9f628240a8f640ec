"""The manual lists every finding and every problem of a check, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_code_is_in_the_reference() -> None:
    sources = [*sorted((ROOT / "audits" / "published").glob("*.py"))]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    text += (ROOT / "audits" / "management" / "commands" / "check_published.py").read_text("utf-8")
    codes = set(re.findall(r'(?:yield|_stale\(|Problem\(|_refused\(|found\.append\(\()\s*"([a-z]+(?:-[a-z]+)+)"', text))
    codes |= set(re.findall(r'"((?:ratio|rate|totals?|too|left|no|rows|labels|count)(?:-[a-z]+){2,})"', text))
    codes |= {f"{name}-table-missing" for name in ("sex", "race-ethnicity", "intersectional")}
    codes |= {"ratio-truncated", "ratio-half-to-even", "category-twice", "rows-identical"}
    listed = set(
        re.findall(r"`([a-z]+(?:-[a-z]+)+)`", (ROOT / "templates/docs/reference/published.md").read_text("utf-8"))
    )
    assert len(codes) > 50
    assert codes == listed
