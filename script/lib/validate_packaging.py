"""Runs the jobs of packaging/kubernetes as Kubernetes would, but for the containers: the folders of volumes are made here.

validate_packaging.py MANIFEST PROGRAM TARGET USER WORK: the exit code is that of the merge.
"""
import pathlib
import subprocess
import sys

import yaml

manifest, program, target, user, work = sys.argv[1:]
work = pathlib.Path(work)
objects = {(o["kind"], o["metadata"]["name"]): o for o in yaml.safe_load_all(open(manifest)) if o}
variables = dict(objects["ConfigMap", "authconform"]["data"], AUTHCONFORM_TARGET=target, AUTHCONFORM_USER=user,
                 AUTHCONFORM_SELECT="section:code,section:pkce", AUTHCONFORM_PASSWORD="owner-password", PATH="/usr/bin:/bin")


def here(text, folders):
    for mount, folder in folders.items():
        text = text.replace(mount + "/", str(folder) + "/")
    return text


def run(container, env, folders):
    command = container.get("command", [program]) + container["args"]
    return subprocess.run([here(word, folders) for word in command], env=env, check=False, stdout=subprocess.DEVNULL).returncode


def pod(name, env, folders):
    spec = objects["Job", name]["spec"]["template"]["spec"]
    for container in spec["initContainers"]:
        if code := run(container, env, folders):
            sys.exit(f"{name}: {container['name']} ended with {code}")
    return run(spec["containers"][0], env, folders)


(work / "reports").mkdir(parents=True)
job = objects["Job", "authconform"]["spec"]
for index in range(job["completions"]):
    config = work / f"config-{index}"
    config.mkdir()
    code = pod("authconform", dict(variables, JOB_COMPLETION_INDEX=str(index)), {"/config": config, "/reports": work / "reports"})
    print(f"shard {index}: exit {code}", file=sys.stderr)
sys.exit(pod("authconform-merge", variables, {"/reports": work / "reports"}))
