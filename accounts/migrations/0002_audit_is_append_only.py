"""The audit trail refuses every change but an INSERT.

Plain SQL rather than a pgtrigger trigger, because those can be passed over by setting a session variable. Whoever owns
the table can still drop these triggers: the application therefore runs under a role that only has SELECT and INSERT
(see the command grant_app_role).
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_stays();
CREATE TRIGGER audit_table_stays BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
"""
BACKWARD = """
DROP TRIGGER audit_table_stays ON accounts_auditentry;
DROP TRIGGER audit_rows_stay ON accounts_auditentry;
DROP FUNCTION audit_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
