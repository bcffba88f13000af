"""What staff write about people, and what people were sent, is encrypted in its columns too.

The columns stay what they are and no row is rewritten here: `manage.py rotate_texts` does that in the background. On
the way back the rows are written plainly again, a stretch a transaction.
"""

from django.db import migrations

import moderation.models.secret_text
from moderation.migrations._open_texts import plain_when_reversed

TEXTS = (
    ("moderation_appeal", "reply"),
    ("moderation_checkin", "waive_reason"),
    ("moderation_clustermember", "reason"),
    ("moderation_decision", "answer_note"),
    ("moderation_decision", "note"),
    ("moderation_escalation", "answer"),
    ("moderation_escalation", "note"),
    ("moderation_firstview", "text"),
    ("moderation_note", "text"),
    ("moderation_referral", "reason"),
    ("moderation_sanction", "end_reason"),
    ("moderation_sanction", "notice"),
    ("moderation_sanctionchange", "answer_note"),
    ("moderation_sanctionchange", "notice"),
    ("moderation_sanctionchange", "reason"),
)
OBJECTS = (
    ("moderation_appeal", "after"),
    ("moderation_appeal", "before"),
    ("moderation_outboxevent", "payload"),
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("moderation", "0007_keep"),
    ]

    operations = [
        migrations.AlterField(
            model_name="appeal",
            name="after",
            field=moderation.models.secret_text.SecretJSONField(
                blank=True, default=dict, help_text="The sanction as the hearing left it."
            ),
        ),
        migrations.AlterField(
            model_name="appeal",
            name="before",
            field=moderation.models.secret_text.SecretJSONField(
                blank=True, default=dict, help_text="The sanction as the hearing found it."
            ),
        ),
        migrations.AlterField(
            model_name="appeal",
            name="reply",
            field=moderation.models.secret_text.SecretTextField(blank=True),
        ),
        migrations.AlterField(
            model_name="checkin",
            name="waive_reason",
            field=moderation.models.secret_text.SecretTextField(blank=True),
        ),
        migrations.AlterField(
            model_name="clustermember",
            name="reason",
            field=moderation.models.secret_text.SecretTextField(blank=True),
        ),
        migrations.AlterField(
            model_name="decision",
            name="answer_note",
            field=moderation.models.secret_text.SecretTextField(blank=True),
        ),
        migrations.AlterField(
            model_name="decision",
            name="note",
            field=moderation.models.secret_text.SecretTextField(blank=True),
        ),
        migrations.AlterField(
            model_name="escalation",
            name="answer",
            field=moderation.models.secret_text.SecretTextField(blank=True),
        ),
        migrations.AlterField(
            model_name="escalation",
            name="note",
            field=moderation.models.secret_text.SecretTextField(),
        ),
        migrations.AlterField(
            model_name="firstview",
            name="text",
            field=moderation.models.secret_text.SecretTextField(),
        ),
        migrations.AlterField(
            model_name="note",
            name="text",
            field=moderation.models.secret_text.SecretTextField(),
        ),
        migrations.AlterField(
            model_name="outboxevent",
            name="payload",
            field=moderation.models.secret_text.SecretJSONField(),
        ),
        migrations.AlterField(
            model_name="referral",
            name="reason",
            field=moderation.models.secret_text.SecretTextField(),
        ),
        migrations.AlterField(
            model_name="sanction",
            name="end_reason",
            field=moderation.models.secret_text.SecretTextField(blank=True),
        ),
        migrations.AlterField(
            model_name="sanction",
            name="notice",
            field=moderation.models.secret_text.SecretTextField(help_text="What the person gets to read."),
        ),
        migrations.AlterField(
            model_name="sanctionchange",
            name="answer_note",
            field=moderation.models.secret_text.SecretTextField(blank=True),
        ),
        migrations.AlterField(
            model_name="sanctionchange",
            name="notice",
            field=moderation.models.secret_text.SecretTextField(blank=True, help_text="What the person gets to read."),
        ),
        migrations.AlterField(
            model_name="sanctionchange",
            name="reason",
            field=moderation.models.secret_text.SecretTextField(),
        ),
        plain_when_reversed(texts=TEXTS, objects=OBJECTS),  # last, and so first on the way back
    ]
