"""Counts the open cases of each sort by triggers, so that no page ever has to count them all.

Plain SQL, so that no session variable passes over it. The functions run with the rights of whoever owns the tables:
a case can be opened between `migrate` and `grant_app_role`. Filling happens under the lock that CREATE TRIGGER takes.
"""

from django.conf import settings
from django.db import migrations, models

import moderation.domain.vocabulary

_READ_OFF = {
    "ground": "{row}ground",
    "severity": "{row}severity",
    "lane": "{row}lane",
    "teen": "{row}teen",
    "screened": "{row}screened",
    "on_break": "{row}on_break",
    "seen_before": "{row}seen_before",
    "late": "{row}late",
    "put_off": "{row}waits_until IS NOT NULL",
    "people": "least({row}reporters, 3)",
    "language": "{row}language",
    "holder": "coalesce({row}holder_id, 0)",
    "handed_to": "coalesce({row}handed_to_id, 0)",
}
_COLUMNS = ", ".join(_READ_OFF)


def _sort(row=""):
    return ", ".join(column.format(row=row) for column in _READ_OFF.values())


# Whoever sets when a case is due need not think of `late`; time alone is heeded by operations/counting.py.
_LATE = """
UPDATE moderation_case SET late = due_at < statement_timestamp(),
    waits_until = CASE WHEN waits_until > statement_timestamp() THEN waits_until END
WHERE state = 'open' AND (due_at < statement_timestamp() OR waits_until <= statement_timestamp());
CREATE FUNCTION tell_if_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.late := NEW.due_at < statement_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER case_tells_if_late BEFORE INSERT OR UPDATE OF due_at ON moderation_case
    FOR EACH ROW EXECUTE FUNCTION tell_if_late();
"""
_NOT_LATE = """
DROP TRIGGER case_tells_if_late ON moderation_case;
DROP FUNCTION tell_if_late();
"""
_COUNT = f"""
CREATE FUNCTION note_case_sort() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') AND OLD.state = 'open' THEN
        INSERT INTO moderation_casesortchange ({_COLUMNS}, cases) VALUES ({_sort("OLD.")}, -1);
    END IF;
    IF TG_OP IN ('UPDATE', 'INSERT') AND NEW.state = 'open' THEN
        INSERT INTO moderation_casesortchange ({_COLUMNS}, cases) VALUES ({_sort("NEW.")}, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER case_sort_begins AFTER INSERT ON moderation_case
    FOR EACH ROW WHEN (NEW.state = 'open') EXECUTE FUNCTION note_case_sort();
CREATE TRIGGER case_sort_changes AFTER UPDATE ON moderation_case
    FOR EACH ROW WHEN (
        (OLD.state = 'open' OR NEW.state = 'open')
        AND (OLD.state, {_sort("OLD.")}) IS DISTINCT FROM (NEW.state, {_sort("NEW.")})
    ) EXECUTE FUNCTION note_case_sort();
CREATE TRIGGER case_sort_ends AFTER DELETE ON moderation_case
    FOR EACH ROW WHEN (OLD.state = 'open') EXECUTE FUNCTION note_case_sort();
INSERT INTO moderation_casesort ({_COLUMNS}, cases)
SELECT {_sort()}, count(*) FROM moderation_case WHERE state = 'open' GROUP BY {", ".join(map(str, range(1, 14)))};
"""  # noqa: S608 - constants alone
_NOT_COUNT = """
DROP TRIGGER case_sort_begins ON moderation_case;
DROP TRIGGER case_sort_changes ON moderation_case;
DROP TRIGGER case_sort_ends ON moderation_case;
DROP FUNCTION note_case_sort();
"""


# Some grounds are never of some severities: without this PostgreSQL expects a tenth of the queue where there is nothing,
# and reads a million rows past the index that would have told.
_TOGETHER = "CREATE STATISTICS case_sorts (mcv) ON state, ground, severity FROM moderation_case"
_NOT_TOGETHER = "DROP STATISTICS case_sorts"


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0002_first_policy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseSort",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("contact_shared", "Contact shared"),
                            ("contact_requested", "Contact requested"),
                            ("offsite_contact", "Off-site contact"),
                            ("offsite_harm", "Off-site harm"),
                            ("other", "Other report"),
                        ],
                        max_length=32,
                    ),
                ),
                ("severity", models.SmallIntegerField()),
                (
                    "lane",
                    models.CharField(
                        choices=[
                            ("ordinary", "Ordinary"),
                            ("senior", "For the seniors"),
                            ("crisis", "Crisis"),
                            ("safeguarding", "Safeguarding"),
                        ],
                        max_length=32,
                    ),
                ),
                ("teen", models.BooleanField()),
                ("screened", models.BooleanField()),
                ("on_break", models.BooleanField()),
                ("seen_before", models.BooleanField()),
                ("late", models.BooleanField()),
                ("put_off", models.BooleanField()),
                ("people", models.SmallIntegerField(help_text="Who reported it, at most as many as make «and more».")),
                ("language", models.CharField(blank=True, max_length=8)),
                (
                    "holder",
                    models.BigIntegerField(
                        help_text="No foreign key, and 0 for nobody: a NULL would equal no other NULL."
                    ),
                ),
                ("handed_to", models.BigIntegerField()),
                ("cases", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="CaseSortChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("contact_shared", "Contact shared"),
                            ("contact_requested", "Contact requested"),
                            ("offsite_contact", "Off-site contact"),
                            ("offsite_harm", "Off-site harm"),
                            ("other", "Other report"),
                        ],
                        max_length=32,
                    ),
                ),
                ("severity", models.SmallIntegerField()),
                (
                    "lane",
                    models.CharField(
                        choices=[
                            ("ordinary", "Ordinary"),
                            ("senior", "For the seniors"),
                            ("crisis", "Crisis"),
                            ("safeguarding", "Safeguarding"),
                        ],
                        max_length=32,
                    ),
                ),
                ("teen", models.BooleanField()),
                ("screened", models.BooleanField()),
                ("on_break", models.BooleanField()),
                ("seen_before", models.BooleanField()),
                ("late", models.BooleanField()),
                ("put_off", models.BooleanField()),
                ("people", models.SmallIntegerField(help_text="Who reported it, at most as many as make «and more».")),
                ("language", models.CharField(blank=True, max_length=8)),
                (
                    "holder",
                    models.BigIntegerField(
                        help_text="No foreign key, and 0 for nobody: a NULL would equal no other NULL."
                    ),
                ),
                ("handed_to", models.BigIntegerField()),
                ("cases", models.IntegerField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveIndex(
            model_name="case",
            name="case_counts",
        ),
        migrations.AddField(
            model_name="case",
            name="late",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Past due, as of a few seconds ago: set by the database, and only to count by.",
            ),
        ),
        migrations.RunSQL(_LATE, _NOT_LATE),
        migrations.AlterField(
            model_name="case",
            name="waits_until",
            field=models.DateTimeField(
                blank=True, help_text="Put off: not offered before. Empty soon after.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", moderation.domain.vocabulary.CaseState["OPEN"]), ("late", False)),
                fields=["due_at"],
                name="case_not_yet_late",
            ),
        ),
        migrations.AddConstraint(
            model_name="casesort",
            constraint=models.UniqueConstraint(
                fields=(
                    "holder",
                    "handed_to",
                    "ground",
                    "severity",
                    "lane",
                    "teen",
                    "screened",
                    "on_break",
                    "seen_before",
                    "late",
                    "put_off",
                    "people",
                    "language",
                ),
                name="case_sort_once",
            ),
        ),
        migrations.RunSQL(_COUNT, _NOT_COUNT),
        migrations.RunSQL(_TOGETHER, _NOT_TOGETHER),
    ]
