#!/usr/bin/env python3
"""Print how releases keep the rows that have a range, as docs/real-home/ranges.tsv holds it.

Each argument is RELEASE=FOLDER[,FOLDER…]: runs of that release that were held to another one's promises (--release).
"""

import json
from pathlib import Path
import sys

WORDS = {"pass": "keeps", "note": "notes", "fail": "breaks", "warn": "breaks", "known_fail": "breaks", "blocked": "breaks"}

releases, rows = [], {}
for argument in sys.argv[1:]:
    release, folders = argument.split("=")
    releases.append(release)
    for folder in folders.split(","):
        for line in (Path(folder) / "run.jsonl").read_text().splitlines():
            if result := json.loads(line).get("result"):
                rows.setdefault(result["id"], {})[release] = WORDS.get(result["verdict"], "-")
print("row", *releases, sep="\t")
for row in sorted(rows):
    print(row, *(rows[row].get(release, "-") for release in releases), sep="\t")
