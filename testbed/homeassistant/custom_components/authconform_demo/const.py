"""Names of the demo thermostat, the integration by which authconform judges a home as an OAuth client."""

DOMAIN = "authconform_demo"
STORE_KEY = DOMAIN
STORE_VERSION = 1
