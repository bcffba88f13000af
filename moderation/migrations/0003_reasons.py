"""Statements of reasons and the figures of the yearly report.

The statements refuse every change but an INSERT, by plain SQL as the audit trail does (docs/decisions/0002).
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import moderation.domain.vocabulary

FORWARD = """
CREATE FUNCTION statement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A statement of reasons stays as it was given: % is refused.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER statement_rows_stay BEFORE UPDATE OR DELETE ON moderation_statement
    FOR EACH ROW EXECUTE FUNCTION statement_stays();
CREATE TRIGGER statement_table_stays BEFORE TRUNCATE ON moderation_statement
    FOR EACH STATEMENT EXECUTE FUNCTION statement_stays();
"""
BACKWARD = """
DROP TRIGGER statement_table_stays ON moderation_statement;
DROP TRIGGER statement_rows_stay ON moderation_statement;
DROP FUNCTION statement_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0002_first_policy"),
    ]

    operations = [
        migrations.CreateModel(
            name="TransparencyYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(unique=True)),
                ("counted_at", models.DateTimeField()),
                (
                    "medians",
                    models.JSONField(help_text='{"report_to_decision": {"": seconds, "contact_shared": seconds}}'),
                ),
                ("staff", models.JSONField(help_text="People with an active account, by role.")),
            ],
        ),
        migrations.CreateModel(
            name="DailyFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "figure",
                    models.CharField(
                        choices=[
                            ("reports", "Reports received"),
                            ("findings", "Findings of the pre-screen"),
                            ("own_cases", "Cases that the pre-screen opened and nobody reported"),
                            ("referrals", "Cases brought in by staff"),
                            ("measures", "Measures that came into force"),
                            ("measures_by_machine", "Measures taken before a person had looked"),
                            ("machine_reversed", "… of which a person ended early"),
                            ("endings", "Measures that ended"),
                            ("appeals", "Complaints received"),
                            ("appeals_heard", "Complaints decided"),
                            ("flagged_decided", "Flagged cases decided"),
                            ("findings_wrong", "Findings that staff marked as wrong"),
                            ("findings_missed", "Passages that staff marked as missed"),
                        ],
                        max_length=32,
                    ),
                ),
                ("ground", models.CharField(blank=True, max_length=32)),
                (
                    "kind",
                    models.CharField(
                        blank=True, help_text="Of a measure; for an outcome or an end, which.", max_length=32
                    ),
                ),
                ("count", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "figure__in",
                                [
                                    "reports",
                                    "findings",
                                    "own_cases",
                                    "referrals",
                                    "measures",
                                    "measures_by_machine",
                                    "machine_reversed",
                                    "endings",
                                    "appeals",
                                    "appeals_heard",
                                    "flagged_decided",
                                    "findings_wrong",
                                    "findings_missed",
                                ],
                            )
                        ),
                        name="figure_is_known",
                    ),
                    models.UniqueConstraint(fields=("day", "figure", "ground", "kind"), name="figure_once_a_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.PositiveSmallIntegerField(help_text="1 when it came into force, then one more a change."),
                ),
                (
                    "puid",
                    models.CharField(
                        help_text="HMAC-SHA-256, the name under which it is published.", max_length=64, unique=True
                    ),
                ),
                (
                    "stated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("is_restriction", models.BooleanField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("education_notice", "Education notice"),
                            ("suspension", "Suspension"),
                            ("teen_badge_hold", "Teen badge hold"),
                            ("teen_badge_removal", "Teen badge removal"),
                        ],
                        max_length=32,
                    ),
                ),
                ("permanent", models.BooleanField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("decided", models.TextField(help_text="What was decided, in words.")),
                ("territory", models.TextField()),
                ("duration", models.TextField()),
                ("facts", models.TextField(help_text="In words, without contacts and without what was said.")),
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
                ("clause", models.CharField(max_length=64)),
                ("clause_text", models.TextField()),
                (
                    "source",
                    models.CharField(
                        choices=[("report", "A report by another user"), ("own_initiative", "Our own initiative")],
                        max_length=32,
                    ),
                ),
                ("detected_by_machine", models.BooleanField()),
                ("decided_by_machine", models.BooleanField()),
                ("complaint_until", models.DateTimeField()),
                ("redress", models.TextField()),
                ("with_minor", models.BooleanField(help_text="A teen was there.")),
                ("content_on", models.DateField(help_text="The day of the first message it rests on, or of the case.")),
                ("language", models.CharField(blank=True, max_length=8)),
                (
                    "policy_version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="moderation.policyversion",
                    ),
                ),
                (
                    "sanction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="moderation.sanction",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["stated_at", "id"], name="statement_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["education_notice", "suspension", "teen_badge_hold", "teen_badge_removal"])
                        ),
                        name="statement_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ground__in",
                                ["contact_shared", "contact_requested", "offsite_contact", "offsite_harm", "other"],
                            )
                        ),
                        name="statement_ground_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["report", "own_initiative"])),
                        name="statement_source_is_known",
                    ),
                    models.UniqueConstraint(fields=("sanction", "number"), name="statement_number_once_a_sanction"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_restriction", True),
                            ("kind", moderation.domain.vocabulary.SanctionKind["EDUCATION_NOTICE"]),
                            _connector="XOR",
                        ),
                        name="statement_restricts_unless_it_educates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided", ""), _negated=True),
                            models.Q(("facts", ""), _negated=True),
                            models.Q(("clause", ""), _negated=True),
                            models.Q(("clause_text", ""), _negated=True),
                            models.Q(("redress", ""), _negated=True),
                        ),
                        name="statement_leaves_nothing_out",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
