"""Print an access token of a user who logs in: home_token.py URL USERNAME PASSWORD. For mocks, whose passwords are no secrets."""

import sys

from home import Home

url, username, password = sys.argv[1:]
print(Home(url).log_in(username, password)["access_token"])
