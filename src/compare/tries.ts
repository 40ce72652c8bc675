/**
 * What people try with a rollout that does not go on, each in a copy of the cluster: does it help, how soon, and how many
 * pods are available meanwhile? Advice that is proven by a run.
 */
import { refuse } from "../api/check-shape.ts";
import type { Deployment } from "../api/apps.ts";
import type { Millis } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";
import { formatDuration } from "../api/duration.ts";
import type { Explanation } from "../explain/why.ts";
import { runKubectl } from "../kubectl/cluster-io.ts";
import { isComplete } from "../scenario/rollouts.ts";

export interface Try {
  /** Lines of kubectl; none: it is left alone. */
  readonly lines: readonly string[];
  /** ms until the rollout is complete; Infinity: not within `TRIED_FOR_MS`. */
  readonly after: Millis;
  /** Pods, from now until then, as the Deployment's status reports. */
  readonly leastAvailable: number;
  /** Why kubectl or the API server refuses it; undefined: it is done. */
  readonly refused?: string;
}

/** How long each is watched; virtual ms. */
export const TRIED_FOR_MS: Millis = 600_000;

/** Of a Deployment that waits, is paused or late, as `explainDeployment` says now; of others there is nothing to try. */
export function triesOf(cluster: Cluster, explanation: Explanation): readonly Try[] {
  if (typeof explanation !== "object") {
    refuse("explanation", explanation, "what explainDeployment gave, if it is there");
  }
  const { state, object, namespace } = explanation;
  if (!["waiting", "paused", "deadline exceeded"].includes(state)) return [];
  const name = `${object} --namespace=${namespace}`;
  return candidatesFor(explanation, name).map((lines) => tried(cluster, explanation, lines));
}

function candidatesFor(e: Explanation, name: string): readonly (readonly string[])[] {
  const hangs = e.wouldHelp.some((text) => text.startsWith(`kubectl scale ${e.object} `));
  const rolling = { maxSurge: 0, maxUnavailable: 1 };
  const patch = JSON.stringify({ spec: { strategy: { rollingUpdate: rolling } } });
  const scaled = (replicas: number): string => `kubectl scale ${name} --replicas=${replicas}`;
  return [
    [],
    ...(e.state === "paused" ? [[`kubectl rollout resume ${name}`]] : []),
    [`kubectl rollout undo ${name}`],
    [`kubectl rollout restart ${name}`],
    ...(e.surge > 0 ? [[`kubectl patch ${name} -p '${patch}'`]] : []),
    ...(hangs ? [[scaled(e.replicas + 1), scaled(e.replicas)]] : []),
  ];
}

function tried(original: Cluster, e: Explanation, lines: readonly string[]): Try {
  const cluster = original.fork();
  const begin = cluster.now;
  let leastAvailable = e.available;
  const look = (): Deployment => {
    const ref = {
      resource: "deployments",
      namespace: e.namespace,
      name: e.object.split("/")[1]!,
    } as const;
    const found = cluster.api.get(ref);
    if (!found.ok) throw new Error(`${e.object} is gone`);
    leastAvailable = Math.min(leastAvailable, found.value.status.availableReplicas ?? 0);
    return found.value;
  };
  for (const line of lines) {
    const refused = refusalOf(cluster, line);
    if (refused !== undefined) return { lines, after: Infinity, leastAvailable, refused };
  }
  while (!isComplete(look())) {
    const next = cluster.nextEventAt();
    if (next === undefined || next > begin + TRIED_FOR_MS) {
      return { lines, after: Infinity, leastAvailable };
    }
    cluster.step();
  }
  return { lines, after: cluster.now - begin, leastAvailable };
}

/** What kubectl says to a line that it does not carry out. */
function refusalOf(cluster: Cluster, line: string): string | undefined {
  let errors = "";
  const { code } = runKubectl(cluster, line, {
    out: () => undefined,
    err: (text) => {
      errors += text;
    },
    readFile: () => undefined,
    customResources: "any",
  });
  return code === 0 ? undefined : errors.trim().replaceAll("\n", " ");
}

/** One line each. */
export function triedTexts(tries: readonly Try[]): readonly string[] {
  return tries.map((one) => {
    const what = one.lines.length === 0 ? "nothing" : one.lines.join(" && ");
    return `${what.replaceAll(" --namespace=default", "")}: ${becameOf(one)}`;
  });
}

function becameOf({ after, leastAvailable, refused }: Try): string {
  if (refused !== undefined) return `refused: ${refused}`;
  const available = `${leastAvailable} available at least`;
  const end =
    after === Infinity
      ? `not complete after ${formatDuration(TRIED_FOR_MS)}`
      : `complete after ${formatDuration(after)}`;
  return `${end}, ${available}`;
}
