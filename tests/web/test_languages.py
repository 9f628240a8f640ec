"""In which language a person reads, and in which they are written to."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import polib
import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from compliance.people.language import speak
from compliance.people.models import User
from tests.access.addresses import OF_AN_ORGANISATION, expected
from tests.access.things import House
from tests.people import PASSWORD, People, alice_bob_charlie, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return alice_bob_charlie()


def language_of(client: Client, path: str, **headers: str) -> str:
    """Return the language that a page says it is in."""
    answer = client.get(path, follow=True, headers=headers)
    page = answer.content.decode()
    assert answer.headers["Content-Language"] in page.split("<head>")[0]
    return str(answer.headers["Content-Language"])


def test_before_signing_in_the_browser_asks_and_a_switch_decides(people: People) -> None:
    client = Client()
    assert language_of(client, "/accounts/login/") == "en"
    assert language_of(client, "/accounts/login/", **{"accept-language": "de-AT,de;q=0.9,en;q=0.5"}) == "de"
    assert language_of(client, "/accounts/login/", **{"accept-language": "it"}) == "en"
    page = client.get("/accounts/login/?next=/verify/").content.decode()
    assert 'name="language" value="fr" lang="fr">Français<' in page
    answer = client.post("/accounts/language/", {"language": "fr", "next": "/accounts/login/?next=/verify/"})
    assert answer.headers["Location"] == "/accounts/login/?next=/verify/"
    assert language_of(client, "/accounts/login/") == "fr"
    away = client.post("/accounts/language/", {"language": "de", "next": "https://example.org/"})
    assert away.headers["Location"] == "/accounts/login/"


def test_what_was_chosen_before_signing_in_is_kept_on_the_person(people: People) -> None:
    client = Client()
    client.post("/accounts/language/", {"language": "de"})
    client.post("/accounts/login/", {"login": people.alice.user.email, "password": PASSWORD})
    assert User.objects.get(pk=people.alice.user_id).language == "de"
    speak(user=people.alice.user, language="fr")
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": people.alice.user.email, "password": PASSWORD})
    assert User.objects.get(pk=people.alice.user_id).language == "fr"


def test_a_person_reads_their_own_language_on_any_browser(people: People) -> None:
    client = client_of(people.alice)
    home = f"/o/{people.alice.organisation.slug}/"
    assert language_of(client, home, **{"accept-language": "fr"}) == "fr"
    answer = client.post("/accounts/language/", {"language": "de"}, follow=True)
    assert answer.headers["Content-Language"] == "de"
    assert language_of(client_of(people.alice), home, **{"accept-language": "fr"}) == "de"
    client.post("/accounts/language/", {"language": ""})
    assert language_of(client, home, **{"accept-language": "fr"}) == "fr"
    assert client.post("/accounts/language/", {"language": "tlh"}).status_code == 400


def test_a_mail_is_in_the_language_of_whom_it_goes_to(people: People) -> None:
    speak(user=people.alice.user, language="de")
    client = client_of(people.administrator)
    path = f"/o/{people.administrator.organisation.slug}/people/add/"
    client.post(path, {"name": "Newcomer", "email": "new@example.org", "role": "auditor"})
    Client().post("/accounts/password/reset/", {"email": people.alice.user.email})
    english, german = mail.outbox
    assert english.subject.startswith("You were added to")
    assert german.subject != "Set a new password"


def test_the_api_answers_in_english_unless_asked(people: People) -> None:
    speak(user=people.alice.user, language="de")
    client = client_of(people.alice)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    path = f"/o/{people.alice.organisation.slug}/api/v1/systems/00000000-0000-4000-8000-000000000000/"
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Language"]) == (404, "en")
    assert answer.json()["problems"][0]["sentence"] == "There is no such thing here."
    assert client.get(path, headers={"accept-language": "de"}).headers["Content-Language"] == "de"


class Texts(HTMLParser):
    """The texts of a page between its tags, and those of attributes that are read out; not those of pictures."""

    def __init__(self, page: str):
        super().__init__()
        self.found: set[str] = set()
        self.pictures = 0
        self.feed(page)

    def handle_data(self, data: str) -> None:
        if not self.pictures:
            self.found.add(" ".join(data.split()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pictures += tag == "figure"
        self.found |= {value or "" for name, value in attrs if name in ("aria-label", "title", "placeholder")}

    def handle_endtag(self, tag: str) -> None:
        self.pictures -= tag == "figure"


def translated(language: str) -> dict[str, str]:
    """Return each message whose translation is another text, where both are whole texts."""
    catalogue = polib.pofile(str(settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po"))
    found = {one.msgid: one.msgstr for one in catalogue if one.msgstr}
    return {english: words for english, words in found.items() if english not in found.values()}


def pages(house: House) -> Iterator[tuple[str, str]]:
    """Yield the name and path of each page of an organisation that is looked at, the API and the files left out."""
    things = house.things()
    for address in OF_AN_ORGANISATION:
        if not address.is_api:
            yield address.name, address.path(house.slug, **expected()[address.name].named(things))


# Pages that quote a law, a framework, a record or an example, some of whose own words read like a message of ours.
QUOTING = {
    *("systems_facts", "systems_fact", "systems_classification", "systems_determination", "progress_checklist"),
    *("checklists_detail", "checklists_applicability", "checklists_item", "laws_changes", "laws_browse", "laws_detail"),
    *("laws_row", "frameworks_draft", "frameworks_section", "frameworks_row_add", "frameworks_row", "webhooks_list"),
    *("trail_list", "bias_plan_new", "bias_plan", "bias_plan_change", "bias_detail", "publication_notice"),
}


@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_page_is_in_the_language_and_answers_as_in_english(language: str, settings: Any) -> None:
    settings.OUTWARD_HOSTS = ["127.0.0.1"]  # where the webhook of the house leads
    house = House("Own")
    client = client_of(house.administrator)
    words, left, differing = translated(language), {}, {}
    for name, path in pages(house):
        speak(user=house.administrator.user, language="en")
        english = client.get(path)
        speak(user=house.administrator.user, language=language)
        answer = client.get(path)
        if answer.status_code != english.status_code:
            differing[name] = (english.status_code, answer.status_code)
        for one in (english, answer):
            if one.streaming:  # reading it to the end closes it
                list(one.streaming_content)  # type: ignore[attr-defined]
        if answer.streaming or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        found = Texts(answer.content.decode()).found & words.keys()
        if found and name not in QUOTING:
            left[name] = sorted(found)
    assert differing == {}
    if left:
        pytest.fail("\n".join(f"{name} says in English: {'; '.join(some)}" for name, some in left.items()))
