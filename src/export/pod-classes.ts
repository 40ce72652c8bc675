/**
 * Pods that live alike, as KWOK can tell them apart: by the behavior of a scenario that is theirs, and by what
 * their template says of probes, hooks and grace.
 */
import type { PodSpec, PodTemplateSpec } from "../api/core.ts";
import { globMatcher } from "../api/glob.ts";
import type { Millis } from "../api/meta.ts";
import { killedAfter } from "../apiserver/pod-lifecycle.ts";
import { Random } from "../engine/random.ts";
import { behaviorFor, scriptFor, type Behavior, type PodScript } from "../kubelet/behavior.ts";

/** From the shortest to the longest that is drawn. */
export interface Span {
  readonly least: Millis;
  readonly most: Millis;
}

export interface Life {
  /** Bound to running, with what passes before it is bound. */
  readonly start: Span;
  /** Running to ready; Infinity: a probe ends it before. */
  readonly ready: Span;
  readonly terminate: Span;
  /** A probe that ends a container. */
  readonly kill: PodScript["kill"];
}

export interface PodClass {
  readonly name: string;
  /** jq expressions on a pod that are all true of them ... */
  readonly is: readonly string[];
  /** ... and those that are not: what comes first in the scenario wins. */
  readonly isNot: readonly string[];
  readonly behavior: Behavior;
  readonly life: Life;
}

/** For behaviors that no pod of the run had; later ones may. */
const PLAIN: PodTemplateSpec = { spec: { containers: [] } };

/** Of the templates that a run made pods of. */
export function podClasses(
  behaviors: readonly Behavior[],
  templates: readonly PodTemplateSpec[],
): readonly PodClass[] {
  const images = templates.flatMap(({ spec }) => spec.containers.map(({ image = "" }) => image));
  const all = [...behaviors, {}];
  const isNot: string[] = [];
  const classes: Omit<PodClass, "name">[] = [];
  for (const behavior of all) {
    const matched = matchOf(behavior, images);
    const its = templates.filter((template) => behaviorFor(all, template) === behavior);
    const lives = livesOf(behavior, its.length === 0 ? [PLAIN] : its);
    lives.forEach(({ life, template }, index) => {
      const isLast = index === lives.length - 1;
      const others = lives.slice(0, index).map((other) => specTest(other.template.spec));
      const is = isLast ? matched : [...matched, specTest(template.spec)];
      classes.push({ is, isNot: [...isNot, ...others], behavior, life });
    });
    if (matched.length === 0) break; // of all pods that are left
    isNot.push(matched.join(" and "));
  }
  return classes.map((each, index) => ({ name: `pods-${index + 1}`, ...each }));
}

function matchOf({ match = {} }: Behavior, images: readonly string[]): readonly string[] {
  const { image, labels = {} } = match;
  return [
    ...(image === undefined ? [] : [imageTest(image, images)]),
    ...Object.entries(labels).map(
      ([key, value]) => `.metadata.labels[${quoted(key)}] == ${quoted(value)}`,
    ),
  ];
}

/** jq's regular expressions are Go's: other globs than those of names are spelt out by the images of the run. */
function imageTest(glob: string, images: readonly string[]): string {
  const any = (test: string): string => `any(.spec.containers[].image; ${test})`;
  if (!/[*?[\]{}()!+@\\]/u.test(glob)) return any(`. == ${quoted(glob)}`);
  if (!/[[\]{}()!+@\\]/u.test(glob)) {
    const pattern = glob.replaceAll(/[.^$|]/gu, String.raw`\$&`);
    const regex = pattern.replaceAll("*", ".*").replaceAll("?", "[^/]");
    return any(`test(${quoted(`^${regex}$`)})`);
  }
  const matching = [...new Set(images.filter(globMatcher(glob)))];
  return any(`IN(${[...matching.map(quoted), "empty"].join(", ")})`);
}

function quoted(value: unknown): string {
  return JSON.stringify(value);
}

/** One for each way in which pods of a behavior live, the one of most templates last: it needs no test. */
function livesOf(
  behavior: Behavior,
  templates: readonly PodTemplateSpec[],
): readonly { readonly life: Life; readonly template: PodTemplateSpec }[] {
  const byLife = new Map<string, { life: Life; template: PodTemplateSpec; count: number }>();
  for (const template of templates) {
    const life = lifeOf(behavior, template);
    const key = quoted(life);
    const count = (byLife.get(key)?.count ?? 0) + 1;
    byLife.set(key, { life, template, count });
  }
  return [...byLife.values()].toSorted((a, b) => a.count - b.count);
}

/** What of a pod's spec decides how it lives. */
function specTest(spec: PodSpec): string {
  const probes = ["startupProbe", "readinessProbe", "livenessProbe", "lifecycle"] as const;
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const values = containers.map((each) => probes.map((name) => each[name] ?? null));
  const gates = spec["readinessGates"] ?? null;
  const names = probes.map((name) => `.${name}`).join(", ");
  const here = `(((.initContainers // []) + .containers)[] | [${names}])`;
  const wanted = quoted([spec.terminationGracePeriodSeconds ?? 30, gates, ...values]);
  return `(.spec | [.terminationGracePeriodSeconds, .readinessGates, ${here}] == ${wanted})`;
}

const delays = ["schedule", "pull", "start", "ready", "gates", "terminate"] as const;

function lifeOf(behavior: Behavior, template: PodTemplateSpec): Life {
  const [least, most] = [0, 1].map((share) => drawnAt(share, behavior, template)) as [Draw, Draw];
  const span = (of: (draw: Draw) => Millis): Span => ({ least: of(least), most: of(most) });
  return {
    start: span(({ scheduleMs, startMs }) => scheduleMs + startMs),
    ready: span(({ readyMs }) => readyMs),
    terminate: span(({ terminateMs, killedMs }) => Math.min(terminateMs, killedMs)),
    kill: least.kill,
  };
}

type Draw = PodScript & { readonly killedMs: Millis };

/** A pod's script, had it drawn this share of every jitter. */
function drawnAt(share: number, behavior: Behavior, template: PodTemplateSpec): Draw {
  const { fault: _, ...rest } = behavior;
  const fixed = delays.flatMap((name) => {
    const { delay, jitter = 0 } = behavior[name] ?? {};
    return delay === undefined ? [] : [[name, { delay: delay + share * jitter }] as const];
  });
  const pod = { uid: 1, ordinal: 1 };
  const script = scriptFor(
    { ...rest, ...Object.fromEntries(fixed) },
    template,
    new Random("0"),
    pod,
  );
  const graceMs = (template.spec.terminationGracePeriodSeconds ?? 30) * 1000;
  return { ...script, killedMs: killedAfter(graceMs, script.preStopMs) };
}
