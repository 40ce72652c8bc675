/** What KWOK writes into the status of a pod: Go templates, which see the pod. */

const now = "{{ Quote Now }}";

function condition(type: string, status: "True" | "False", more = ""): string {
  return `- { type: ${type}, status: "${status}"${more}, lastTransitionTime: ${now} }\n`;
}

function readiness(ready: boolean, others = ""): string {
  const [status, why] = ready
    ? (["True", ""] as const)
    : (["False", ", reason: ContainersNotReady"] as const);
  const each = condition("Ready", status, why) + condition("ContainersReady", status, why);
  return `conditions:\n${each}${others}`;
}

const gates = `{{ range .spec.readinessGates }}
${condition("{{ .conditionType }}", "True")}{{ end }}
`;

/** Of containers that have none yet. */
function firstContainers(state: string, started: boolean): string {
  const head = `name: {{ Quote .name }}, image: {{ Quote .image }}, imageID: "", restartCount: 0`;
  return `initContainerStatuses:
{{ range .spec.initContainers }}
- { ${head}, ready: ${started}, started: ${started}, state: {{ if eq (or .restartPolicy "") "Always" }}{ running: { startedAt: ${now} } }{{ else }}{ terminated: { exitCode: 0, reason: Completed } }{{ end }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- { ${head}, ready: false, started: ${started}, state: ${state} }
{{ end }}
`;
}

/** Of those that it has, with what is to be otherwise. */
function containers(
  ready: boolean,
  { state = "{{ toJson .state }}", last = "{{ toJson .lastState }}", restarts = ".restartCount" },
): string {
  const head = `name: {{ Quote .name }}, image: {{ Quote .image }}, imageID: ""`;
  return `containerStatuses:
{{ range .status.containerStatuses }}
- { ${head}, restartCount: {{ ${restarts} }}, ready: ${ready}, started: ${ready}, state: ${state}, lastState: ${last} }
{{ end }}
`;
}

const where = `hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") | Quote }}
startTime: ${now}
`;
const runs = `{ running: { startedAt: ${now} } }`;
const ended = `{ terminated: { exitCode: 1, reason: Error, finishedAt: ${now} } }`;
const initialized = condition("Initialized", "True");

/** Marks that a pod needs for what comes later. */
export const marks = { hit: "rollsim.dev/Hit", unready: "rollsim.dev/WasUnready" } as const;

/** `mark`: whether a fault that does not hit all pods hits this one. */
export const podStatus = {
  waits: (reason: string, mark: string): string =>
    `phase: Pending\n${where}${readiness(false, initialized + mark)}${firstContainers(`{ waiting: { reason: ${reason} } }`, false)}`,
  runs: (mark: string): string =>
    `phase: Running\n${where}${readiness(false, initialized + mark)}${firstContainers(runs, true)}`,
  ready: readiness(true, gates) + containers(true, {}),
  unready: readiness(false, condition(marks.unready, "True")) + containers(false, {}),
  crashed:
    readiness(false) +
    containers(false, { state: "{ waiting: { reason: CrashLoopBackOff } }", last: ended }),
  restarted: containers(false, { state: runs, restarts: "add 1 .restartCount" }),
  evicted: `phase: Failed\nreason: Evicted\n${readiness(false)}${containers(false, { state: ended })}`,
};

export function mark(status: "True" | "False"): string {
  return condition(marks.hit, status);
}
