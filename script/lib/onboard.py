"""Onboard a fresh home over REST, as its page does, and leave no session behind: onboard.py URL."""

import os
import sys

from home import Home

home = Home(sys.argv[1])
owner = {"name": "Owner", "username": "owner", "password": os.environ["AUTHCONFORM_PASSWORD"], "client_id": home.client, "language": "en"}
first = home.redeem(home.post("/api/onboarding/users", owner)["auth_code"])
home.post("/api/onboarding/analytics", token=first["access_token"])
place = {"client_id": home.client, "redirect_uri": home.client}
last = home.redeem(home.post("/api/onboarding/integration", place, token=first["access_token"])["auth_code"])
for tokens in (first, last):
    home.log_out(tokens)
