/** Parts of a small scenario, and its problems in a line each. */
import { checkScenario } from "../../src/scenario/parse.ts";

export const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\n";
export const service = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;
export const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }
`;

/** `line:column code: message [hint]` of every problem. */
export function problems(
  text: string,
  readFile?: (path: string) => string | undefined,
): readonly string[] {
  const options = readFile === undefined ? {} : { readFile };
  return checkScenario(text, "bad.yaml", options).problems.map(
    ({ line, column, code, message: what, hint }) =>
      `${line}:${column} ${code}: ${what}${hint === undefined ? "" : ` [${hint}]`}`,
  );
}
