/**
 * Plays recorded command lines of the real kubectl against the API server alone, as they were recorded:
 * no controllers, an empty cluster for each case.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { KubeObject } from "../../src/api/meta.ts";
import { Refusals } from "../../src/apiserver/refusals.ts";
import { ApiServer } from "../../src/apiserver/server.ts";
import { Store } from "../../src/apiserver/store.ts";
import { Trace } from "../../src/engine/trace.ts";
import { kubectl } from "../../src/kubectl/kubectl.ts";

export interface ValidationCase {
  readonly name: string;
  readonly group: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Standard input. */
  readonly yaml?: string | null;
  /** Applied first. */
  readonly setup?: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What is stored afterwards, of the kinds in `storedResources`. */
  readonly stored?: KubeObject | readonly KubeObject[];
}

export interface Played {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stored: readonly KubeObject[];
}

/** The kinds that the recorder read back. */
const storedResources = [
  "deployments",
  "replicasets",
  "services",
  "pods",
  "configmaps",
  "poddisruptionbudgets",
  "horizontalpodautoscalers",
];

export function readCases(path: string | URL): readonly ValidationCase[] {
  const bytes = readFileSync(path);
  const text = (String(path).endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const { cases }: { readonly cases: readonly ValidationCase[] } = JSON.parse(text);
  return cases.map((recorded) =>
    typeof recorded.yaml === "string" ? { ...recorded, yaml: expanded(recorded.yaml) } : recorded,
  );
}

/** The recorder shortens long runs of one letter. */
function expanded(text: string): string {
  return text.replace(/<(.) repeated (\d+) times>/g, (_, letter: string, count: string) =>
    letter.repeat(Number(count)),
  );
}

/** The day of the recordings. */
const startMs = Date.UTC(2026, 10, 23, 8, 0, 0);

export function play(recorded: ValidationCase): Played {
  let now = 0;
  const store = new Store(startMs, () => now);
  const client = new ApiServer(store, new Refusals(), new Trace());
  for (const name of ["default", "kube-node-lease", "kube-public", "kube-system"]) {
    client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  const run = (args: readonly string[], stdin: string | null | undefined): Played => {
    let [stdout, stderr] = ["", ""];
    const { code } = kubectl(args, {
      client,
      ...(typeof stdin === "string" ? { stdin } : {}),
      readFile: () => undefined,
      out: (text) => (stdout += text),
      err: (text) => (stderr += text),
      advance: (untilMs) => {
        if (Number.isFinite(untilMs)) now = Math.max(now, untilMs);
        return "idle";
      },
      env: { KUBE_EDITOR: "true" },
    });
    const stored = storedResources.flatMap((resource) => client.list(resource));
    return { code, stdout, stderr, stored };
  };
  if (recorded.setup !== undefined) run(["apply", "-f", "-"], recorded.setup);
  now += 1000;
  try {
    return run(recorded.args, recorded.yaml);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: -1, stdout: "", stderr: `crashed: ${text}`, stored: [] };
  }
}
