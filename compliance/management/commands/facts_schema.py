"""`manage.py facts_schema`: print what a file of facts may hold, as JSON Schema. Needs no database."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from compliance.catalogue.known import schema
from compliance.catalogue.loader import facts


class Command(BaseCommand):
    help = "Print the JSON Schema (draft 2020-12) of the facts that manage.py applicability reads."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(schema(facts()), ensure_ascii=False, indent=2))
