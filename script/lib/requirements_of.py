"""Prints what integrations of the installed Home Assistant want from the package index, those they depend on included."""

import json
from pathlib import Path
import sys

import homeassistant

components = Path(homeassistant.__file__).parent / "components"


def collect(domain: str, seen: set[str], wanted: set[str]) -> None:
    """Add the requirements of an integration."""
    if domain in seen:
        return
    seen.add(domain)
    manifest = json.loads((components / domain / "manifest.json").read_text())
    wanted.update(manifest.get("requirements", []))
    for other in manifest.get("dependencies", []):
        collect(other, seen, wanted)


found: set[str] = set()
visited: set[str] = set()
for name in sys.argv[1:]:
    collect(name, visited, found)
print("\n".join(sorted(found)))
