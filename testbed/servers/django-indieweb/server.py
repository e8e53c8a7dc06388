"""Makes a fresh database with the person and their profile URL, and serves it."""

import os
import pathlib

import django
from django.core.management import call_command

env = os.environ
env["DJANGO_SETTINGS_MODULE"] = "settings"
pathlib.Path("db").unlink(missing_ok=True)
django.setup()
call_command("migrate", verbosity=0)

from django.contrib.auth.models import User  # noqa: E402
from indieweb.models import Profile  # noqa: E402

person = User.objects.create_superuser(env["AUTHCONFORM_USER"], password=env["AUTHCONFORM_PASSWORD"])
Profile.objects.update_or_create(user=person, defaults={"name": "Ben", "url": env["AUTHCONFORM_TARGET"]})
call_command("runserver", f"127.0.0.1:{env['PORT']}", "--noreload")
