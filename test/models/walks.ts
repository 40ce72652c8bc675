// Random walks of the simulator, read as steps of the counter model: what each sync of the
// Deployment controller found and what it left, from the trace alone.
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import type { TraceEntry } from "../../src/api/trace.ts";
import { Cluster } from "../../src/cluster.ts";
import { Random } from "../../src/engine/random.ts";
import { deployment, template } from "../controllers/rollout-view.ts";
import { Sight, sizeOf, sync } from "./law.ts";

const beginsMs = 30_000;
const bounds = { maxSurge: "25%", maxUnavailable: "25%" } as const;

/** A Deployment of `replicas` pods, complete; then users change its image, and perhaps its size. */
export function walk(seed: string, replicas: number, resize: number | undefined): Cluster {
  const cluster = new Cluster({
    seed,
    schedule: { name: "random-own", fromMs: beginsMs },
    behaviors: [{ ready: { delay: 500, jitter: 4_000 }, terminate: { delay: 1_000 } }],
  });
  const random = new Random(`walk ${seed}`);
  const { metadata, spec, ...rest } = deployment({
    spec: { replicas, template: template("web:1") },
  });
  const rollingUpdate = { type: "RollingUpdate", rollingUpdate: bounds };
  cluster.act("create", (api) =>
    api.create({
      ...rest,
      metadata: { name: metadata.name },
      spec: { ...spec, strategy: rollingUpdate },
    }),
  );
  cluster.runUntil(beginsMs);
  const patch = (change: object): void => {
    cluster.act("user", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "strategic", { spec: change }),
    );
  };
  const resizeAfter = Math.floor(random.draw("resize", 0) * 4);
  for (let k = 0; k < 4; k++) {
    const image = `web:${1 + Math.floor(random.draw("image", k) * 3)}`;
    patch({ template: { spec: { containers: [{ name: "web", image }] } } });
    cluster.runUntil(cluster.now + 200 + Math.floor(random.draw("pause", k) * 8_000));
    if (resize !== undefined && k === resizeAfter) patch({ replicas: resize });
  }
  cluster.runUntil(cluster.now + 120_000);
  return cluster;
}

interface SetFacts {
  readonly image: string;
  spec: number;
  status: number;
  desired: number;
}

interface World {
  replicas: number;
  image: string;
  readonly sets: Map<string, SetFacts>;
}

export interface SyncStep {
  readonly kind: "as the model" | "no change" | "refused" | "not in the model";
  readonly before: string;
  readonly after: string;
  readonly modelled: string;
}

/** Each sync of the Deployment controller from the start of the walk on, held against the law. */
export function syncSteps(entries: readonly TraceEntry[]): SyncStep[] {
  const world: World = { replicas: 0, image: "", sets: new Map() };
  const sizes = new Set<number>();
  const steps: SyncStep[] = [];
  let before: World | undefined;
  for (const entry of entries) {
    const own = "by" in entry && entry.by === "deployment-controller";
    if (entry.kind === "write" && own) before ??= copyOf(world);
    if (entry.kind === "write") learn(world, entry.resource, entry.object);
    if (world.replicas > 0) sizes.add(world.replicas);
    if (entry.kind !== "sync" || !own) continue;
    const found = before ?? copyOf(world);
    before = undefined;
    if (entry.at < beginsMs) continue;
    const modelled = print(stepOf(found, [...sizes]));
    const after = print(world);
    const changed = print(found) !== after;
    const same = modelled === after;
    const kind = same
      ? changed
        ? "as the model"
        : "no change"
      : changed
        ? "not in the model"
        : "refused";
    steps.push({
      kind: kind === "refused" && entry.error === undefined ? "not in the model" : kind,
      before: print(found),
      after,
      modelled,
    });
  }
  return steps;
}

function learn(world: World, resource: string, object: object | undefined): void {
  if (object === undefined) return;
  if (resource === "deployments") {
    const { spec } = object as Deployment;
    world.replicas = spec.replicas;
    world.image = spec.template.spec.containers[0]!.image ?? "";
  } else if (resource === "replicasets") {
    const { metadata, spec, status } = object as ReplicaSet;
    world.sets.set(metadata.name, {
      image: spec.template.spec.containers[0]!.image ?? "",
      spec: spec.replicas,
      status: status?.availableReplicas ?? 0,
      desired: Number(metadata.annotations?.["deployment.kubernetes.io/desired-replicas"]),
    });
  }
}

function copyOf(world: World): World {
  return { ...world, sets: new Map([...world.sets].map(([name, set]) => [name, { ...set }])) };
}

/** What the law makes of a world; `sizes`: the replica counts there have been, one or two. */
function stepOf(world: World, sizes: readonly number[]): World {
  const after = copyOf(world);
  if (![...after.sets.values()].some(({ image }) => image === after.image)) {
    after.sets.set("created", { image: after.image, spec: 0, status: 0, desired: world.replicas });
  }
  const sets = [...after.sets.values()];
  const see = new Sight(sets.length);
  sets.forEach(({ image, spec, status, desired }, i) => {
    const there = world.sets.size > i ? 1 : 0;
    if (image === world.image) see.current = i;
    see.exists[i] = there;
    see.listed[i] = there;
    see.spec[i] = spec;
    see.stored[i] = spec;
    see.status[i] = status;
    see.fresh[i] = 1;
    see.annotated[i] = Math.max(0, sizes.indexOf(desired));
  });
  see.size = sizes.indexOf(world.replicas);
  const size = (replicas: number) => sizeOf(replicas, bounds.maxSurge, bounds.maxUnavailable);
  const [first, second] = sizes.map(size);
  const both = second === undefined ? ([first!] as const) : ([first!, second] as const);
  sync(see, { sizes: both, creation: "create goes on", mutant: undefined });
  sets.forEach((set, i) => (set.spec = see.stored[i]!));
  if (see.exists[sets.length - 1] === 0) after.sets.delete("created");
  return after;
}

function print({ sets }: World): string {
  return [...sets.values()]
    .map(({ image, spec, status }) => `${image} ${spec}/${status}`)
    .join(" ");
}
