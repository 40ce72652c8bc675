/** What users do in recorded cases. The outcome is told as the recorder notes it. */
import type { Client } from "../../src/api/client.ts";
import type { Pod } from "../../src/api/core.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import type { Answer } from "../../src/api/status.ts";
import { podTemplateHash } from "../../src/apiserver/template-hash.ts";
import type { Cluster } from "../../src/cluster.ts";
import { KUBERNETES_VERSION, minorVersion } from "../../src/features.ts";
import { kubectl } from "../../src/kubectl/kubectl.ts";
import type { Names } from "./names.ts";
import type { RecordedAction } from "./trace-file.ts";

interface Hand {
  readonly cluster: Cluster;
  readonly api: Client;
  readonly names: Names;
}

type Act = (hand: Hand, action: RecordedAction) => string;

/** `create`, `undo 0: rolled back`, `patch -> the error`: patches themselves are left out of the note. */
export function act(cluster: Cluster, action: RecordedAction, names: Names): string {
  const perform = actions[action.do];
  if (perform === undefined) throw new Error(`no such action: ${action.do}`);
  return cluster.act(action.do, (api) => perform({ cluster, api, names }, action));
}

const actions: Readonly<Record<string, Act>> = {
  create: ({ api }, { deployment }) => note("create", api.create(deployment!)),
  patch: ({ api }, { name, patch }) =>
    note("patch", api.patch({ resource: "deployments", name: name! }, "strategic", patch)),
  delete: ({ api }, { name, propagation }) =>
    note(words("delete", propagation), remove(api, "deployments", name!, propagation)),
  undo,
  "delete-pod": ({ api }, { pod }) => {
    const target = livePod(api, pod ?? 0);
    if (target === undefined) return "delete-pod";
    return note("delete-pod", remove(api, "pods", target.metadata.name));
  },
  "patch-pod": ({ api }, { pod, patch }) => {
    const target = livePod(api, pod ?? 0);
    if (target === undefined) return "patch-pod";
    const { name } = target.metadata;
    return note("patch-pod", api.patch({ resource: "pods", name }, "strategic", patch));
  },
  "create-replicaset": createReplicaSet,
  "patch-replicaset": ({ cluster, api, names }, { name = "", patch }) => {
    names.learn(cluster);
    const ref = { resource: "replicasets", name: names.nameOf(name) };
    return note("patch-replicaset", api.patch(ref, "strategic", patch));
  },
  "delete-replicaset": ({ cluster, api, names }, { name = "", propagation }) => {
    names.learn(cluster);
    const text = words("delete-replicaset", name, propagation);
    return note(text, remove(api, "replicasets", names.nameOf(name), propagation));
  },
  quota: ({ cluster }, { n }) => {
    cluster.setPodQuota(n ?? 0);
    return "quota";
  },
  "fail-create-pods": ({ cluster }, { n }) => {
    cluster.refuseNext("create", "pods", n ?? 0);
    return "fail-create-pods";
  },
  fail: ({ cluster }, { verb = "", resource = "", reason = "Forbidden", skip = 0, n = 0 }) => {
    cluster.refuseWrites({ verb, resource, reason, skip, count: n });
    return words("fail", verb, resource, reason);
  },
};

function words(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(" ");
}

function note(text: string, answer: Answer<unknown>): string {
  return answer.ok ? text : `${text} -> ${answer.status.message}`;
}

function remove(
  api: Client,
  resource: string,
  name: string,
  propagationPolicy: NonNullable<RecordedAction["propagation"]> | "Background" = "Background",
): Answer<KubeObject> {
  // Who does not say deletes as kubectl does, also what is going in the foreground already.
  return api.delete({ resource, name }, { propagationPolicy });
}

/** Counts among the pods that are not terminating, oldest first, round and round. */
function livePod(api: Client, index: number): Pod | undefined {
  const live = api
    .list("pods")
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => (a.metadata.uid! < b.metadata.uid! ? -1 : 1));
  return live[index % Math.max(1, live.length)];
}

/** One without a name gets the name that the controller would give to the present template's ReplicaSet. */
function createReplicaSet({ cluster, api, names }: Hand, action: RecordedAction): string {
  const manifest = action.replicaSet!;
  names.learn(cluster);
  const { name } = manifest.metadata;
  if (name !== undefined && name !== "") {
    names.keep(name);
    return note(`create-replicaset ${name}`, api.create(manifest));
  }
  const got = api.get({ resource: "deployments", name: action.name! });
  if (!got.ok) return `create-replicaset for ${action.name}`;
  const { metadata, spec, status } = got.value;
  const minor = minorVersion(cluster.options.kubernetesVersion ?? KUBERNETES_VERSION);
  const hash = podTemplateHash(spec.template, status.collisionCount, minor);
  const named = `${metadata.name}-${hash}`;
  names.number(named, metadata.name);
  const text = words("create-replicaset", names.idOf(named));
  return note(text, api.create({ ...manifest, metadata: { ...manifest.metadata, name: named } }));
}

/** By rollsim's own kubectl; what it prints around the outcome is cut off. */
function undo({ api }: Hand, { name = "", toRevision = 0 }: RecordedAction): string {
  let out = "";
  let err = "";
  kubectl(["rollout", "undo", `deployment/${name}`, `--to-revision=${toRevision}`], {
    client: api,
    readFile: () => undefined,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    advance: () => "idle",
  });
  const failure = err
    .split("\n")
    .find((line) => line.startsWith("error: ") || line.startsWith("Error"));
  if (failure === undefined) {
    const outcome = out.trim().replace(`deployment.apps/${name} `, "");
    return `undo ${toRevision}: ${outcome}`;
  }
  const message = failure.replace(/^(error: |Error from server \(\w+\): )/, "");
  const missing = message === `deployments.apps "${name}" not found`;
  return `${missing ? "undo" : `undo ${toRevision}: `} -> ${message}`;
}
