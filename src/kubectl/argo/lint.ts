/**
 * kubectl argo rollouts lint: the faults of Rollouts in a file, without a cluster. Mirrors argo-rollouts
 * pkg/kubectl-argo-rollouts/cmd/lint/lint.go.
 *
 * Left out: unknown fields, Services and routes in the same file.
 */
import type { Rollout } from "../../api/rollout.ts";
import { validateRollout } from "../../controllers/rollout/validation.ts";
import type { Call } from "../call.ts";
import { exitWith } from "../errors.ts";
import { parseManifest } from "../manifest.ts";
import { usage } from "./rollouts.ts";

export function lint(call: Call): void {
  const path = call.flags.text("filename");
  if (path === "") usage("lint");
  const files = call.io.readFile(path);
  if (files === undefined) exitWith(`Error: open ${path}: no such file or directory`);
  for (const { text, name } of files ?? []) {
    const { documents, error } = parseManifest(text, name);
    if (error !== undefined) exitWith(`Error: ${error}`);
    for (const document of documents) {
      const object = document as Rollout;
      if (object.kind !== "Rollout" || object.spec.workloadRef !== undefined) continue;
      const fault = validateRollout(object);
      if (fault !== undefined) exitWith(`Error: ${fault}`);
    }
  }
}
