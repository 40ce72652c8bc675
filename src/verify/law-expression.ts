/** A law about every moment as a CEL expression over a Deployment, for the expectations of a scenario. */
import type { Size } from "./explore-config.ts";

export interface ExpressedWorld {
  /** Its name. */
  readonly deployment: string;
  /** Selects its pods, as the API takes label selectors. */
  readonly selector: string;
  /** One for each replica count that it has had. */
  readonly sizes: readonly Size[];
  /** Names of all its ReplicaSets. */
  readonly replicaSets: readonly string[];
  readonly minReadySeconds: number;
  /** Pods lost on their own. */
  readonly lost: number;
  /** P3 and P8 of the pods that are available, or only of those that stay once every ReplicaSet has its size. */
  readonly counts: "available" | "lasting";
}

/** Undefined for a law that is not about every moment. */
export function lawExpression(law: string, world: ExpressedWorld): string | undefined {
  const limit = (of: (size: Size) => number): string => bySize(world, of);
  const floor = limit(({ replicas, unavailable }) => replicas - unavailable);
  const ceiling = limit(({ replicas, surge }) => replicas + surge);
  const pods = count(world.selector, ALIVE);
  switch (law) {
    case "P2":
      return `${sum(world, sizeOf)} <= ${ceiling}`;
    case "P3":
    case "P8":
      return `${availableOf(world)} >= ${floor}`;
    case "P4":
      return `!(${isSettled(world)}) || ${pods} <= ${ceiling}`;
    case "P5":
      return `${pods} <= ${limit(transientCeiling)}`;
    case "P7":
      return `${sum(world, (name) => least(activeIn(world, name), sizeOf(name)))} <= ${ceiling}`;
    case "P9":
      return `${available(world)} >= ${floor} - ${world.lost}`;
    case "P10":
      return `${sum(world, (name) => `rs["${name}"].status.availableReplicas`)} >= ${floor}`;
    case "P15":
      return `${sum(world, (name) => sizeIfBad(world, name))} <= ${limit(blastRadius)}`;
    case "CE0":
      return `${pods} <= ${ceiling}`;
    default:
      return undefined;
  }
}

/** What P24 promises of the end: all pods are of the last template, and available. */
export function endExpression(world: ExpressedWorld): string {
  const image = `${deployment(world)}.spec.template.spec.containers[0].image`;
  const isOld = `!has(p.metadata.deletionTimestamp) && p.spec.containers[0].image != ${image}`;
  const wanted = bySize(world, ({ replicas }) => replicas);
  return `${available(world)} == ${wanted} && ${count(world.selector, isOld)} == 0`;
}

function deployment(world: ExpressedWorld): string {
  return `deploy["${world.deployment}"]`;
}

function bySize(world: ExpressedWorld, of: (size: Size) => number): string {
  const [first, ...others] = world.sizes.map((size) => ({
    replicas: size.replicas,
    number: of(size),
  }));
  return others.reduce(
    (rest, { replicas, number }) =>
      `(${deployment(world)}.spec.replicas == ${replicas} ? ${number} : ${rest})`,
    String(first!.number),
  );
}

function transientCeiling({ replicas, surge, unavailable }: Size): number {
  return Math.min(2 * replicas, replicas + 2 * surge + unavailable);
}

function blastRadius({ replicas, surge, unavailable }: Size): number {
  return Math.min(replicas, surge + unavailable);
}

const ALIVE = '!has(p.metadata.deletionTimestamp) && p.status.phase != "Failed"';
/** What `t` counts from. */
const EPOCH = "2000-01-01T00:00:00Z";

function isAvailable(minReadySeconds: number): string {
  const ready = '"Ready" in p.status.conditions && p.status.conditions.Ready.status == "True"';
  if (minReadySeconds === 0) return `${ALIVE} && ${ready}`;
  const since = "timestamp(p.status.conditions.Ready.lastTransitionTime)";
  const now = `timestamp("${EPOCH}") + duration(string(t) + "s")`;
  return `${ALIVE} && ${ready} && ${since} + duration("${minReadySeconds}s") <= ${now}`;
}

function count(selector: string, isCounted: string): string {
  return `size(pods('${selector}').filter(p, ${isCounted}))`;
}

function available({ selector, minReadySeconds }: ExpressedWorld): string {
  return count(selector, isAvailable(minReadySeconds));
}

function availableOf(world: ExpressedWorld): string {
  if (world.counts === "available") return available(world);
  return sum(world, (name) => least(availableIn(world, name), sizeOf(name)));
}

/** Over the ReplicaSets that there are. */
function sum({ replicaSets }: ExpressedWorld, part: (name: string) => string): string {
  return replicaSets.map((name) => `("${name}" in rs ? ${part(name)} : 0)`).join(" + ");
}

function isSettled(world: ExpressedWorld): string {
  return world.replicaSets
    .map((name) => `(!("${name}" in rs) || ${activeIn(world, name)} == ${sizeOf(name)})`)
    .join(" && ");
}

function sizeOf(name: string): string {
  return `rs["${name}"].spec.replicas`;
}

function least(a: string, b: string): string {
  return `(${a} < ${b} ? ${a} : ${b})`;
}

function selectorOf({ deployment: owner, selector }: ExpressedWorld, name: string): string {
  return `${selector},pod-template-hash=${name.slice(owner.length + 1)}`;
}

function activeIn(world: ExpressedWorld, name: string): string {
  return count(selectorOf(world, name), ALIVE);
}

function availableIn(world: ExpressedWorld, name: string): string {
  return count(selectorOf(world, name), isAvailable(world.minReadySeconds));
}

/** The size of the current ReplicaSet, as long as none of its pods is available. */
function sizeIfBad(world: ExpressedWorld, name: string): string {
  const image = ".spec.template.spec.containers[0].image";
  const isCurrent = `rs["${name}"]${image} == ${deployment(world)}${image}`;
  return `(${isCurrent} && ${availableIn(world, name)} == 0 ? ${sizeOf(name)} : 0)`;
}
