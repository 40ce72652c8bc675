/** Scenarios written in a test: their body, played with a Deployment of four pods. */
import { parseScenario } from "../../src/scenario/parse.ts";
import type { Result } from "../../src/scenario/result.ts";
import { runScenario, type RunOptions } from "../../src/scenario/run.ts";

export const deployment = (name: string, replicas: number, image = "web:v1"): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: web, image: "${image}" }] }
`;

export function play(
  body: string,
  options: RunOptions = {},
  manifests = deployment("web", 4),
): Result {
  const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\n";
  return runScenario(parseScenario(`${head}${body}\n${manifests}`, "x.yaml"), options);
}

/** `kind name @ ms` of all failures. */
export function failures(result: Result): readonly string[] {
  return result.failures.map(({ kind, name, at }) => `${kind} ${name} @ ${at}`);
}
