"""An edition, a notice and a line of its log never change, and an answered request does not either."""

from django.db import migrations

from compliance.guards import Guard

GUARDS = [
    Guard("audits_summary", "summary_settled", "TRUE", "A published edition never changes."),
    Guard("audits_notice", "notice_settled", "TRUE", "A notice that was made never changes."),
    Guard("audits_delivery", "delivery_settled", "TRUE", "A log of notices is only added to."),
    Guard(
        "audits_datarequest", "answer_settled", "OLD.answered_on IS NOT NULL", "An answered request never changes."
    ),
]


class Migration(migrations.Migration):
    dependencies = [("audits", "0011_publication")]
    operations = [one.operation() for one in GUARDS]
