#!/usr/bin/env python3
"""Records what a real cluster was like at some moment, and what it was like later (see README.md).

record.py KUBECTL KUBECONFIG FILE > found.jsonl
FILE is YAML-free: a JSON list of {"name", "before": [[seconds, kubectl line]...], "lines": [kubectl line...], "after": [seconds...]}.
"""
import json, os, shlex, subprocess, sys, time

kubectl, kubeconfig, plans = sys.argv[1:4]


def run(line):
    words = [kubectl, "--kubeconfig", kubeconfig, *shlex.split(line)]
    return subprocess.run(words, capture_output=True, text=True, cwd=os.path.dirname(os.path.abspath(plans)))


def objects(kinds):
    return json.loads(run(f"get {kinds} -o json").stdout)["items"]


for plan in json.load(open(plans)):
    run("delete deploy,rs,pods --all --wait --grace-period=0 --force")
    time.sleep(2)
    for wait, line in plan["before"]:
        done = run(line)
        if done.returncode != 0:
            sys.exit(f"{plan['name']}: {line}: {done.stderr}")
        time.sleep(wait)
    found, at = objects("deploy,rs,pods"), time.time()
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    for line in plan["lines"]:
        run(line)
    later = []
    for seconds in plan["after"]:
        time.sleep(max(0, at + seconds - time.time()))
        later.append({"after": seconds, "objects": objects("deploy,rs")})
    one = {"name": plan["name"], "startTime": started, "found": found, "lines": plan["lines"], "later": later}
    print(json.dumps(one, separators=(",", ":")), flush=True)
