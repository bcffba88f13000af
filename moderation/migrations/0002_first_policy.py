"""Publish version 1 of the policy, so that there always is one in force."""

from django.db import migrations
from django.db.models.functions import Now

from moderation.domain.first_policy import FIRST_POLICY


def publish(apps, schema_editor):
    versions = apps.get_model("moderation", "PolicyVersion")
    versions.objects.create(number=1, body=FIRST_POLICY, published_at=Now())


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]

    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
