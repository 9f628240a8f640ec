"""The database itself refuses to change or remove a locked plan and a declaration of independence."""

from django.db import migrations

from compliance.guards import Guard

LOCKED = Guard(
    table="audits_biasplan",
    name="bias_plan",
    settled="OLD.locked_at IS NOT NULL",
    sentence="A locked plan is never changed.",
)
DECLARED = Guard(
    table="audits_independencedeclaration",
    name="independence_declaration",
    settled="OLD.declared_at IS NOT NULL",
    sentence="A declaration of independence is never changed.",
)


class Migration(migrations.Migration):
    dependencies = [("audits", "0005_plans_have_authors")]

    operations = [LOCKED.operation(), DECLARED.operation()]
