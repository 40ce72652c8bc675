import { describe, expect, test } from "vitest";
import { grant, takenForGranted } from "../../src/cluster/taken-for-granted.ts";
import { Cluster } from "../../src/cluster.ts";
import { checkScenario, parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt, runScenario } from "../../src/scenario/run.ts";
import { checkRollout } from "../../src/verify.ts";
import { web } from "../support/web.ts";

const containers = [
  {
    name: "web",
    image: "web:v1",
    envFrom: [
      { configMapRef: { name: "settings" } },
      { secretRef: { name: "maybe", optional: true } },
    ],
    env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
  },
];
const volumes = [
  { name: "files", configMap: { name: "settings", items: [{ key: "app.ini", path: "app.ini" }] } },
  { name: "root", projected: { sources: [{ configMap: { name: "kube-root-ca.crt" } }] } },
];
const spec = { containers, volumes, priorityClassName: "business", runtimeClassName: "gvisor" };
const manifest = {
  ...web(2, { template: { metadata: { labels: { app: "web" } }, spec } }),
  metadata: { name: "web", namespace: "prod" },
};

describe("what a manifest names and nobody makes", () => {
  test("is its ConfigMaps and Secrets with their keys, and its classes", () => {
    const granted = takenForGranted([manifest], "default");
    expect(granted.map(({ kind, metadata, ["data"]: data }) => [kind, metadata, data])).toEqual([
      ["ConfigMap", { name: "settings", namespace: "prod" }, { "app.ini": "" }],
      ["Secret", { name: "db", namespace: "prod" }, { password: "" }],
      ["PriorityClass", { name: "business" }, undefined],
      ["RuntimeClass", { name: "gvisor" }, undefined],
    ]);
    const { api } = new Cluster();
    grant(
      api,
      granted.filter(({ metadata }) => metadata.namespace === undefined),
    );
    expect(api.get({ resource: "priorityclasses", name: "business" }).ok).toBe(true);
    expect(api.get({ resource: "runtimeclasses", name: "gvisor" }).ok).toBe(true);
  });

  const text = JSON.stringify(manifest);

  test("is there when its file is played, which a warning says", () => {
    const { problems } = checkScenario(text, "web.json");
    expect(problems.filter(({ code }) => code === "taken-for-granted")).toMatchObject([
      {
        severity: "warning",
        message:
          "named, and in none of the manifests: ConfigMap settings, Secret db, PriorityClass business " +
          "(of value 0), RuntimeClass gvisor",
      },
    ]);
    const { samples } = runScenario(parseScenario(text));
    expect(samples.rollout_duration.map(({ value }) => value)).toEqual([1000]);
  });

  test("is there as soon as its namespace is, where the file makes that, too", () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "prod" } };
    const both = `${JSON.stringify(namespace)}\n---\n${text}`;
    const { samples } = runScenario(parseScenario(both));
    expect(samples.rollout_duration.map(({ value }) => value)).toEqual([1000]);
    const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\n";
    const told = checkScenario(both, "x.yaml").problems.map(({ code, line }) => [code, line]);
    expect(told).toEqual([["taken-for-granted", 3]]);
    const later = parseScenario(`${head}steps: [{ at: 5s, apply: ./prod.yaml }]`, "x.yaml", {
      readFile: () => both,
    });
    expect(runScenario(later).samples.rollout_duration.map(({ value }) => value)).toEqual([1000]);
  });

  test("is not what another manifest is, nor what a line of kubectl names", () => {
    const settings = { kind: "ConfigMap", metadata: { name: "settings", namespace: "prod" } };
    const steps = `steps: [{ kubectl: "create secret generic db -n prod --from-literal=password=x" }]`;
    const head = `apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\n${steps}\n`;
    const scenario = parseScenario(
      `${head}---\n${text}\n---\n${JSON.stringify({ apiVersion: "v1", ...settings, data: { "app.ini": "" } })}`,
    );
    expect(scenario.granted.map(({ kind }) => kind)).toEqual(["PriorityClass", "RuntimeClass"]);
    expect(runScenario(scenario).failures).toEqual([]);
  });

  test("is there for checkRollout, too, and for the scenario of its counterexample", () => {
    const claim = { id: "none", statement: "no pod is ever new", margin: () => -1 };
    const { failure } = checkRollout(manifest, { runs: 1, laws: [claim] });
    const cluster = clusterAt(parseScenario(failure!.scenario), failure!.breach.at);
    const found = cluster.api.get({ resource: "deployments", namespace: "prod", name: "web" });
    expect(found.ok && found.value["status"]).toMatchObject({ availableReplicas: 2 });
  });
});
