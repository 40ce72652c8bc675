/** A law about every moment as an expectation of a scenario: in words, and as a CEL expression over a Deployment. */
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

/** As `expect` of a scenario takes it. */
export interface LawExpectation {
  /** With its numbers: `P3: at least 3 pods are available`. */
  readonly name: string;
  readonly that: string;
}

/** Undefined for a law that is not about every moment. */
export function lawExpectation(law: string, world: ExpressedWorld): LawExpectation | undefined {
  const pods = count(world.selector, ALIVE);
  const most = (of: SizeLimit, what: string, counted: string): LawExpectation => ({
    name: `${law}: at most ${inWords(world, of)} ${what}`,
    that: `${counted} <= ${bySize(world, of)}`,
  });
  const leastOf = (what: string, counted: string, less = ""): LawExpectation => ({
    name: `${law}: at least ${inWords(world, floor)}${less} pods ${what}`,
    that: `${counted} >= ${bySize(world, floor)}${less}`,
  });
  switch (law) {
    case "P2":
      return most(ceiling, "pods are asked for by all ReplicaSets", sum(world, sizeOf));
    case "P3":
    case "P8": {
      const and = world.counts === "lasting" ? " and about to stay" : "";
      return leastOf(`are available${and}`, availableOf(world));
    }
    case "P4":
      return most(ceiling, "pods when every ReplicaSet has its size", whenSettled(world, pods));
    case "P5":
      return most(transientCeiling, "pods, those included that are about to go", pods);
    case "P7": {
      const staying = sum(world, (name) => least(activeIn(world, name), sizeOf(name)));
      return most(ceiling, "pods that are about to stay", staying);
    }
    case "P9":
      return leastOf("are available", available(world), ` - ${world.lost}`);
    case "P10": {
      const reported = sum(world, (name) => `rs["${name}"].status.availableReplicas`);
      return leastOf("are reported available", reported);
    }
    case "P15": {
      const reached = sum(world, (name) => sizeIfBad(world, name));
      return most(blastRadius, "pods are asked for of a bad image", reached);
    }
    case "CE0":
      return most(ceiling, "pods", pods);
    default:
      return undefined;
  }
}

/** What P24 promises of the end: all pods are of the last template, and available. */
export function endExpectation(world: ExpressedWorld): LawExpectation {
  const name = "P24: the rollout ends, all pods new and available";
  return { name, that: endExpression(world) };
}

function endExpression(world: ExpressedWorld): string {
  const image = `${deployment(world)}.spec.template.spec.containers[0].image`;
  const isOld = `!has(p.metadata.deletionTimestamp) && p.spec.containers[0].image != ${image}`;
  const wanted = bySize(world, ({ replicas }) => replicas);
  return `${available(world)} == ${wanted} && ${count(world.selector, isOld)} == 0`;
}

function deployment(world: ExpressedWorld): string {
  return `deploy["${world.deployment}"]`;
}

function bySize(world: ExpressedWorld, of: SizeLimit): string {
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

/** `3`, or for several sizes `3 (of 4 replicas) or 2 (of 2)`. */
function inWords({ sizes }: ExpressedWorld, of: SizeLimit): string {
  if (sizes.length === 1) return String(of(sizes[0]!));
  return sizes
    .map((size, i) => `${of(size)} (of ${size.replicas}${i === 0 ? " replicas" : ""})`)
    .join(" or ");
}

type SizeLimit = (size: Size) => number;

function floor({ replicas, unavailable }: Size): number {
  return replicas - unavailable;
}

function ceiling({ replicas, surge }: Size): number {
  return replicas + surge;
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

/** 0 until every ReplicaSet has its size. */
function whenSettled(world: ExpressedWorld, pods: string): string {
  const isSettled = world.replicaSets
    .map((name) => `(!("${name}" in rs) || ${activeIn(world, name)} == ${sizeOf(name)})`)
    .join(" && ");
  return `(${isSettled} ? ${pods} : 0)`;
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
