"""Where the pre-screen broke, and an index of the messages that were set aside."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0005_machine")]

    operations = [
        migrations.CreateModel(
            name="ScreeningFailure",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="failure",
                        serialize=False,
                        to="moderation.message",
                    ),
                ),
                (
                    "error",
                    models.CharField(
                        help_text="The exception's class; its words may hold the message's.", max_length=100
                    ),
                ),
                ("place", models.CharField(help_text="File, line and function, as in a traceback.", max_length=200)),
                ("engine", models.CharField(max_length=16)),
                ("failed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("attempts__gte", 3), ("screened_at__isnull", True)),
                fields=["id"],
                name="message_set_aside",
            ),
        ),
    ]
