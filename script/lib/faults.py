#!/usr/bin/env python3
"""Print which rows report the known faults of older releases, as docs/real-home/faults.md holds it.

Each argument is RELEASE=FOLDER[,FOLDER…]: runs of that release. docs/real-home/faults.tsv lists the faults, the releases that have
them (all, -LAST or FIRST-), and the rows that can report each.
"""

import json
from pathlib import Path
import sys

REPORTS = {"fail": "fails", "known_fail": "fails", "warn": "warns", "note": "notes"}
ORDER = ["fails", "warns", "notes"]


def has(releases: str, release: str) -> bool:
    if releases == "all":
        return True
    if releases.startswith("-"):
        return key(release) <= key(releases[1:])
    return key(release) >= key(releases[:-1])


def key(release: str) -> list[int]:
    return [int(part) for part in release.split(".")]


runs = {}
for argument in sys.argv[1:]:
    release, folders = argument.split("=")
    verdicts = runs[release] = {}
    for folder in folders.split(","):
        for line in (Path(folder) / "run.jsonl").read_text().splitlines():
            if result := json.loads(line).get("result"):
                verdicts.setdefault(result["id"], []).append(REPORTS.get(result["verdict"], ""))

faults = [line.split("\t") for line in Path("docs/real-home/faults.tsv").read_text().splitlines()[1:]]
total, reported = dict.fromkeys(runs, 0), dict.fromkeys(runs, 0)
print("| fault |", " | ".join(runs), "| row |")
print("|---|" + "---|" * (len(runs) + 1))
for fault, releases, rows in faults:
    cells, by = [], None
    for release, verdicts in runs.items():
        if not has(releases, release):
            cells.append("")
            continue
        total[release] += 1
        found = [(ORDER.index(v), v, row) for row in rows.split(",") for v in verdicts.get(row, []) if v]
        if found:
            reported[release] += 1
            by = by or min(found)[2]
            cells.append(min(found)[1])
        else:
            cells.append("**missed**")
    print(f"| {fault} |", " | ".join(cells), f"| `{by or rows}` |")
print("| reported |", " | ".join(f"{reported[r]} of {total[r]}" for r in runs), "| |")
