"""The checks of templates and documents find what they are there to find."""

from pathlib import Path

import pytest

from scripts import check_documents, check_templates


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("<script>run()</script>", "script"),
        ('<p style="color: red">', "style"),
        ('<button onclick="go()">', "event"),
        ('<script src="https://example.org/a.js"></script>', "another machine"),
        ("<img src='/static/a.svg'>", "alt text"),
        ("<tr><th>Rate</th></tr>", "scope"),
        ("{{ note|safe }}", "Escaping"),
        ('<form method="post"><button>Go</button></form>', "csrf_token"),
    ],
)
def test_a_fault_in_a_template_is_found_with_its_line(line: str, word: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<h1>A page</h1>\n{line}\n")
    assert [(number, word in sentence) for number, sentence in check_templates.faults(page)] == [(2, True)]


def test_a_sound_template_has_no_fault(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<thead><tr><th scope="col">Rate</th></tr></thead><script src="{% static \'a.js\' %}" defer></script>'
        '<img src="a.svg" alt=""><form method="post">{% csrf_token %}</form>'
    )
    assert list(check_templates.faults(page)) == []


def test_a_broken_link_and_an_unknown_command_are_found(tmp_path: Path) -> None:
    page, other = tmp_path / "a.md", tmp_path / "b.md"
    other.write_text("# What it keeps\n")
    text = "[b](b.md#what-it-keeps)\n[c](c.md)\n[b](b.md#gone)\n[web](https://example.org/)\n`make tea`, `make demo`\n"
    page.write_text(text)
    assert [line for line, _ in check_documents.broken_links(page, text)] == [2, 3]
    assert [line for line, _ in check_documents.unknown_commands(text, {"demo"}, set())] == [5]
