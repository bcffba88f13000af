"""The machine side: requests to be forgotten, the feed of changes of standing, deliveries, imports."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


def note_what_stands(apps, schema_editor):
    """So that the feed begins with every account that was ever sanctioned."""
    sanctioned = apps.get_model("moderation", "Sanction").objects.order_by("account").values_list("account", flat=True)
    changes = apps.get_model("moderation", "StandingChange").objects
    changes.bulk_create((changes.model(account_id=pk) for pk in sanctioned.distinct()), batch_size=5_000)


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0004_admin"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ErasureRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("receipt", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("subject", models.CharField(db_index=True, max_length=64)),
                (
                    "requested_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "kept_for",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32),
                        blank=True,
                        default=list,
                        help_text="Why it is not done yet.",
                        size=None,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasures",
                        to="moderation.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)), fields=["tried_at", "id"], name="erasure_waiting"
                    ),
                    models.Index(fields=["account"], name="erasure_by_account"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=("account",),
                        name="one_open_erasure_an_account",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("position", models.BigIntegerField(null=True, unique=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="moderation.account"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("position__isnull", True)),
                        fields=["id"],
                        name="standing_change_unpublished",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(help_text="When it began.")),
                ("took_ms", models.IntegerField()),
                ("status", models.SmallIntegerField(blank=True, null=True)),
                (
                    "trouble",
                    models.CharField(blank=True, help_text="Empty: the platform took the event.", max_length=300),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlatformEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.CharField(blank=True, help_text="Empty: the address of the settings.", max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="SigningSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seed", models.BinaryField(max_length=32)),
                ("fingerprint", models.CharField(help_text="SHA-256 of the secret.", max_length=64, unique=True)),
                ("ending", models.CharField(help_text="The last characters, to recognise it by.", max_length=4)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="outboxevent",
            index=models.Index(fields=["-created_at", "-id"], name="outbox_log"),
        ),
        migrations.AddIndex(
            model_name="outboxevent",
            index=models.Index(fields=["account", "-created_at", "-id"], name="outbox_log_account"),
        ),
        migrations.AddIndex(
            model_name="outboxevent",
            index=models.Index(fields=["topic", "-created_at", "-id"], name="outbox_log_topic"),
        ),
        migrations.AddIndex(
            model_name="outboxevent",
            index=models.Index(
                condition=models.Q(("state", "delivered"), _negated=True),
                fields=["state", "-created_at", "-id"],
                name="outbox_log_state",
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="event",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tries",
                to="moderation.outboxevent",
            ),
        ),
        migrations.AddConstraint(
            model_name="platformendpoint",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="one_platform_endpoint"),
        ),
        migrations.AddField(
            model_name="signingsecret",
            name="made_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["event", "-id"], name="attempt_by_event"),
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="The hash of how the file begins, and of the options.", max_length=64, unique=True
                    ),
                ),
                ("turn", models.BigIntegerField(default=0)),
                ("bytes", models.BigIntegerField(default=0, help_text="Unpacked, from the beginning of the file.")),
                ("digest", models.CharField(blank=True, help_text="SHA-256 of these bytes.", max_length=64)),
                ("lines", models.BigIntegerField(default=0)),
                ("skip", models.IntegerField(default=0, help_text="Messages of the next line that are in already.")),
                ("counts", models.JSONField(default=dict)),
                ("refused_file", models.TextField(blank=True)),
                ("refused_bytes", models.BigIntegerField(default=0)),
                ("sentence_bytes", models.BigIntegerField(default=0)),
                (
                    "begun_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
        ),
        migrations.RunPython(note_what_stands, migrations.RunPython.noop),
    ]
