"""Makes a fresh database with our clients and the person, and serves it."""

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
from oauth2_provider.models import Application  # noqa: E402

User.objects.create_superuser(env["AUTHCONFORM_USER"], password=env["AUTHCONFORM_PASSWORD"])
for kind in "", "OTHER_", "PUBLIC_":
    Application.objects.create(
        name=kind or "HOME",
        client_id=env[f"AUTHCONFORM_{kind}CLIENT_ID"],
        client_secret=env.get(f"AUTHCONFORM_{kind}CLIENT_SECRET", ""),
        client_type=Application.CLIENT_PUBLIC if kind == "PUBLIC_" else Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=env["AUTHCONFORM_REDIRECT_URI"],
    )
call_command("runserver", f"127.0.0.1:{env['PORT']}", "--noreload")
