/** The steps of a scenario as a shell script: the same kubectl lines, with their waits in real time. */
import { formatDuration } from "../api/duration.ts";
import type { FaultStep, Scenario, Step } from "../scenario/scenario.ts";
import { waitLine } from "../scenario/steps.ts";
import { nodeIn } from "../scenario/faults.ts";
import { ORDINAL } from "./stages.ts";

export interface Played {
  readonly scenario: Scenario;
  /** What is applied before the clock starts, and at its start: names of files. */
  readonly before: readonly string[];
  readonly start: readonly string[];
  /** What a step applies; undefined: nothing of it is exported. */
  readonly applied: (step: Step) => string | undefined;
  readonly pods: "counted" | "alike";
  /** Where the lines run: files that they name are there. */
  readonly folder: string;
}

/** What a step does on a real cluster, or undefined for what has no counterpart there. */
export function linesOf(step: Step, applied: Played["applied"]): readonly string[] | undefined {
  switch (step.verb) {
    case "apply": {
      const file = applied(step);
      return file === undefined ? undefined : [run(`kubectl apply -f ${file}`)];
    }
    case "kubectl": {
      const last = step.commands.at(-1);
      return step.commands.map((command) => {
        const line = command.line.replace(/^k\s/u, "kubectl ");
        if (isPlugin(line)) return `# left out: ${line}`;
        return run(line, command === last ? step.exitCode : 0, command.stdin);
      });
    }
    case "wait":
      return [run(waitLine(step))];
    case "fault":
      return drainOf(step);
    case "assert":
      return undefined;
  }
}

/** kubectl argo rollouts, which is not of every kubectl. */
export function isPlugin(line: string): boolean {
  return /^kubectl\s+argo\b/u.test(line);
}

/** The one fault that users make with kubectl; time goes on meanwhile. */
function drainOf(step: FaultStep): readonly string[] | undefined {
  const node = nodeIn(step.on);
  if (step.type !== "NodeDrain" || node === undefined) return undefined;
  const drain = `kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data --force &`;
  if (step.for === undefined) return [run(drain)];
  return [run(drain), run(`(sleep ${step.for / 1000}; kubectl uncordon ${node}) &`)];
}

function run(line: string, code = 0, stdin?: string): string {
  const quoted = `'${line.replaceAll("'", String.raw`'\''`)}'`;
  const call = code === 0 ? `run ${quoted}` : `run ${quoted} ${code}`;
  return stdin === undefined ? call : `${call} <<'ROLLSIM'\n${stdin}ROLLSIM`;
}

export function playScript(played: Played): string {
  const { scenario, before, start, applied } = played;
  const steps = scenario.steps.map((step) => {
    const lines = linesOf(step, applied);
    const what = step.verb === "fault" ? `fault ${step.type}` : step.verb;
    return [...dueOf(step), ...(lines ?? [`# ${step.name} is not exported: ${what}`])].join("\n");
  });
  const files = (names: readonly string[]): string => names.map((name) => ` -f ${name}`).join("");
  const all = [
    head(scenario),
    ...(played.pods === "counted" ? [counter] : []),
    `kubectl apply${files(before)}`,
    nodesReady,
    ...(played.folder === "." ? [] : [`cd ${played.folder}`]),
    "begin=$(now)",
    ...(start.length === 0 ? [] : [run(`kubectl apply${files(start)}`)]),
    ...steps,
    run("kubectl get deployments,replicasets,pods"),
  ];
  return `${all.join("\n\n")}\n`;
}

function dueOf({ at, after }: Step): readonly string[] {
  if (at !== undefined) return [`at ${at} # ${formatDuration(at)}`];
  return after === 0 ? [] : [`sleep ${after / 1000}`];
}

function head({ name, namespace }: Scenario): string {
  return `#!/bin/sh
# Plays "${name}" in real time: sh play.sh CONTEXT. See README.md.
set -eu
context=\${1:?which context of your kubeconfig? One of a cluster that was made for this: see README.md}
cd "$(dirname "$0")"
scratch=$(mktemp -d)
watcher=
trap '[ -z "$watcher" ] || kill "$watcher"; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# A context of its own: the kubeconfig stays as it is.
kubectl config view --context "$context" --minify --flatten --raw > "$scratch/config"
export KUBECONFIG="$scratch/config"
kubectl config set-context --current --namespace=${namespace}

now() { # in ms, where date has them
  case $(date +%N) in
    *[!0-9]* | '') echo "$(date +%s)000" ;;
    *) date +%s%3N ;;
  esac
}
at() { # ms since the begin
  rest=$((begin + $1 - $(now)))
  if [ "$rest" -gt 0 ]; then sleep "$((rest / 1000)).$(printf %03d "$((rest % 1000))")"; fi
}
run() { # a line, and the exit code that it is to have
  printf '%ss $ %s\\n' "$((($(now) - begin) / 1000))" "$1"
  code=0
  eval "$1" || code=$?
  if [ "$code" -ne "\${2:-0}" ]; then
    echo "play.sh: ended with $code, not \${2:-0}: $1" >&2
    exit 1
  fi
}`;
}

const nodesReady = `kubectl wait -f nodes.yaml --for=condition=Ready --timeout=2m
while kubectl get nodes -o jsonpath='{.items[*].spec.taints[*].key}' | grep -q node.kubernetes.io/not-ready; do
  sleep 0.5
done`;

const counter = `# Some pods live otherwise than later ones of their ReplicaSet: each is told which one it is.
mkfifo "$scratch/pods"
kubectl get pods --all-namespaces --watch --no-headers \\
  -o 'custom-columns=:.metadata.namespace,:.metadata.name,:.metadata.ownerReferences[0].name' > "$scratch/pods" &
watcher=$!
while read -r namespace pod owner; do
  if [ -e "$scratch/pod.$namespace.$pod" ]; then continue; fi
  touch "$scratch/pod.$namespace.$pod"
  echo "$pod" >> "$scratch/owner.$namespace.$owner"
  ordinal=$(($(wc -l < "$scratch/owner.$namespace.$owner")))
  kubectl annotate pod "$pod" --namespace "$namespace" ${ORDINAL}="$ordinal" > /dev/null &
done < "$scratch/pods" &`;
