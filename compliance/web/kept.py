"""What was sent by somebody who was signed out in the middle: kept in the session, to be sent again after signing in.

This is the one place for every form, so that no form has to think of it. A session that nobody is signed in to goes on
when somebody signs in, so what was typed is still there. It is kept for an hour, and never a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

KEY = "sent-while-signed-out"
AGAIN = "sent-again"  # a field of the form that sends it again
LONGEST = timedelta(hours=1)
MOST_CHARACTERS, MOST_FIELDS = 300_000, 1_000
SECRETS = ("csrfmiddlewaretoken", "credential", "setup_code", "code", AGAIN)


@dataclass(frozen=True, slots=True)
class Kept:
    """A form as it was sent: where to, its fields in their order, and the names of files, whose bytes are not kept."""

    path: str
    fields: list[list[str]]
    files: list[str]

    @property
    def read(self) -> list[tuple[str, str]]:
        """The fields that a person filled in, each by its name in words."""
        return [(name.replace("_", " "), value) for name, value in self.fields if value.strip() and name != "revision"]


def sent(request: HttpRequest) -> list[list[str]]:
    """Return the fields of a form that was sent, without secrets."""
    return [
        [name, value]
        for name, values in request.POST.lists()
        if name not in SECRETS and "password" not in name
        for value in values
    ]


def keep(request: HttpRequest) -> bool:
    """Keep what was sent, in place of what was kept before; False where there is nothing, or too much of it."""
    fields = sent(request)
    if not fields or len(fields) > MOST_FIELDS or sum(len(value) for _name, value in fields) > MOST_CHARACTERS:
        return False
    files = [one.name or "" for _name, some in request.FILES.lists() for one in some]
    at = timezone.now().isoformat()
    request.session[KEY] = {"path": request.get_full_path(), "fields": fields, "files": files, "at": at}
    return True


def waiting(request: HttpRequest) -> Kept | None:
    """Return what is kept for the person who is signed in, for an hour at most."""
    found: dict[str, Any] | None = request.session.get(KEY)
    if found is None:
        return None
    if timezone.now() - datetime.fromisoformat(found["at"]) > LONGEST:
        drop(request)
        return None
    return Kept(found["path"], found["fields"], found["files"])


def drop(request: HttpRequest) -> None:
    """Forget what was kept."""
    request.session.pop(KEY, None)


@login_required
def sent_again(request: HttpRequest) -> HttpResponse:
    """Show what was sent while signed out, and send it again at a press: nothing is sent by itself."""
    found = waiting(request)
    if request.method == "POST" or found is None:
        drop(request)
        return redirect("home")
    return render(request, "web/sent_again.html", {"kept": found, "again": AGAIN})
