"""Texts are encrypted in their columns; the columns themselves stay what they are, and no row is rewritten here.

On the way back they are written plainly again, a stretch a transaction."""

import django.contrib.postgres.fields
from django.db import migrations, models

import moderation.models.secret_text
from moderation.migrations._open_texts import plain_when_reversed

TEXTS = (
    ("moderation_appeal", "text"),
    ("moderation_case", "snippet"),
    ("moderation_evidence", "text"),
    ("moderation_message", "text"),
    ("moderation_messageedit", "text"),
    ("moderation_report", "text"),
)
LISTS = (("moderation_reflection", "answers"),)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("moderation", "0006_set_aside"),
    ]

    operations = [
        migrations.AlterField(
            model_name="appeal",
            name="text",
            field=moderation.models.secret_text.SecretTextField(),
        ),
        migrations.AlterField(
            model_name="case",
            name="snippet",
            field=moderation.models.secret_text.SecretTextField(
                blank=True, help_text="The evidence with its contacts masked."
            ),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="digest",
            field=models.CharField(help_text="A keyed mark of the text.", max_length=64),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="text",
            field=moderation.models.secret_text.SecretTextField(),
        ),
        migrations.AlterField(
            model_name="message",
            name="text",
            field=moderation.models.secret_text.SecretTextField(),
        ),
        migrations.AlterField(
            model_name="messageedit",
            name="text",
            field=moderation.models.secret_text.SecretTextField(),
        ),
        migrations.AlterField(
            model_name="reflection",
            name="answers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=moderation.models.secret_text.SecretTextField(blank=True),
                help_text="One a question, in their order; any may be empty.",
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="report",
            name="text",
            field=moderation.models.secret_text.SecretTextField(blank=True),
        ),
        plain_when_reversed(texts=TEXTS, lists=LISTS),  # last, and so first on the way back
    ]
