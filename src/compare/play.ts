/**
 * One strategy in one world: the first version comes up, the release begins at the same virtual time for all
 * strategies, and every run goes on to the same end, so that all strategies meet the same requests.
 */
import type { KubeObject, Millis } from "../api/meta.ts";
import type { TraceEntry } from "../api/trace.ts";
import { Cluster } from "../cluster.ts";
import { grant } from "../cluster/taken-for-granted.ts";
import { runKubectl, type Streams } from "../kubectl/cluster-io.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { createNamespaces } from "../scenario/validate.ts";
import type { LedgerSnapshot } from "../traffic/ledger.ts";
import type { Release } from "./release.ts";
import type { Progress, Strategy } from "./strategy.ts";
import { watchedFor, type Watch } from "./watch.ts";

/** What came of a release. Times are ms of virtual time since the release began. */
export interface Outcome {
  readonly strategy: string;
  /** `under way`: neither promoted nor taken back at the end of the run. */
  readonly end: Progress;
  /** Until it was promoted, or the old version had all pods again. */
  readonly duration?: Millis;
  /** Fewest pods available at once, of both versions together, from the begin of the release to the end of the run. */
  readonly leastAvailable: number;
  /** Most pods beyond spec.replicas at once, terminating ones too; and all such pods x seconds. */
  readonly extraPods: number;
  readonly extraPodSeconds: number;
  /** From the begin of the release, when they begin, to the end of the run. */
  readonly requests: number;
  readonly failed: number;
  /** Requests that the new version got, and those of them that failed. */
  readonly met: number;
  readonly metFailed: number;
  readonly downtime: Millis;
  /** Until the measurement that decided against the release. */
  readonly detected?: Millis;
  /** From the begin of the release to the last request that the new version got, where it was taken back. */
  readonly takenBack?: Millis;
}

export interface World {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly release: Release;
  readonly watch: Watch;
  /** When the release begins; virtual ms. */
  readonly at: Millis;
  /** When the run ends. */
  readonly until: Millis;
  /** Files that objects name; of kubectl. */
  readonly readFile: NonNullable<Streams["readFile"]>;
}

/** A line of kubectl failed that a strategy cannot do without. */
export class CannotPlay extends Error {
  override readonly name = "CannotPlay";
}

export function play(strategy: Strategy, world: World): Outcome {
  const { release, at } = world;
  const cluster = clusterOf(world);
  const objects = [...release.others, ...strategy.manifests(release, world.watch)];
  kubectl(cluster, world, "kubectl apply -f -", objects);
  grant(cluster.api, world.scenario.granted);
  cluster.runBefore(at);
  if (strategy.progress(cluster.api, release) === "under way") {
    throw new CannotPlay(
      `${strategy.name}: the first version is not complete after ${at / 1000} s`,
    );
  }
  for (const { options } of world.scenario.traffic) cluster.traffic.add(options);
  kubectl(cluster, world, strategy.line(release));
  const { end, endedAt, detectedAt, leastAvailable } = watchOver(cluster, strategy, world);
  const ended = end === "under way" ? {} : { duration: endedAt - at };
  const back = end === "rolled back" ? { takenBack: lastMet(cluster, world) - at } : {};
  return {
    strategy: strategy.name,
    end,
    ...ended,
    ...back,
    ...(detectedAt === undefined ? {} : { detected: detectedAt - at }),
    leastAvailable,
    ...podsBeyond(cluster.trace.entries, world),
    ...requestsOf(cluster, release),
  };
}

function clusterOf({ scenario, seed }: World): Cluster {
  const { schedule, behaviors, apps } = scenario;
  const cluster = new Cluster({ ...scenario.cluster, seed, schedule, behaviors, apps });
  createNamespaces(cluster.api, scenario.namespace, scenario.manifests);
  grant(cluster.api, scenario.granted);
  return cluster;
}

interface Watched {
  readonly end: Progress;
  readonly endedAt: Millis;
  readonly detectedAt?: Millis;
  readonly leastAvailable: number;
}

/** To the end of the run, with a person at the metrics where the strategy has no eyes of its own. */
function watchOver(cluster: Cluster, strategy: Strategy, world: World): Watched {
  const { release, watch, at, until } = world;
  let end: Progress = "under way";
  let endedAt = at;
  let detectedAt: Millis | undefined;
  let leastAvailable = Infinity;
  const stop = cluster.on("instant", ({ at: now }) => {
    leastAvailable = Math.min(leastAvailable, availableNow(cluster, release));
    const progress = strategy.progress(cluster.api, release);
    if (progress !== end) [end, endedAt] = [progress, now];
    if (strategy.isCondemned?.(cluster.api, release) === true) detectedAt ??= now;
  });
  let failures = 0;
  for (let now = at + watch.interval; now <= until; now += watch.interval) {
    cluster.runUntil(now);
    if (strategy.undo === undefined || detectedAt !== undefined) continue;
    if (now > at + watchedFor(watch)) continue;
    if (isBad(cluster, world, now)) failures++;
    if (failures < watch.failures) continue;
    detectedAt = now;
    kubectl(cluster, world, strategy.undo(release));
  }
  cluster.runUntil(until);
  stop();
  return { end, endedAt, leastAvailable, ...(detectedAt === undefined ? {} : { detectedAt }) };
}

/** ReplicaSets of the release, too, have its Deployment's name in front. */
function availableNow(cluster: Cluster, { deployment }: Release): number {
  const { namespace = "default", name } = deployment.metadata;
  return cluster.api
    .list("replicasets", { namespace })
    .filter(({ metadata }) => metadata.name.startsWith(`${name}-`))
    .reduce((sum, { metadata: { uid = "" }, spec: { minReadySeconds = 0 } }) => {
      return sum + cluster.countPods(uid, minReadySeconds).available;
    }, 0);
}

/** Whether too many of the Service's requests failed of late; no requests say nothing. */
function isBad(cluster: Cluster, { release, watch }: World, now: Millis): boolean {
  const { namespace = "default", name } = release.service.metadata;
  const query = { namespace, service: name, from: now - watch.interval, to: now };
  const { successRate } = cluster.traffic.metrics(query);
  return successRate !== undefined && successRate < watch.success;
}

/** The last second in which the new version got a request. */
function lastMet(cluster: Cluster, { release, at, until }: World): Millis {
  const { namespace = "default" } = release.deployment.metadata;
  for (let from = until - 1000; from >= at; from -= 1000) {
    const query = { namespace, image: release.newImage, from, to: from + 1000 };
    if (cluster.traffic.metrics(query).requests > 0) return from + 1000;
  }
  return at;
}

function kubectl(
  cluster: Cluster,
  { readFile }: World,
  line: string,
  objects: readonly KubeObject[] = [],
): void {
  let errors = "";
  const { code } = runKubectl(cluster, line, {
    stdin: objects.map((object) => JSON.stringify(object)).join("\n---\n"),
    out: () => undefined,
    err: (text) => {
      errors += text;
    },
    readFile,
    customResources: "any",
  });
  if (code !== 0) throw new CannotPlay(`${line}: ${errors.trim()}`);
}

/** From the begin of the release on; pods of the release have its Deployment's name in front. */
function podsBeyond(
  entries: readonly TraceEntry[],
  { release, at, until }: World,
): Pick<Outcome, "extraPods" | "extraPodSeconds"> {
  const { namespace = "default", name } = release.deployment.metadata;
  const wanted = release.deployment.spec.replicas ?? 1;
  let pods = 0;
  let since = at;
  let extraPods = 0;
  let podMs = 0;
  const account = (now: Millis): void => {
    if (now <= since) return;
    extraPods = Math.max(extraPods, pods - wanted);
    podMs += Math.max(0, pods - wanted) * (now - since);
    since = now;
  };
  for (const entry of entries) {
    if (entry.kind !== "pods" || !entry.key.startsWith(`${namespace}/${name}-`)) continue;
    account(entry.at);
    if (entry.change === "created") pods += entry.count;
    else if (entry.change === "gone") pods -= entry.count;
  }
  account(until);
  return { extraPods, extraPodSeconds: podMs / 1000 };
}

type Requests = Pick<Outcome, "requests" | "failed" | "met" | "metFailed" | "downtime">;

function requestsOf(cluster: Cluster, { newImage }: Release): Requests {
  const ledgers = cluster.traffic.accounts.map((account) => account.snapshot());
  const sum = (of: (ledger: LedgerSnapshot) => number): number =>
    ledgers.reduce((total, ledger) => total + of(ledger), 0);
  const none = { answered: 0, failed: 0 };
  return {
    requests: sum(({ answered, failed }) => answered + failed),
    failed: sum(({ failed }) => failed),
    met: sum(({ byImage: { [newImage]: { answered, failed } = none } }) => answered + failed),
    metFailed: sum(({ byImage: { [newImage]: { failed } = none } }) => failed),
    downtime: sum(({ downtime }) => downtime),
  };
}
