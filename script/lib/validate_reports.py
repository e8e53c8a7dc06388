"""The parts of script/validate-reports that are Python."""
import json
import pathlib
import re
import sys


def schema(path):
    import jsonschema
    text = json.loads(pathlib.Path(path).read_text())
    jsonschema.Draft202012Validator.check_schema(text)
    return jsonschema.Draft202012Validator(text, format_checker=jsonschema.FormatChecker())


def report(folder, root, _):
    results = json.loads((folder / "report.json").read_text())
    schema(root / "reports/schema/report.schema.json").validate(results)
    return f"{len(results['results'])} results meet report.schema.json"


def run(folder, root, _):
    line = schema(root / "evidence/schema/run.schema.json")
    lines = (folder / "run.jsonl").read_text().splitlines()
    for number, text in enumerate(lines, 1):
        try:
            line.validate(json.loads(text))
        except json.JSONDecodeError:
            if number < len(lines):  # the last line of a run that was killed may be cut off
                raise
    return f"{len(lines)} lines meet run.schema.json"


def junit(folder, _, xsd):
    import xmlschema
    xmlschema.validate(folder / "junit.xml", xsd)
    return "junit.xml meets junit-10.xsd"


def har(folder, *_):
    import haralyzer
    pages = haralyzer.HarParser(json.loads((folder / "exchanges.har").read_text())).pages
    return f"haralyzer reads {sum(len(p.entries) for p in pages)} exchanges of {len(pages)} rows"


def axe(page, script, scheme):
    """A copy of the page that opens everything and lets axe look at it, in a colour scheme."""
    text = pathlib.Path(page).read_text()
    text = text.replace("(prefers-color-scheme: dark)", "all" if scheme == "dark" else "not all")
    text = text.replace("</style>", ".row { content-visibility: visible !important; }</style>", 1)  # axe sees nobody scroll
    look = """<script>%s</script><script>addEventListener("load", async () => {
      for (let i = 0; i < 4; i++) {
        document.querySelectorAll("details").forEach((details) => { details.open = true; });
        await new Promise((done) => setTimeout(done, 300));
      }
      const said = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] });
      document.body.textContent = "AXE" + JSON.stringify({ passes: said.passes.length, violations: said.violations.map((v) =>
        [v.id, v.impact, v.nodes.length, v.nodes[0].html.slice(0, 160)]) }) + "END";
    })</script></body>"""
    return text.replace("</body>", look % pathlib.Path(script).read_text())


def axe_said():
    said = re.search(r"AXE(\{.*\})END", sys.stdin.read(), re.S)
    if not said:
        sys.exit("axe said nothing")
    said = json.loads(said.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    for violation in said["violations"]:
        print(violation, file=sys.stderr)
    if said["violations"] or not said["passes"]:
        sys.exit(1)
    return f"{said['passes']} rules hold, none is broken"


what, rest = sys.argv[1], sys.argv[2:]
if what == "axe":
    print(axe(*rest))
elif what == "axe-said":
    print(axe_said())
else:
    print({"report": report, "run": run, "junit": junit, "har": har}[what](pathlib.Path(rest[0]), pathlib.Path(rest[1]), rest[2]))
