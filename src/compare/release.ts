/**
 * The release that strategies are compared over, read from a scenario: the one Deployment whose image a
 * kubectl step sets, the Service in front of it, and when. Other steps and expectations do not count: each
 * strategy has its own way from the first pod to the last.
 */
import {
  controllerOf,
  type KubeObject,
  type LabelSelector,
  type Millis,
  type StringMap,
} from "../api/meta.ts";
import { wordsOf } from "../kubectl/script.ts";
import type { Place } from "../scenario/problem.ts";
import type { KubectlStep, Manifest, Scenario } from "../scenario/scenario.ts";

export interface Release {
  /** As written in the scenario. */
  readonly deployment: Workload;
  readonly service: KubeObject;
  /** All other objects of the scenario, in order. */
  readonly others: readonly KubeObject[];
  readonly container: string;
  readonly oldImage: string;
  readonly newImage: string;
  /** Virtual ms; undefined: as soon as the first version is complete. */
  readonly at: Millis | undefined;
}

export interface Workload extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: LabelSelector;
    readonly template: {
      readonly metadata?: { readonly labels?: StringMap };
      readonly spec: { readonly containers: readonly { name: string; image?: string }[] };
    };
    readonly [field: string]: unknown;
  };
}

export interface NoRelease {
  readonly message: string;
  readonly place: Place;
}

/** The release of a scenario, or why there is none to compare. */
export function releaseOf(scenario: Scenario): Release | NoRelease {
  const start = { file: scenario.file, line: 1, column: 1 };
  const lines = scenario.steps.flatMap((step) => (step.verb === "kubectl" ? imagesSet(step) : []));
  const [line] = lines;
  if (line === undefined) {
    const message = "compare needs a step such as kubectl: set image deploy/web web=web:v2";
    return { message, place: scenario.steps[0]?.place ?? start };
  }
  const second = lines[1];
  if (second !== undefined) {
    return { message: "compare takes one release, and here is a second one", place: second.place };
  }
  const manifests = manifestsOf(scenario);
  const deployment = find(manifests, "Deployment", line.deployment) as Workload | undefined;
  if (deployment === undefined) {
    const message = `no manifest of Deployment ${line.deployment}; add it after a line ---`;
    return { message, place: line.place };
  }
  const container = deployment.spec.template.spec.containers.find(
    ({ name }) => line.container === "*" || name === line.container,
  );
  if (container === undefined) {
    const message = `Deployment ${line.deployment} has no container ${line.container}`;
    return { message, place: line.place };
  }
  const service = manifests.find((object) => selects(object, deployment));
  if (service === undefined) {
    const message = `no Service in front of Deployment ${line.deployment}: compare counts requests; add one that selects its pods`;
    return { message, place: line.place };
  }
  if (scenario.traffic.length === 0) {
    const message = `no traffic: compare counts requests; add traffic: [{ service: ${service.metadata.name}, rps: 100 }]`;
    return { message, place: line.place };
  }
  return {
    deployment,
    service,
    others: manifests.filter((object) => object !== deployment && object !== service),
    container: container.name,
    oldImage: container.image ?? "",
    newImage: line.image,
    at: line.at,
  };
}

export function isRelease(found: Release | NoRelease): found is Release {
  return "deployment" in found;
}

interface ImageSet {
  readonly deployment: string;
  readonly container: string;
  readonly image: string;
  readonly at: Millis | undefined;
  readonly place: Place;
}

/** `set image deploy/web web=web:v2`, also with `deployment web`. */
function imagesSet(step: KubectlStep): readonly ImageSet[] {
  return step.commands.flatMap(({ line, place }) => {
    const words = wordsOf(line).filter((word) => !word.startsWith("-"));
    const at = words.indexOf("set");
    if (at < 0 || words[at + 1] !== "image") return [];
    const [first = "", ...rest] = words.slice(at + 2);
    const [kind = "", name = rest[0] ?? ""] = first.split("/");
    if (!/^deploy(ments?)?(\.apps)?$/u.test(kind)) return [];
    const [container = "", ...image] = (rest.find((word) => word.includes("=")) ?? "").split("=");
    return [{ deployment: name, container, image: image.join("="), at: step.at, place }];
  });
}

function manifestsOf({ manifests, steps }: Scenario): readonly KubeObject[] {
  const applied = steps.flatMap((step): readonly Manifest[] =>
    step.verb === "apply" ? step.manifests : [],
  );
  const all = [...manifests, ...applied].map(({ object }) => object);
  // Those of a cluster come with what its controllers had made, which each strategy makes anew.
  return all.filter(({ metadata }) => controllerOf(metadata) === undefined);
}

function find(objects: readonly KubeObject[], kind: string, name: string): KubeObject | undefined {
  return objects.find((object) => object.kind === kind && object.metadata.name === name);
}

function selects(service: KubeObject, { spec }: Workload): boolean {
  if (service.kind !== "Service") return false;
  const { selector = {} } = (service["spec"] ?? {}) as { selector?: StringMap };
  const labels = spec.template.metadata?.labels ?? {};
  const terms = Object.entries(selector);
  return terms.length > 0 && terms.every(([key, value]) => labels[key] === value);
}
