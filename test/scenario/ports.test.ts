/** Ports that are asked for by name, and that nothing is called: what a cluster would do, and who is told. */
import { describe, expect, test } from "vitest";
import { parseScenario } from "../../src/scenario/parse.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { rollsim } from "../cli/fake-io.ts";
import { deployment, head, problems, service } from "./problems.ts";

const withContainer = (more: string): string =>
  deployment.replace('image: "web:v1"', `image: "web:v1", ${more}`);
const named = service.replace("port: 80", "port: 80, targetPort: http");

describe("a probe of a port by name", () => {
  const ports = "ports: [{ name: https, containerPort: 8443 }]";

  test.each([
    ["readinessProbe: { httpGet: { port: http } }", 'readinessProbe .* [name one under "ports"]'],
    [`livenessProbe: { tcpSocket: { port: http } }, ${ports}`, '.* [did you mean "https"?]'],
  ])("%s warns that a kubelet's would not succeed", (more, ends) => {
    const [problem = "", ...others] = problems(withContainer(more));
    const [about, hint = ""] = ends.split(".* ");
    expect(problem).toMatch(/^\d+:\d+ probe-port: no port of the container is named "http"/u);
    expect(problem).toContain(about);
    expect(problem.endsWith(hint)).toBe(true);
    expect(others).toEqual([]);
  });

  test.each([
    `readinessProbe: { httpGet: { port: https } }, ${ports}`,
    "startupProbe: { grpc: { port: 9000 } }",
  ])("%s is fine", (more) => {
    expect(problems(withContainer(more))).toEqual([]);
  });
});

describe("a Service whose targetPort no container has", () => {
  const traffic = `${head}traffic: [{ service: web, rps: 10, arrivals: fixed, to: 9s }]\n`;
  const play = (...parts: readonly string[]) =>
    runScenario(parseScenario([traffic, ...parts].join("---\n")));

  test("is told where it stands, with the nearest name", () => {
    const container = withContainer("ports: [{ name: htpp, containerPort: 80 }]");
    expect(problems([container, named].join("---\n"))).toEqual([
      expect.stringMatching(
        /points-at-nothing: no container that it selects has a port named "http": requests are refused \[did you mean "htpp"\?\]$/u,
      ),
    ]);
  });

  test("gets its requests refused, though its pods are ready: kube-proxy knows no endpoint of the port", () => {
    const { account } = play(named, deployment).traffic[0]!;
    expect(account.requests).toBeGreaterThan(70);
    expect(account.failedBy.noEndpoint).toBe(account.requests);
  });

  test("answers them where a container or a sidecar has it", () => {
    const port = "ports: [{ name: http, containerPort: 80 }]";
    const sidecar = deployment.replace(
      "containers:",
      `initContainers: [{ name: s, image: "s:1", restartPolicy: Always, ${port} }], containers:`,
    );
    for (const manifest of [withContainer(port), sidecar]) {
      expect(play(named, manifest).traffic[0]!.account.failed).toBe(0);
    }
  });

  test("is no matter of a headless Service without ports: clients go to its pods", () => {
    const headless = service.replace("ports: [{ port: 80 }]", "clusterIP: None");
    expect(play(headless, deployment).traffic[0]!.account.failed).toBe(0);
  });
});

test("requests that never began are told at the end of a run, with the reason", async () => {
  const body =
    "behaviors: [{ fault: { type: NeverReady } }]\n" +
    "traffic: [{ service: web, rps: 9 }, { name: late, service: web, rps: 9, from: 2h }]\n";
  const text = [`${head}${body}`, service, deployment].join("---\n");
  const { out } = await rollsim(["run", "-"], { stdin: text });
  expect(out).toContain("\n  web: no requests: no endpoint was ever ready\n");
});
