"""The machine side: requests to be forgotten, the feed of changes of standing."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


def note_what_stands(apps, schema_editor):
    """So that the feed begins with every account that was ever sanctioned."""
    sanctioned = apps.get_model("moderation", "Sanction").objects.order_by("account").values_list("account", flat=True)
    changes = apps.get_model("moderation", "StandingChange").objects
    changes.bulk_create((changes.model(account_id=pk) for pk in sanctioned.distinct()), batch_size=5_000)


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0004_admin"),
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
        migrations.RunPython(note_what_stands, migrations.RunPython.noop),
    ]
