"""The chain over the audit trail, and what an entry says more. Nothing is rewritten and no table is locked for long."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# The seals refuse every change with the trail's own function. An entry's time is the database's, whatever is sent.
FORWARD = """
CREATE TRIGGER audit_seals_stay BEFORE UPDATE OR DELETE ON accounts_auditseal
    FOR EACH ROW EXECUTE FUNCTION audit_stays();
CREATE TRIGGER audit_seal_table_stays BEFORE TRUNCATE ON accounts_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
CREATE FUNCTION audit_is_timed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := transaction_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER audit_row_is_timed BEFORE INSERT ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_is_timed();
"""
BACKWARD = """
DROP TRIGGER audit_row_is_timed ON accounts_auditentry;
DROP FUNCTION audit_is_timed();
DROP TRIGGER audit_seal_table_stays ON accounts_auditseal;
DROP TRIGGER audit_seals_stay ON accounts_auditseal;
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0002_audit_is_append_only")]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                (
                    "seq",
                    models.BigIntegerField(
                        help_text="The place in the chain, without holes.", primary_key=True, serialize=False
                    ),
                ),
                (
                    "entry_id",
                    models.BigIntegerField(
                        help_text="Not a foreign key: a seal outlives a row that vanished.", unique=True
                    ),
                ),
                ("said", models.TextField(help_text="The entry as one text; see accounts.sealing.")),
                (
                    "swept_at",
                    models.DateTimeField(
                        help_text="Everything committed before this moment was sealed by then.", null=True
                    ),
                ),
                (
                    "head",
                    models.BinaryField(help_text="SHA-256 of the head before, the place and the text.", max_length=32),
                ),
            ],
            options={"indexes": [models.Index(fields=["swept_at", "seq"], name="seal_by_sweep")]},
        ),
        migrations.AddField(
            model_name="auditentry",
            name="address",
            field=models.GenericIPAddressField(help_text="From where the actor called; empty: from Haven.", null=True),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="on_behalf_of",
            field=models.CharField(
                blank=True, db_default="", help_text="For whom the actor did it, as «account 12».", max_length=64
            ),
        ),
        AddIndexConcurrently(model_name="auditentry", index=models.Index(fields=["at"], name="audit_by_time")),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
