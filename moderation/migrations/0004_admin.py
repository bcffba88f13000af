"""The admin's side: changes of sanctions, holds, groups, appeals, check-ins, trials of the policy, statements.

The statements refuse every change but an INSERT, by plain SQL as the audit trail does (docs/decisions/0002).
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import moderation.domain.persons
import moderation.domain.vocabulary
import moderation.models.policies

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
        ("moderation", "0003_tally"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "fact",
                    models.CharField(
                        choices=[
                            ("status", "Status"),
                            ("badges", "Badges"),
                            ("role", "Role"),
                            ("age_group", "Age group"),
                            ("username", "Username"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "before",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                (
                    "after",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        help_text="When Haven was told.",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("answered", "Answered"),
                            ("waived", "Waived"),
                            ("dropped", "Dropped"),
                        ],
                        default=moderation.domain.vocabulary.CheckInState["WAITING"],
                        max_length=32,
                    ),
                ),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                (
                    "last_at",
                    models.DateTimeField(blank=True, help_text="The one before. Empty: there was none.", null=True),
                ),
                ("due_at", models.DateTimeField()),
                ("overdue_at", models.DateTimeField(help_text="From when on it is overdue.")),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "next_notice_at",
                    models.DateTimeField(blank=True, help_text="Empty: nothing more is sent.", null=True),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("waived_at", models.DateTimeField(blank=True, null=True)),
                ("waive_reason", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Cluster",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("decided", "Decided"), ("dissolved", "Dissolved")],
                        default=moderation.domain.vocabulary.ClusterState["OPEN"],
                        max_length=32,
                    ),
                ),
                ("size", models.SmallIntegerField(help_text="How many accounts are in it.")),
                (
                    "left_out",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32),
                        blank=True,
                        default=list,
                        help_text="What was not followed, and why.",
                        size=None,
                    ),
                ),
                ("formed_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="ClusterMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "joined_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True)),
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
        ),
        migrations.CreateModel(
            name="FirstView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                (
                    "written_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.FloatField(help_text="Of the finding that held it.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("confirmed", "Confirmed"),
                            ("lifted", "Lifted"),
                            ("replaced", "Replaced"),
                        ],
                        default=moderation.domain.vocabulary.HoldState["WAITING"],
                        max_length=32,
                    ),
                ),
                ("held_at", models.DateTimeField()),
                ("confirm_by", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("escalated_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Pin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_pinned", models.BooleanField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="PolicyTrial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField(help_text="Of the draft, as it was tried.")),
                ("body", models.JSONField(help_text="The draft as it was tried.")),
                ("days", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                        ],
                        default=moderation.domain.vocabulary.TrialState["RUNNING"],
                        max_length=32,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "total",
                    models.PositiveIntegerField(
                        help_text="Cases and messages to be read; what comes in meanwhile is not."
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0)),
                ("after", models.JSONField(default=dict)),
                ("found", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Reflection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "answers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(blank=True),
                        help_text="One a question, in their order; any may be empty.",
                        size=None,
                    ),
                ),
                ("saved_at", models.DateTimeField()),
                ("handed_in_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SanctionChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField()),
                (
                    "deed",
                    models.CharField(
                        choices=[
                            ("extend", "Extend"),
                            ("shorten", "Shorten"),
                            ("lift", "Lift"),
                            ("permanent", "Make permanent"),
                            ("regrant", "Give the teen badge again"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                            ("lapsed", "Lapsed"),
                        ],
                        max_length=32,
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("reason", models.TextField()),
                ("notice", models.TextField(blank=True, help_text="What the person gets to read.")),
                ("ends_before", models.DateTimeField(blank=True, help_text="The end that it had.", null=True)),
                (
                    "ends_after",
                    models.DateTimeField(blank=True, help_text="The end that it got; empty: none.", null=True),
                ),
                ("proposed_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answer_note", models.TextField(blank=True)),
            ],
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
            ],
        ),
        migrations.CreateModel(
            name="Tie",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("given", "gave a contact to"),
                            ("same_contact", "gave the same contact as"),
                            ("admitted", "spoke of contact with"),
                            ("reported", "was reported to be in contact with"),
                            ("named", "reported contact with"),
                        ],
                        max_length=32,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
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
        migrations.RemoveIndex(
            model_name="appeal",
            name="appeal_waiting",
        ),
        migrations.AddField(
            model_name="appeal",
            name="after",
            field=models.JSONField(blank=True, default=dict, help_text="The sanction as the hearing left it."),
        ),
        migrations.AddField(
            model_name="appeal",
            name="before",
            field=models.JSONField(blank=True, default=dict, help_text="The sanction as the hearing found it."),
        ),
        migrations.AddField(
            model_name="appeal",
            name="by_link",
            field=models.BooleanField(default=False, help_text="Written on the page behind the link of the notice."),
        ),
        migrations.AddField(
            model_name="appeal",
            name="clause",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="appeal",
            name="due_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), help_text="Until when it is to be heard."
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="hearings",
            field=models.PositiveSmallIntegerField(default=0, help_text="How often it was decided: undone ones count."),
        ),
        migrations.AddField(
            model_name="appeal",
            name="undo_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="group_size",
            field=models.SmallIntegerField(
                db_default=0, default=0, help_text="Of its cluster, as it was when the case was last assessed."
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="answer_by",
            field=models.DateTimeField(blank=True, help_text="A proposal: when it escalates unanswered.", null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="escalated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="gives_back",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                default=list,
                help_text="Accounts whose held badge it gives back.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="corrects",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrected_by",
                to="moderation.note",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="kind",
            field=models.CharField(
                choices=[
                    ("general", "General"),
                    ("safety", "Safety"),
                    ("context", "Context"),
                    ("staff_contact", "Contact with the platform's staff"),
                ],
                default=moderation.domain.persons.NoteKind["GENERAL"],
                max_length=32,
            ),
        ),
        migrations.AddField(
            model_name="outboxevent",
            name="sanction",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The sanction that it tells of, if any.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="moderation.sanction",
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="edited_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="edited_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="editors",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                db_default=[],
                default=list,
                help_text="Everybody who has written in it.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="note",
            field=models.TextField(blank=True, db_default="", help_text="Why it was published."),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="revision",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="sanction",
            name="check_in_done_at",
            field=models.DateTimeField(
                blank=True, help_text="When that check-in was answered, or waived by a person.", null=True
            ),
        ),
        migrations.AddField(
            model_name="sanction",
            name="needs_check_in",
            field=models.BooleanField(default=False, help_text="It ends only after a check-in."),
        ),
        migrations.AlterField(
            model_name="appeal",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Waits to be heard"),
                    ("upheld", "Upheld"),
                    ("reduced", "Reduced"),
                    ("overturned", "Overturned"),
                ],
                default=moderation.domain.vocabulary.AppealState["OPEN"],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="report",
            name="reported",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports_about",
                to="moderation.account",
            ),
        ),
        migrations.AlterField(
            model_name="report",
            name="reporter",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports_made",
                to="moderation.account",
            ),
        ),
        migrations.AlterField(
            model_name="sanction",
            name="decision",
            field=models.ForeignKey(
                help_text="Empty: Haven itself held a badge before anybody had looked.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sanctions",
                to="moderation.decision",
            ),
        ),
        migrations.AlterField(
            model_name="sanction",
            name="ended_how",
            field=models.CharField(
                blank=True,
                choices=[
                    ("expiry", "Expiry"),
                    ("lifting", "Lifting"),
                    ("appeal", "Appeal"),
                    ("replacement", "Replacement"),
                    ("regrant", "Regrant"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                django.db.models.functions.comparison.Collate(django.db.models.functions.text.Lower("username"), "C"),
                models.F("id"),
                name="account_by_folded_name",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["fingerprint", "actor", "-case"], name="contact_by_who_gave_it"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("escalated_at__isnull", True), ("state", "proposed")),
                fields=["answer_by"],
                name="decision_to_escalate",
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(
                condition=models.Q(("account__isnull", False)),
                fields=["account", "-written_at", "-id"],
                name="note_by_account_at",
            ),
        ),
        migrations.AddIndex(
            model_name="outboxevent",
            index=models.Index(
                condition=models.Q(("sanction__isnull", False)), fields=["sanction", "-id"], name="outbox_by_sanction"
            ),
        ),
        migrations.AddIndex(
            model_name="outboxevent",
            index=models.Index(
                condition=models.Q(("sanction__isnull", False), ("state__in", ["pending", "dead"])),
                fields=["id"],
                name="outbox_sanction_untold",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["reporter", "-created_at", "-id"], name="report_by_reporter"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["reported", "-created_at", "-id"], name="report_by_reported"),
        ),
        migrations.AddIndex(
            model_name="sanction",
            index=models.Index(
                condition=models.Q(
                    ("ends_at__isnull", False),
                    ("state", "in_force"),
                    models.Q(("needs_check_in", False), ("check_in_done_at__isnull", False), _connector="OR"),
                ),
                fields=["ends_at", "id"],
                name="sanction_running_out",
            ),
        ),
        migrations.AddIndex(
            model_name="sanction",
            index=models.Index(
                condition=models.Q(("state", "in_force")),
                fields=["kind", "ground", "-starts_at", "-id"],
                name="sanction_in_force_sorts",
            ),
        ),
        migrations.AddIndex(
            model_name="sanction",
            index=models.Index(
                condition=models.Q(("ends_at__isnull", False), ("state", "in_force")),
                fields=["kind", "ground", "ends_at", "id"],
                name="sanction_ending_sorts",
            ),
        ),
        migrations.AddIndex(
            model_name="sanction",
            index=models.Index(
                condition=models.Q(("state", "ended")),
                fields=["kind", "ground", "-ended_at", "-id"],
                name="sanction_ended_sorts",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", moderation.domain.vocabulary.DecisionState["PROPOSED"]), _negated=True),
                    ("answer_by__isnull", False),
                    _connector="OR",
                ),
                name="decision_proposed_says_by_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["general", "safety", "context", "staff_contact"])),
                name="note_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(("corrects__isnull", True), ("corrects__lt", models.F("pk")), _connector="OR"),
                name="note_corrects_an_older_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.IsNull(
                    moderation.models.policies.PlaceAmong("editors", "published_by"), True
                ),
                name="policy_published_by_nobody_who_wrote_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.UniqueConstraint(
                models.Value(True), condition=models.Q(("published_at__isnull", True)), name="one_draft_of_the_policy"
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decision__isnull", False),
                    models.Q(
                        ("kind", moderation.domain.vocabulary.SanctionKind["TEEN_BADGE_HOLD"]),
                        ("needs_approval", False),
                        ("proposer__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="sanction_only_a_hold_comes_without_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("check_in_done_at__isnull", True), ("needs_check_in", False)),
                    models.Q(
                        ("kind", moderation.domain.vocabulary.SanctionKind["SUSPENSION"]), ("needs_check_in", True)
                    ),
                    _connector="OR",
                ),
                name="sanction_only_a_suspension_needs_a_check_in",
            ),
        ),
        migrations.AddField(
            model_name="accountchange",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="moderation.account",
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="check_ins", to="moderation.account"
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="policy_version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="moderation.policyversion"
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="sanction",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="check_in",
                to="moderation.sanction",
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="waived_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="cluster",
            name="merged_into",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="merged", to="moderation.cluster"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="cluster",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="moderation.cluster"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["opened_at", "id"], name="case_opened"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cluster__isnull", True), ("group_size", 0)),
                    models.Q(("cluster__isnull", False), ("group_size__gte", 3)),
                    _connector="OR",
                ),
                name="case_group_size_with_cluster",
            ),
        ),
        migrations.AddField(
            model_name="clustermember",
            name="account",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="moderation.account"
            ),
        ),
        migrations.AddField(
            model_name="clustermember",
            name="cluster",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="members", to="moderation.cluster"
            ),
        ),
        migrations.AddField(
            model_name="clustermember",
            name="removed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="dailyfigure",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="dailyfigure",
            constraint=models.UniqueConstraint(fields=("day", "figure", "ground", "kind"), name="figure_once_a_day"),
        ),
        migrations.AddField(
            model_name="firstview",
            name="appeal",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="first_views",
                to="moderation.appeal",
            ),
        ),
        migrations.AddField(
            model_name="firstview",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="first_view",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="moderation.firstview"
            ),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(condition=models.Q(("state", "open")), fields=["due_at", "id"], name="appeal_waiting"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["received_at"], name="appeal_received"),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", moderation.domain.vocabulary.AppealState["OPEN"]),
                    models.Q(("first_view__isnull", False), models.Q(("reply", ""), _negated=True)),
                    _connector="OR",
                ),
                name="appeal_view_and_reply_when_decided",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="moderation.account"
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="moderation.case"
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="confirmed_with",
            field=models.ForeignKey(
                help_text="The proposal that said so.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="moderation.decision",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="sanction",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="hold", to="moderation.sanction"
            ),
        ),
        migrations.AddField(
            model_name="pin",
            name="account",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="moderation.account"
            ),
        ),
        migrations.AddField(
            model_name="pin",
            name="changed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="pin",
            name="note",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="pin", to="moderation.note"
            ),
        ),
        migrations.AddField(
            model_name="policytrial",
            name="base",
            field=models.ForeignKey(
                help_text="In force then.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="moderation.policyversion",
            ),
        ),
        migrations.AddField(
            model_name="policytrial",
            name="started_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="policytrial",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="trials", to="moderation.policyversion"
            ),
        ),
        migrations.AddField(
            model_name="reflection",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reflections",
                to="moderation.account",
            ),
        ),
        migrations.AddField(
            model_name="reflection",
            name="check_in",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reflection",
                to="moderation.checkin",
            ),
        ),
        migrations.AddField(
            model_name="reflection",
            name="sanction",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reflection",
                to="moderation.sanction",
            ),
        ),
        migrations.AddField(
            model_name="sanctionchange",
            name="answered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sanctionchange",
            name="proposer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sanctionchange",
            name="sanction",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="moderation.sanction",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="policy_version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="moderation.policyversion",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="sanction",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="moderation.sanction",
            ),
        ),
        migrations.AddField(
            model_name="tie",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="ties", to="moderation.case"
            ),
        ),
        migrations.AddField(
            model_name="tie",
            name="source",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="moderation.account"
            ),
        ),
        migrations.AddField(
            model_name="tie",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="moderation.account"
            ),
        ),
        migrations.AddIndex(
            model_name="accountchange",
            index=models.Index(fields=["account", "-at", "-id"], name="account_change_by_account"),
        ),
        migrations.AddConstraint(
            model_name="accountchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("fact__in", ["status", "badges", "role", "age_group", "username"])),
                name="account_change_fact_is_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="accountchange",
            trigger=pgtrigger.compiler.Trigger(
                name="account_change_stays_as_it_was",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="3091f9bd24210ac4c42c8f4bae5913ec95b1d3a5",
                    operation="UPDATE",
                    pgid="pgtrigger_account_change_stays_as_it_was_6e627",
                    table="moderation_accountchange",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="checkin",
            index=models.Index(
                condition=models.Q(("state", moderation.domain.vocabulary.CheckInState["WAITING"])),
                fields=["next_notice_at", "id"],
                name="check_in_to_tell",
            ),
        ),
        migrations.AddIndex(
            model_name="checkin",
            index=models.Index(
                condition=models.Q(
                    ("state", moderation.domain.vocabulary.CheckInState["WAITING"]), ("sanction__isnull", True)
                ),
                fields=["overdue_at", "id"],
                name="check_in_overdue",
            ),
        ),
        migrations.AddIndex(
            model_name="checkin",
            index=models.Index(
                condition=models.Q(
                    ("state", moderation.domain.vocabulary.CheckInState["WAITING"]),
                    ("sanction__isnull", True),
                    ("last_at__isnull", True),
                ),
                fields=["overdue_at", "id"],
                name="check_in_never",
            ),
        ),
        migrations.AddIndex(
            model_name="checkin",
            index=models.Index(
                condition=models.Q(
                    ("state", moderation.domain.vocabulary.CheckInState["WAITING"]),
                    models.Q(("sanction__isnull", True), _negated=True),
                ),
                fields=["id"],
                name="check_in_holding",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "answered", "waived", "dropped"])),
                name="check_in_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state", moderation.domain.vocabulary.CheckInState["WAITING"]), ("sanction__isnull", True)
                ),
                fields=("account",),
                name="one_check_in_an_account_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_at__isnull", False), ("state", moderation.domain.vocabulary.CheckInState["ANSWERED"])
                    ),
                    models.Q(
                        models.Q(("state", moderation.domain.vocabulary.CheckInState["ANSWERED"]), _negated=True),
                        ("answered_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="check_in_answered_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("sanction__isnull", False),
                        ("state", moderation.domain.vocabulary.CheckInState["WAIVED"]),
                        ("waived_at__isnull", False),
                        ("waived_by__isnull", False),
                        models.Q(("waive_reason", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", moderation.domain.vocabulary.CheckInState["WAIVED"]), _negated=True),
                        ("waive_reason", ""),
                        ("waived_at__isnull", True),
                        ("waived_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="check_in_waived_by_somebody_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", moderation.domain.vocabulary.CheckInState["WAITING"]),
                    ("next_notice_at__isnull", True),
                    _connector="OR",
                ),
                name="check_in_over_is_quiet",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(("overdue_at__gte", models.F("due_at"))), name="check_in_due_before_overdue"
            ),
        ),
        migrations.AddIndex(
            model_name="cluster",
            index=models.Index(
                condition=models.Q(("state", moderation.domain.vocabulary.ClusterState["OPEN"])),
                fields=["-size", "-id"],
                name="cluster_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="cluster",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "decided", "dissolved"])), name="cluster_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="cluster",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(("size", 0), ("state", moderation.domain.vocabulary.ClusterState["DISSOLVED"])),
                    _connector="OR",
                ),
                name="cluster_merged_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="cluster",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", moderation.domain.vocabulary.ClusterState["DISSOLVED"]), ("size__gte", 3), _connector="OR"
                ),
                name="cluster_is_a_group",
            ),
        ),
        migrations.AddConstraint(
            model_name="cluster",
            constraint=models.CheckConstraint(
                condition=models.Q(("left_out__contained_by", ["contact", "room", "size"])),
                name="cluster_left_out_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="clustermember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)), fields=("account",), name="one_cluster_an_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="clustermember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("removed_at__isnull", True), ("removed_by__isnull", True)),
                    models.Q(
                        ("removed_at__isnull", False),
                        ("removed_by__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="cluster_member_removed_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="firstview",
            constraint=models.UniqueConstraint(fields=("appeal", "person"), name="first_view_once_a_person"),
        ),
        migrations.AddConstraint(
            model_name="firstview",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="first_view_says_something"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="firstview",
            trigger=pgtrigger.compiler.Trigger(
                name="first_view_stays_as_it_was",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="83945e7051a7e95baeb8d3b4ec3a4c4fdacc49c2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_first_view_stays_as_it_was_24941",
                    table="moderation_firstview",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["confirm_by", "id"], name="hold_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "confirmed", "lifted", "replaced"])),
                name="hold_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "confirmed"])),
                fields=("case", "account"),
                name="one_open_hold_a_case_and_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                    models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                    _connector="OR",
                ),
                name="hold_confirmed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", moderation.domain.vocabulary.HoldState["CONFIRMED"]), _negated=True),
                    ("confirmed_at__isnull", False),
                    _connector="OR",
                ),
                name="hold_confirmed_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", moderation.domain.vocabulary.HoldState["WAITING"]), _negated=True),
                    ("confirmed_at__isnull", True),
                    _connector="OR",
                ),
                name="hold_waiting_is_not_confirmed",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirm_by__gt", models.F("held_at"))), name="hold_leaves_time_to_confirm"
            ),
        ),
        migrations.AddIndex(
            model_name="pin",
            index=models.Index(
                condition=models.Q(("is_pinned", True)), fields=["account", "note"], name="pin_by_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="pin",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="pin_version_counts_from_one"
            ),
        ),
        migrations.AddIndex(
            model_name="policytrial",
            index=models.Index(fields=["version", "-id"], name="trial_by_version"),
        ),
        migrations.AddConstraint(
            model_name="policytrial",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["running", "done", "cancelled", "failed"])),
                name="trial_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="policytrial",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")), fields=("version",), name="one_running_trial_a_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="policytrial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("finished_at__isnull", True), models.Q(("state", "running"), _negated=True), _connector="XOR"
                ),
                name="trial_finished_when_not_running",
            ),
        ),
        migrations.AddIndex(
            model_name="reflection",
            index=models.Index(
                condition=models.Q(("handed_in_at__isnull", False)),
                fields=["account", "-handed_in_at"],
                name="reflection_by_account",
            ),
        ),
        migrations.AddIndex(
            model_name="reflection",
            index=models.Index(
                condition=models.Q(("handed_in_at__isnull", False)),
                fields=["-handed_in_at", "-id"],
                name="reflection_handed_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="reflection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("check_in__isnull", False), ("sanction__isnull", True)),
                    models.Q(("check_in__isnull", True), ("sanction__isnull", False)),
                    _connector="OR",
                ),
                name="reflection_of_a_notice_or_a_check_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="reflection",
            constraint=models.CheckConstraint(
                condition=models.Q(("answers__len", 6)), name="reflection_answers_six_questions"
            ),
        ),
        migrations.AddIndex(
            model_name="sanctionchange",
            index=models.Index(condition=models.Q(("state", "proposed")), fields=["id"], name="change_waiting"),
        ),
        migrations.AddConstraint(
            model_name="sanctionchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("deed__in", ["extend", "shorten", "lift", "permanent", "regrant"])),
                name="change_deed_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanctionchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["proposed", "done", "refused", "lapsed"])),
                name="change_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanctionchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_by__isnull", True),
                    models.Q(("answered_by", models.F("proposer")), _negated=True),
                    _connector="OR",
                ),
                name="change_answered_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanctionchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("deed__in", ["permanent", "regrant"]),
                        ("state", moderation.domain.vocabulary.ChangeState["DONE"]),
                        _negated=True,
                    ),
                    ("answered_by__isnull", False),
                    _connector="OR",
                ),
                name="change_done_only_when_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanctionchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="change_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="sanctionchange",
            constraint=models.UniqueConstraint(fields=("sanction", "key"), name="change_once_a_form"),
        ),
        migrations.AddConstraint(
            model_name="sanctionchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", moderation.domain.vocabulary.ChangeState["PROPOSED"])),
                fields=("sanction",),
                name="one_proposed_change_a_sanction",
            ),
        ),
        migrations.AddIndex(
            model_name="statement",
            index=models.Index(fields=["stated_at", "id"], name="statement_by_time"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["education_notice", "suspension", "teen_badge_hold", "teen_badge_removal"])
                ),
                name="statement_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ground__in", ["contact_shared", "contact_requested", "offsite_contact", "offsite_harm", "other"])
                ),
                name="statement_ground_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["report", "own_initiative"])), name="statement_source_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(fields=("sanction", "number"), name="statement_number_once_a_sanction"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_restriction", True),
                    ("kind", moderation.domain.vocabulary.SanctionKind["EDUCATION_NOTICE"]),
                    _connector="XOR",
                ),
                name="statement_restricts_unless_it_educates",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided", ""), _negated=True),
                    models.Q(("facts", ""), _negated=True),
                    models.Q(("clause", ""), _negated=True),
                    models.Q(("clause_text", ""), _negated=True),
                    models.Q(("redress", ""), _negated=True),
                ),
                name="statement_leaves_nothing_out",
            ),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["given", "same_contact", "admitted", "reported", "named"])),
                name="tie_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.UniqueConstraint(fields=("source", "target", "case", "kind"), name="tie_once_a_case"),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", models.F("target")), _negated=True), name="tie_joins_two"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
