"""The text of a query stands in the result for all to read, so a secret in it is found before it is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from compliance.lib.problems import Problem, Refused

_TEXT: Final = re.compile(r"'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_SAID: Final = re.compile(
    r"(?:password|passwd|passphrase|pwd|secret|token|credentials?|api_?key|access_?key)\w*\s*[=:]", re.IGNORECASE
)
_LOGIN: Final = re.compile(r"\w+://[^\s/@:]*:[^\s/@]+@")
_KEYED: Final = re.compile(r"\b(?:pgp_\w*crypt\w*|aes_(?:en|de)crypt|(?:en|de)crypt(?:_iv)?|hmac)\s*\(", re.IGNORECASE)
SHORT: Final = 8
"""A password of fewer characters may be a word of any query; it is looked for in texts between quotation marks only."""


def check_shown(query: str, secrets: Iterable[str] = ()) -> None:
    """Refuse a query whose text holds a password, a key or a login; `secrets` are those of the address that it goes to.

    What is no secret by its form cannot be known for one: the manual tells whoever writes a query that all can read it.

    >>> check_shown("SELECT sex FROM people WHERE token = 'x'")
    >>> try:
    ...     check_shown("SELECT * FROM dblink('host=db password=x', 'SELECT 1')")
    ... except Refused as refused:
    ...     print(refused.problems[0].sentence)
    The query holds a password or a key, and its text would stand in the result.
    """
    if any(_found(query, tuple(secrets))):
        sentence = "The query holds a password or a key, and its text would stand in the result."
        hint = "Leave it out: give the account of the address the right to read a view instead."
        raise Refused(Problem("query-secret", sentence, hint))


def _found(query: str, secrets: tuple[str, ...]) -> Iterator[bool]:
    texts = [one[0] for one in _TEXT.finditer(query)]
    for text in texts:
        yield bool(_SAID.search(text) or _LOGIN.search(text))
        yield any(secret in text for secret in secrets)
    yield any(secret in query for secret in secrets if len(secret) >= SHORT)
    yield bool(texts and _KEYED.search(query))
