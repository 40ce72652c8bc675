/** A law about every moment as a CEL expression over the Deployment `web`, for the `always` of a scenario. */
import type { Size } from "./explore-config.ts";

export interface ExpressedWorld {
  /** Before and after scaling. */
  readonly sizes: readonly Size[];
  /** Names of all its ReplicaSets. */
  readonly replicaSets: readonly string[];
  readonly minReadySeconds: number;
  /** Pods lost on their own. */
  readonly lost: number;
}

/** Undefined for a law that is not about every moment. */
export function lawExpression(law: string, world: ExpressedWorld): string | undefined {
  const limit = (of: (size: Size) => number): string => bySize(world.sizes, of);
  const floor = limit(({ replicas, unavailable }) => replicas - unavailable);
  const ceiling = limit(({ replicas, surge }) => replicas + surge);
  const sum = (part: (name: string) => string): string =>
    world.replicaSets.map((name) => `("${name}" in rs ? ${part(name)} : 0)`).join(" + ");
  const available = count("app=web", `${ALIVE} && ${availableAfter(world.minReadySeconds)}`);
  switch (law) {
    case "P2":
      return `${sum((name) => `rs["${name}"].spec.replicas`)} <= ${ceiling}`;
    case "P3":
    case "P8":
      return `${available} >= ${floor}`;
    case "P9":
      return `${available} >= ${floor} - ${world.lost}`;
    case "P10":
      return `${sum((name) => `rs["${name}"].status.availableReplicas`)} >= ${floor}`;
    case "CE0":
      return `${count("app=web", ALIVE)} <= ${ceiling}`;
    case "P5":
      return `${count("app=web", ALIVE)} <= ${limit(transientCeiling)}`;
    case "P7":
      return `${sum(wanted)} <= ${ceiling}`;
    default:
      return undefined;
  }
}

function bySize(sizes: readonly Size[], of: (size: Size) => number): string {
  const [first, second] = sizes.map((size) => ({ replicas: size.replicas, number: of(size) }));
  if (second === undefined) return String(first!.number);
  const { replicas, number } = second;
  return `(deploy.web.spec.replicas == ${replicas} ? ${number} : ${first!.number})`;
}

function transientCeiling({ replicas, surge, unavailable }: Size): number {
  return Math.min(2 * replicas, replicas + 2 * surge + unavailable);
}

const ALIVE = '!has(p.metadata.deletionTimestamp) && p.status.phase != "Failed"';
/** What `t` counts from. */
const EPOCH = "2000-01-01T00:00:00Z";

function availableAfter(minReadySeconds: number): string {
  const ready = '"Ready" in p.status.conditions && p.status.conditions.Ready.status == "True"';
  if (minReadySeconds === 0) return ready;
  const since = "timestamp(p.status.conditions.Ready.lastTransitionTime)";
  const now = `timestamp("${EPOCH}") + duration(string(t) + "s")`;
  return `${ready} && ${since} + duration("${minReadySeconds}s") <= ${now}`;
}

function count(selector: string, isCounted: string): string {
  return `size(pods('${selector}').filter(p, ${isCounted}))`;
}

/** Pods of one ReplicaSet that it does not want to delete. */
function wanted(name: string): string {
  const size = `rs["${name}"].spec.replicas`;
  const active = count(`pod-template-hash=${name.slice("web-".length)}`, ALIVE);
  return `(${active} < ${size} ? ${active} : ${size})`;
}
