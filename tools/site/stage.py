"""Writes the pages of the site: stage.py PAGES-FOLDER, run at the root of the repository.

They are the Markdown files that people read on GitHub. Links between them stay links between pages; a link to any other file
of the repository leads to GitHub. A link to a file that does not exist ends the program with 1.
"""

import os
import pathlib
import re
import shutil
import sys

REPOSITORY = "https://github.com/authconform/authconform"
# Recorded traffic, which would bury everything else in the search; and the lists of it, which would not.
RECORDED = ("real-home/", "providers/")
LISTS = {"real-home/README.md", "providers/README.md"}
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
SHALLOW = re.compile(r"\n\n {1,3}([^ \n].*)")  # a paragraph that only GitHub shows inside its list
CODE = re.compile(r"(^ *(`{3,}).*?^ *\2`*$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)


def pages() -> dict[pathlib.Path, str]:
    """Each Markdown file of the site, by the path that its page has there."""
    found = {path: path.relative_to("docs").as_posix() for path in sorted(pathlib.Path("docs").rglob("*.md"))}
    for path in map(pathlib.Path, ["CHANGELOG.md", "SECURITY.md", "examples/README.md"]):
        found[path] = path.as_posix()
    found[pathlib.Path("README.md")] = "index.md"
    return found


def target(link: str, page: pathlib.Path, at: dict[pathlib.Path, str]) -> str:
    """The link of a page as it is on the site."""
    path, _, fragment = link.partition("#")
    if not path or re.match(r"<?[a-z]+:", path):
        return link
    file = pathlib.Path(os.path.normpath(page.parent / path))
    if not file.exists():
        raise SystemExit(f"site: {page} links to {link}, which does not exist")
    if file.is_relative_to("docs") and file.suffix in {".png", ".svg"}:
        to = file.relative_to("docs").as_posix()
    elif file in at:
        to = at[file]
    else:
        return f"{REPOSITORY}/{'tree' if file.is_dir() else 'blob'}/main/{file.as_posix()}" + (f"#{fragment}" if fragment else "")
    up = "../" * (len(pathlib.PurePosixPath(at[page]).parts) - 1)
    return up + to + (f"#{fragment}" if fragment else "")


def rendered(page: pathlib.Path, at: dict[pathlib.Path, str]) -> str:
    """A page's Markdown with the links of the site. Code stays as it is."""
    parts = CODE.split(page.read_text())
    if shallow := SHALLOW.search("code".join(parts[0::3])):
        raise SystemExit(f"site: {page}: indent what belongs to a list by four spaces: {shallow[1]}")
    for i in range(0, len(parts), 3):  # text, code, its fence, text, …
        parts[i] = LINK.sub(lambda m: m[1] + target(m[2], page, at) + m[3], parts[i])
        if i + 2 < len(parts):
            parts[i + 2] = ""
    text = "".join(parts)
    if at[page].startswith(RECORDED) and at[page] not in LISTS:
        name = at[page].removesuffix("/README.md").removesuffix(".md").split("/", 1)[1]
        text = f'---\ntitle: "{name}: recorded run"\nsearch: {{ exclude: true }}\n---\n\n{text}'
    return text


def main() -> None:
    to = pathlib.Path(sys.argv[1])
    shutil.rmtree(to, ignore_errors=True)
    at = pages()
    for page, name in at.items():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_text(rendered(page, at))
    for picture in pathlib.Path("docs").rglob("*.png"):
        (to / picture.relative_to("docs")).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, to / picture.relative_to("docs"))
    shutil.copy("tools/site/site.css", to)


main()
