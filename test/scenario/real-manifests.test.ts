import { describe, expect, test } from "vitest";
import type { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { parseManifest } from "../../src/kubectl/manifest.ts";
import { checkScenario, parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt } from "../../src/scenario/run.ts";
import { everything } from "./everything.ts";

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly items?: readonly Manifest[];
}

function objectsIn(text: string): readonly Manifest[] {
  const { documents, error } = parseManifest(text, "file");
  expect(error).toBeUndefined();
  return (documents as readonly Manifest[]).flatMap((document) => document.items ?? [document]);
}

function played(text: string, at = 60_000): Cluster {
  const { scenario, problems } = checkScenario(text, "file.yaml");
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return clusterAt(scenario!, at);
}

function kubectl(cluster: Cluster, line: string, files: Readonly<Record<string, string>> = {}) {
  let [out, err] = ["", ""];
  const { code } = runKubectl(cluster, line, {
    customResources: "any",
    readFile: (name) => (files[name] === undefined ? undefined : [{ name, text: files[name] }]),
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { out, err, code };
}

/** The object as `get -o json` gives it. */
function stored(cluster: Cluster, { apiVersion, kind, metadata }: Manifest): unknown {
  const group = apiVersion.includes("/") ? `.${apiVersion.replace(/\/.*/, "")}` : "";
  const { name, namespace = "default" } = metadata;
  const { out, err } = kubectl(cluster, `get ${kind}${group} ${name} -n ${namespace} -o json`);
  expect(err).toBe("");
  return JSON.parse(out);
}

const bodies = (text: string) => checkScenario(text, "file.yaml");

describe("a file with everything in it", () => {
  test("is played unchanged, and every field of every object is given back", () => {
    const cluster = played(everything);
    for (const object of objectsIn(everything)) {
      expect(stored(cluster, object)).toMatchObject(object);
    }
    expect(kubectl(cluster, "get deploy shop -n store --no-headers").out).toMatch(/^shop +2\/2 /);
  });

  test("is applied by kubectl, with a namespace for it, and applied again without a change", () => {
    const cluster = played("apiVersion: v1\nkind: Namespace\nmetadata: { name: store }\n");
    const files = { "all.yaml": everything };
    const first = kubectl(cluster, "apply -f all.yaml", files);
    expect(first).toMatchObject({ err: "", code: 0 });
    expect(first.out).toContain("servicemonitor.monitoring.coreos.com/shop created\n");
    cluster.runUntil(60_000);
    const { out, err } = kubectl(cluster, "apply -f all.yaml", files);
    expect(err).toBe("");
    expect(
      out
        .trim()
        .split("\n")
        .filter((line) => !line.endsWith(" unchanged")),
      // Its selector is patched by replacement, and so in every patch: kubectl says the same.
    ).toEqual(["poddisruptionbudget.policy/shop configured"]);
  });

  test("is told once what of it nothing acts on", () => {
    const { problems } = bodies(everything);
    expect(problems.map(({ code, message, line }) => [line, code, message])).toEqual([
      [
        6,
        "not-simulated",
        "ClusterIssuer, ClusterRole, NetworkPolicy, RoleBinding, ServiceAccount, ServiceMonitor and StatefulSet objects are kept and given back, " +
          "but nothing acts on them",
      ],
      [
        62,
        "not-simulated",
        "of pods, ScheduleAnyway and preferredDuringSchedulingIgnoredDuringExecution change neither " +
          "where nor when they run",
      ],
    ]);
    const required = everything.replace(/ScheduleAnyway/u, '"DoNotSchedule"');
    expect(bodies(required).problems.at(-1)?.message).toBe(
      "of pods, preferredDuringSchedulingIgnoredDuringExecution changes neither where nor when they run",
    );
  });

  test.each([
    ["with Windows' line ends", everything.replaceAll("\n", "\r\n")],
    ["as JSON", JSON.stringify({ apiVersion: "v1", kind: "List", items: objectsIn(everything) })],
    ["as a list of a kind", JSON.stringify({ kind: "PodList", items: objectsIn(everything) })],
  ])("reads the same %s", (_, text) => {
    const cluster = played(text);
    for (const object of objectsIn(everything)) {
      expect(stored(cluster, object)).toMatchObject(object);
    }
  });
});

describe("what kubectl get -o yaml prints", () => {
  const labels = { app: "web" };
  const spec = { containers: [{ name: "web", image: "web:1" }] };
  const owner = (kind: string, name: string) => {
    const of = kind === "Deployment" || kind === "ReplicaSet" ? "apps/v1" : "v1";
    return [{ apiVersion: of, kind, name, uid: `${name}-uid`, controller: true }];
  };
  const items = [
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "web-1-x",
        uid: "x",
        labels,
        ownerReferences: owner("ReplicaSet", "web-1"),
      },
      spec: { ...spec, nodeName: "ip-10-0-1-7" },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", uid: "s", resourceVersion: "7" },
      spec: {
        selector: labels,
        ports: [{ port: 80 }],
        clusterIP: "172.20.3.4",
        clusterIPs: ["172.20.3.4"],
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", uid: "d", resourceVersion: "8", generation: 3 },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "web-1", uid: "r", labels, ownerReferences: owner("Deployment", "web") },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    },
  ];
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items }, undefined, 2);

  test("is played without what controllers make, and without the addresses of its cluster", () => {
    const { problems } = checkScenario(text, "all.json");
    expect(problems.map(({ severity, code, message }) => [severity, code, message])).toEqual([
      [
        "warning",
        "left-out",
        "made by a controller, which makes its own here: Pod web-1-x and 1 more",
      ],
    ]);
    const cluster = clusterAt(parseScenario(text), 10_000);
    expect(cluster.api.list("replicasets")).toHaveLength(1);
    expect(cluster.api.list("pods")).toHaveLength(2);
    expect(cluster.api.list("services")[0]!["spec"]).toMatchObject({
      clusterIP: expect.stringMatching(/^10\.96\./) as string,
    });
  });
});

test("owners that are no list are a mistake at their place", () => {
  const metadata = { name: "x", uid: "u", ownerReferences: 3 };
  const { problems } = checkScenario(
    JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata }),
    "x",
  );
  expect(problems[0]?.message).toBe("metadata.ownerReferences must be a list, got 3");
});

const widget = (apiVersion: string, kind: string) =>
  `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: x }, spec: { size: 3 } }\n`;

describe("custom resources", () => {
  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: oxen.farm.example.com }
spec:
  group: farm.example.com
  scope: Cluster
  names: { kind: Ox, plural: oxen, singular: ox, shortNames: [bull], categories: [all] }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`;

  test("are named as their definition says, and cluster-wide if it says so", () => {
    const cluster = played(`${definition}---\n${widget("farm.example.com/v1", "Ox")}`);
    expect(kubectl(cluster, "get oxen -o name").out).toBe("ox.farm.example.com/x\n");
    expect(kubectl(cluster, "get bull x -o jsonpath={.metadata.namespace}").out).toBe("");
    expect(kubectl(cluster, "get all --no-headers").out).toContain("ox.farm.example.com/x");
    expect(kubectl(cluster, "delete ox x").out).toBe('ox.farm.example.com "x" deleted\n');
    expect(kubectl(cluster, "get ox x").err).toBe(
      'Error from server (NotFound): oxen.farm.example.com "x" not found\n',
    );
  });

  test("do not get in the way of a built-in kind of the same name", () => {
    const cluster = played(widget("serving.knative.dev/v1", "Service"));
    expect(kubectl(cluster, "get svc").out).toBe("");
    expect(kubectl(cluster, "get services.serving.knative.dev -o name").out).toBe(
      "service.serving.knative.dev/x\n",
    );
  });

  test("of an unknown group are refused by a kubectl that is not told otherwise", () => {
    const cluster = played(widget("v1", "ConfigMap").replace(", spec: { size: 3 }", ""));
    let err = "";
    const { code } = runKubectl(cluster, "apply -f -", {
      stdin: widget("example.com/v1", "Widget"),
      readFile: () => undefined,
      out: () => undefined,
      err: (text) => (err += text),
    });
    expect([code, err]).toEqual([1, expect.stringContaining("ensure CRDs are installed first")]);
  });
});

describe("old spellings", () => {
  test("a HorizontalPodAutoscaler of autoscaling/v1 is one of v2", () => {
    const cluster = played(`apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  maxReplicas: 5
  targetCPUUtilizationPercentage: 50
status: { currentReplicas: 1, desiredReplicas: 1, currentCPUUtilizationPercentage: 7 }
`);
    const path = "{.spec.metrics[0].resource.target.averageUtilization}";
    expect(kubectl(cluster, `get hpa web -o jsonpath=${path}`).out).toBe("50");
  });

  test.each(["extensions/v1beta1", "apps/v1beta2"])("a Deployment of %s is gone", (apiVersion) => {
    const { problems } = bodies(widget(apiVersion, "Deployment"));
    expect(problems.map(({ code, hint }) => [code, hint])).toEqual([
      ["unknown-kind", 'Deployment is in "apps/v1"'],
    ]);
  });
});

describe("a quoted text of several lines", () => {
  const text = (indent: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: c }
data:
  json: '[
${indent}{"it": "''s"}
${indent}]'
  list: "one
${indent}two"
  script: |
    echo 'three
    four'
`;

  test.each(["", " ", "  ", "      "])("may stand %j deep, as for kubectl", (indent) => {
    const cluster = played(text(indent));
    expect(stored(cluster, objectsIn(text(indent))[0]!)).toMatchObject({
      data: {
        json: `[ {"it": "'s"} ]`,
        list: "one two",
        script: "echo 'three\nfour'\n",
      },
    });
  });

  test("that is never closed is still an error", () => {
    const { problems } = bodies(text("").replace("]'", "]"));
    expect(problems.some(({ code }) => code === "yaml-syntax")).toBe(true);
  });
});
