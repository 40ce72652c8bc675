/** --overrides and --override-type of `run` and `expose`. Mirrors kubectl/pkg/cmd/util/override_options.go (v0.37.2). */
import type { KubeObject } from "../api/meta.ts";
import { applyPatch } from "../apiserver/patch.ts";
import type { Call } from "./call.ts";
import { fail } from "./errors.ts";

const types = ["json", "merge", "strategic"] as const;

/** The generated object with what the user wants otherwise. */
export function overridden(call: Call, object: KubeObject): KubeObject {
  const text = call.flags.text("overrides");
  if (text === "") return object;
  const given = call.flags.text("override-type");
  const type = given === "" ? "merge" : types.find((known) => known === given);
  if (type === undefined) return fail(`invalid override type: ${given}`);
  const patched = applyPatch(object, parsed(text), type);
  return patched.ok ? patched.value : fail(patched.status.message);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail("Invalid JSON Patch");
  }
}
