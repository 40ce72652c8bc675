/** How each verb of a step is carried out. A step that fails says why; the run then ends. */
import type { Client } from "../api/client.ts";
import type { KubeObject, Millis } from "../api/meta.ts";
import { unreachable } from "../engine/assert.ts";
import type { KubectlIo } from "../kubectl/io.ts";
import { kubectl, splitScript } from "../kubectl/kubectl.ts";
import type { Cluster } from "../cluster.ts";
import { formatDuration } from "./duration.ts";
import { injectFault } from "./faults.ts";
import { mismatches } from "./partial.ts";
import { placeOf, type Place } from "./problem.ts";
import type { AssertStep, KubectlStep, Manifest, PartialObject, Step, WaitStep } from "./scenario.ts";
import { worldOf } from "./world.ts";

/** Files that kubectl lines name; undefined: no such file or folder. */
export type ReadFiles = KubectlIo["readFile"];

/** What steps need of the run that they belong to. */
export interface Stage {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly readFile: ReadFiles;
  /** Lets the next instant happen, if it is not after `limit`; else time stands at `limit`. */
  advance(limit: Millis): "stepped" | "idle";
}

/** Why a step failed. */
export interface Fault {
  readonly message: string;
  readonly details: readonly string[];
  readonly place?: Place;
}

export function carryOut(stage: Stage, step: Step): Fault | undefined {
  switch (step.verb) {
    case "apply":
      return applyManifests(stage, step.manifests, step.path ?? "-");
    case "kubectl":
      return runScript(stage, step);
    case "wait":
      return waitFor(stage, step);
    case "assert":
      return assertThat(stage, step);
    case "fault":
      return injectFault(stage.cluster, step);
    default:
      return unreachable(step);
  }
}

/** As `kubectl apply -f` would, so that later lines find what they expect. */
export function applyManifests(
  stage: Stage,
  manifests: readonly Manifest[],
  name: string,
): Fault | undefined {
  const stdin = manifests.map(({ object }) => JSON.stringify(object)).join("\n---\n");
  const { code, errors } = runLine(stage, `kubectl apply -f ${name}`, ["apply", "-f", "-"], stdin);
  if (code === 0) return undefined;
  return { message: "a manifest was refused", details: errors };
}

interface LineResult {
  readonly code: number;
  readonly errors: readonly string[];
}
