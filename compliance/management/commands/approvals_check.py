"""`manage.py approvals_check`: compare every approval with what is there now, and with its own digest."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from compliance.checklists import approvals
from compliance.checklists.models import ChecklistItem


class Command(BaseCommand):
    help = (
        "Work out again which rows were approved and then changed, and mark them. "
        "Exit 0: the marks are right now. Exit 1: the document of an approval was altered."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        corrected = approvals.recheck_all()
        marked = ChecklistItem.objects.filter(stale_since__isnull=False).count()
        altered = [
            {"row": one.item.row_id, "checklist": str(one.item.checklist_id), "review": str(one.pk)}
            for one in approvals.altered()
        ]
        if options["format"] == "json":
            self.stdout.write(json.dumps({"marked": marked, "corrected": corrected, "altered": altered}, indent=2))
        else:
            for one in altered:
                told = f"{one['row']}: what the review {one['review']} decided on"
                self.stdout.write(f"{told} no longer has the digest recorded with it.")
            self.stdout.write(f"Marks corrected: {corrected}. Rows approved, then changed: {marked}.")
        if altered:
            sys.exit(1)
