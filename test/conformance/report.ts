/** docs/fidelity.md from what a run covered. */
import { decisions, type DecisionId } from "../../src/controllers/decisions.ts";
import { SUPPORTED, featureGates, KUBERNETES_VERSION } from "../../src/features.ts";
import type { Coverage, TraceFileCoverage } from "./coverage.ts";
import { LEFT_OUT, UNREACHED } from "./report-notes.ts";

export function fidelityPage(coverage: Coverage): string {
  return [
    ...introduction(coverage),
    ...traceTable(coverage.traces),
    ...vectorSection(coverage),
    ...decisionSection(coverage.traces),
    ...gateSection(),
    ...oddSection(),
    ...leftOutSection(),
    ...elsewhere(),
  ].join("\n");
}

function introduction({ traces, vectors }: Coverage): string[] {
  const cases = sum(traces, ({ cases: n }) => n);
  const divergences = sum(traces, ({ divergences: n }) => n);
  const syncs = vectors.reduce((total, { cases: n }) => total + n, 0);
  return [
    "# Fidelity",
    "",
    "rollsim mirrors the Deployment and ReplicaSet controllers of Kubernetes " +
      `${KUBERNETES_VERSION}. This page says how that was checked, and is generated from a run over the ` +
      "recordings in `test/conformance/data` by `npm run docs:fidelity`.",
    "",
    `**${count(cases)} recorded cases, ${count(divergences)} divergences; ${count(syncs)} recorded single ` +
      "syncs, " +
      `${count(vectors.reduce((total, { differences }) => total + differences, 0))} differences.**`,
    "",
    "The recordings come from the real controllers, imported as a Go module and driven in virtual time " +
      "(`test/conformance/recorder`). Everything that they decide is theirs; the API server behind them uses " +
      "the real defaulting, strategies and validation; the kubelet is the recorder's own.",
    "",
  ];
}

function traceTable(traces: readonly TraceFileCoverage[]): string[] {
  const total = (of: (file: TraceFileCoverage) => number): string => count(sum(traces, of));
  return [
    "## Whole runs",
    "",
    "A frame is one instant at which something was written. Of every frame are compared: the instant; the " +
      "outcome of each action; of every sync that wrote, its controller, key, writes (verb, object, error), " +
      "Kubernetes Events in order and requeue delays; of every Deployment and ReplicaSet, generation, " +
      "annotations, spec fields, status and conditions with reason, message and both times; the line of " +
      "`kubectl rollout status`; pods, counted where alike. `npm run conformance -- FILE...` does the same " +
      "for any trace file.",
    "",
    "| file | Kubernetes | cases | frames | fields | syncs | divergences |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ...traces.map(
      ({ file, kubernetes, cases, frames, fields, syncs, divergences }) =>
        `| ${file.replace(".jsonl.gz", "")} | ${kubernetes} | ${count(cases)} | ${count(frames)} | ` +
        `${count(fields)} | ${count(syncs)} | ${count(divergences)} |`,
    ),
    `| all | | ${total((file) => file.cases)} | ${total((file) => file.frames)} | ` +
      `${total((file) => file.fields)} | ${total((file) => file.syncs)} | ` +
      `${total((file) => file.divergences)} |`,
    "",
    "The files are a choice from far more cases; how they were made is in " +
      "`test/conformance/data/README.md`. Two things are put in order before they are compared, because they " +
      "mean nothing: the order of pods that are written side by side in one batch, and the random end of " +
      "a pod's name in an error message.",
    "",
  ];
}

function vectorSection({ vectors }: Coverage): string[] {
  return [
    "## Single syncs",
    "",
    "A vector is all that one sync read, as whole objects, and what it wrote. `reconcile(view)` is given the " +
      "same and each of its writes is answered with the recorded outcome; objects must come out whole " +
      "and equal, resourceVersions and generations aside (`npm run conformance:vectors -- FILE...`).",
    "",
    "| file | syncs | differences |",
    "| --- | ---: | ---: |",
    ...vectors.map(
      ({ file, cases, differences }) =>
        `| ${file.replace(".jsonl.gz", "")} | ${count(cases)} | ${count(differences)} |`,
    ),
    "",
  ];
}

function decisionSection(traces: readonly TraceFileCoverage[]): string[] {
  const ids = Object.keys(decisions) as DecisionId[];
  const times = (id: string): number => sum(traces, (file) => file.decisions[id] ?? 0);
  const reached = ids.filter((id) => times(id) > 0);
  const missed = ids.filter((id) => times(id) === 0);
  return [
    "## Decisions",
    "",
    `The register (\`src/controllers/decisions.ts\`) names ${ids.length} decisions. The recordings reach ` +
      `${reached.length} of them.`,
    "",
    ...(missed.length === 0
      ? []
      : [
          "Not reached:",
          "",
          ...missed.map(
            (id) => `- \`${id}\`: ${UNREACHED[id] ?? "no recording was found that does."}`,
          ),
          "",
        ]),
    "| decision | times |",
    "| --- | ---: |",
    ...reached.map((id) => `| \`${id}\` | ${count(times(id))} |`),
    "",
  ];
}

function gateSection(): string[] {
  const minors = Array.from(
    { length: SUPPORTED.newest - SUPPORTED.oldest + 1 },
    (_, i) => SUPPORTED.oldest + i,
  );
  const gates = minors.map((minor) => featureGates(`v1.${minor}.0`));
  const row = (name: string, of: (gate: (typeof gates)[number]) => boolean): string =>
    `| ${name} | ${gates.map((gate) => (of(gate) ? "on" : "off")).join(" | ")} |`;
  return [
    "## Versions",
    "",
    "A trace says on which version it was recorded, and is played on that version. What differs between " +
      "versions stands in `src/features.ts`:",
    "",
    `| | ${minors.map((minor) => `1.${minor}`).join(" | ")} |`,
    `| --- | ${minors.map(() => "---").join(" | ")} |`,
    row(
      "`terminatingReplicas` (DeploymentReplicaSetTerminatingReplicas): statuses count terminating pods",
      (gate) => gate.terminatingReplicas,
    ),
    row(
      "`consistency` (StaleControllerConsistencyReplicaSet): the ReplicaSet controller waits until its caches show its own writes",
      (gate) => gate.consistency,
    ),
    row(
      "`recreateWakesLate` (no gate of Kubernetes' own): the end of a pod wakes a Recreate Deployment only if it was the last",
      (gate) => gate.recreateWakesLate,
    ),
    "",
    "`minor` decides which fields of a pod template count in `pod-template-hash`, as each version prints " +
      "its own Go type. 1.34 and 1.37 were compared with recordings; 1.35 and 1.36 follow the source alone.",
    "",
  ];
}

function oddSection(): string[] {
  return [
    "## Odd, and real",
    "",
    "- A second status write in one sync meets its own Conflict and is tried again after 5 ms.",
    "- A completed Deployment that is short of available pods later than its progress deadline is looked at " +
      "every 5 ms, for ever (`progress/hot-loop`). With caches that are never behind, rollsim lets that poll " +
      "sleep until something can change; the trace is the same.",
    "- `kubectl rollout undo` to a revision whose ReplicaSet exists writes no NewReplicaSetCreated.",
    "- An error in scaling old ReplicaSets down, even a Conflict, is swallowed: the sync goes on.",
    "- Pods that a terminating namespace refuses count as created; their ReplicaSet waits five minutes for them.",
    "- The ReplicaSet controller writes its status over a fresh read: after a ReplicaSet was deleted and " +
      "made again under the same name, the status of the old one can end up on the new one.",
    "",
  ];
}

function leftOutSection(): string[] {
  return ["## Left out", "", ...LEFT_OUT.map((line) => `- ${line}`), ""];
}

function elsewhere(): string[] {
  return [
    "## Elsewhere",
    "",
    "- Validation and defaulting against a real API server: `npm run conformance:validation`; what is left " +
      "out of it, by class, is in `test/conformance/validation-left-out.ts`.",
    "- kubectl's output against the real kubectl: `npm run conformance:kubectl`; its reasons for differences are " +
      "in `test/conformance/kubectl-reasons.ts`.",
    "- Rollouts of a whole control plane: `test/conformance/timelines.ts` finds, for each recorded timeline, a " +
      "schedule under which rollsim changes ReplicaSets and conditions in the recorded order.",
    "",
  ];
}

function sum(files: readonly TraceFileCoverage[], of: (file: TraceFileCoverage) => number): number {
  return files.reduce((total, file) => total + of(file), 0);
}

/** `12,345`. */
function count(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
