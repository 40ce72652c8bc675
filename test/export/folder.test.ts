import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { rollsim } from "../cli/fake-io.ts";
import { blocks } from "../docs/examples.ts";
import { cwd, deployment, exported, scenarioFile, written } from "./exported.ts";

describe("rollsim export", () => {
  test("writes manifests, nodes, stages, a script, and what is predicted", async () => {
    const { names, err, text } = await exported(scenarioFile("bad-image"));
    expect(names.toSorted()).toEqual([
      "README.md",
      "manifests.yaml",
      "nodes.yaml",
      "play.sh",
      "predicted.txt",
      "stages.yaml",
    ]);
    const checks = "expectations and asserts: nothing is checked, compare with predicted.txt";
    expect(err).toBe(`not exported: ${checks}\n`);
    expect(text("README.md")).toContain(`- ${checks}\n`);
    expect(text("predicted.txt")).toContain("PASSED bad-image");
  });

  test("docs/real-cluster.md shows parts of such a folder", async () => {
    const { text } = await exported(scenarioFile("bad-image"));
    const shown = blocks("docs/real-cluster.md").filter(({ body }) =>
      /^run |name: pods/u.test(body),
    );
    const [script, stages] = shown.map(({ body }) => body);
    expect(text("play.sh")).toContain(script);
    expect(text("stages.yaml")).toContain(stages);
  });

  test("the API server takes the nodes and the manifests", async () => {
    const { objects } = await exported(scenarioFile("three-on-three"));
    const { api } = new Cluster({ nodes: [{ name: "node-0" }] });
    for (const object of [...objects("nodes.yaml"), ...objects("manifests.yaml")]) {
      const answer = api.create(object, { fieldValidation: "Strict" });
      expect(answer.ok ? "" : answer.status.message).toBe("");
    }
    expect(api.list("nodes").map(({ metadata }) => metadata.name)).toEqual([
      "node-0",
      "node-1",
      "node-2",
      "node-3",
    ]);
  });

  test("nodes have the room, labels and taints of the scenario", async () => {
    const nodes =
      "[{ cpu: 2, memory: 1Gi, pods: 5, labels: { zone: a }, taints: [{ key: x, effect: NoExecute }] }]";
    const { objects } = await exported(written(`cluster: { nodes: ${nodes} }`));
    expect(objects("nodes.yaml")).toMatchObject([
      {
        metadata: { labels: { zone: "a" }, annotations: { "kwok.x-k8s.io/node": "fake" } },
        spec: { taints: [{ key: "x", effect: "NoExecute" }] },
        status: { allocatable: { cpu: "2", memory: "1Gi", pods: "5" } },
      },
    ]);
  });

  test("what manifests need stands before them, in the namespace of the scenario", async () => {
    const file = written(
      "namespace: shop",
      deployment("web:v1", ", envFrom: [{ configMapRef: { name: settings } }]"),
    );
    const { objects, text } = await exported(file);
    expect(objects("before.yaml")).toMatchObject([
      { kind: "Namespace", metadata: { name: "shop" } },
      { kind: "ConfigMap", metadata: { name: "settings", namespace: "shop" } },
    ]);
    expect(text("play.sh")).toContain("kubectl apply -f nodes.yaml -f before.yaml\n");
    expect(text("play.sh")).toContain("set-context --current --namespace=shop\n");
  });
});

describe("play.sh", () => {
  const steps = (text: string, manifest?: string): string => written(`steps:\n${text}`, manifest);

  test("types the lines of the steps at their times, and waits as they do", async () => {
    const { text } = await exported(
      steps(
        `  - { at: 1m, kubectl: "set image deploy/web web=web:v2" }
  - { wait: { for: "jsonpath={.status.replicas}=1", on: deploy/web, timeout: 1m } }
  - { after: 1500ms, kubectl: "k get deploy it's-not", exitCode: 1 }`.replace(
          "it's-not",
          "'not-there'",
        ),
      ),
    );
    expect(text("play.sh").split("begin=$(now)\n\n")[1]).toBe(`run 'kubectl apply -f manifests.yaml'

at 60000 # 1m
run 'kubectl set image deploy/web web=web:v2'

run 'kubectl wait '\\''--for=jsonpath={.status.replicas}=1'\\'' deploy/web --timeout=1m'

sleep 1.5
run 'kubectl get deploy '\\''not-there'\\''' 1

run 'kubectl get deployments,replicasets,pods'
`);
  });

  test("brings what steps apply and the files that lines name", async () => {
    mkdirSync(join(cwd, "more"), { recursive: true });
    writeFileSync(join(cwd, "more", "web.yaml"), deployment("web:v3"));
    const { names, text } = await exported(
      steps(`  - { apply: more/web.yaml }
  - { kubectl: kubectl apply -f more/web.yaml }
  - kubectl: |
      kubectl apply -f - <<E
      { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "c" } }
      E`),
    );
    expect(names).toContain("step-1.yaml");
    expect(text("files/more/web.yaml")).toBe(deployment("web:v3"));
    const [, lines] = text("play.sh").split("cd files\n");
    expect(lines).toContain("run 'kubectl apply -f ../manifests.yaml'");
    expect(lines).toContain("run 'kubectl apply -f ../step-1.yaml'");
    expect(lines).toContain("run 'kubectl apply -f more/web.yaml'");
    expect(lines).toContain("run 'kubectl apply -f -' <<'ROLLSIM'\n{ \"apiVersion\"");
  });

  test("drains nodes; other faults are told", async () => {
    const { text, err } = await exported(
      steps(`  - { at: 5s, fault: { type: NodeDrain, on: node/node-1, for: 30s } }
  - { name: gone, at: 50s, fault: { type: RegistryDown } }`),
    );
    expect(text("play.sh")).toContain(
      "run 'kubectl drain node-1 --ignore-daemonsets --delete-emptydir-data --force &'\nrun '(sleep 30; kubectl uncordon node-1) &'\n",
    );
    expect(text("play.sh")).toContain(
      "at 50000 # 50s\n# gone is not exported: fault RegistryDown\n",
    );
    expect(err).toBe("not exported: fault RegistryDown of gone: no counterpart\n");
  });
});

describe("what cannot be exported", () => {
  test.each([
    ["schedule: random", "schedule: the real controllers hear of changes as they do"],
    ["cluster: { podAddresses: 9 }", "cluster.podAddresses: it is for whoever starts the cluster"],
    ["cluster: { nodes: [{ clock: 30s behind }] }", "clocks of nodes: they are all those of KWOK"],
    ["behaviors: [{ cpu: 300m }]", "CPU that pods use: nobody measures it"],
    ["expect: { finally: ['true'] }", "expectations and asserts: nothing is checked"],
  ])("%s is told", async (body, why) => {
    const { err, text } = await exported(written(body));
    expect(err).toContain(`not exported: ${why}`);
    expect(text("README.md")).toContain(`- ${why}`);
  });

  test("custom resources are left out, and told", async () => {
    const canary = "---\napiVersion: a.example.com/v1\nkind: Thing\nmetadata: { name: it }\n";
    const { err, objects } = await exported(written("", deployment() + canary));
    expect(err).toContain("not exported: custom resources: Thing it\n");
    expect(objects("manifests.yaml").map(({ kind }) => kind)).toEqual(["Deployment"]);
  });

  test("a probe that ends containers", async () => {
    const probe = ", livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 }";
    const { err, stages } = await exported(
      written("behaviors: [{ serve: { listens: 1m } }]", deployment("web:v1", probe)),
    );
    expect(err).toContain("not exported: pods-1: a liveness probe ends containers");
    expect([...stages.keys()]).toContain("pods-1-start");
  });
});

describe("rollsim export refuses", () => {
  const refused = async (line: string) => {
    const said = await rollsim(["export", ...line.split(" ")], { cwd });
    expect({ code: said.code, out: said.out }).toEqual({ code: 2, out: "" });
    return said.err;
  };

  test("a folder that is not empty, unless it is told to", async () => {
    mkdirSync(join(cwd, "full"));
    writeFileSync(join(cwd, "full", "mine.txt"), "mine");
    const line = `${written("")} --to full`;
    expect(await refused(line)).toBe(
      "rollsim: --to full: is not empty; --force writes into it all the same\n",
    );
    expect(readdirSync(join(cwd, "full"))).toEqual(["mine.txt"]);
    const { code } = await rollsim(["export", ...line.split(" "), "--force"], { cwd });
    expect(code).toBe(0);
    expect(readFileSync(join(cwd, "full", "mine.txt"), "utf8")).toBe("mine");
  });

  test("what is no folder", async () => {
    writeFileSync(join(cwd, "a-file"), "");
    expect(await refused(`${written("")} --to a-file`)).toBe(
      "rollsim: --to a-file: is no folder\n",
    );
    expect(await refused(`${written("")} --to a-file/b`)).toBe(
      "rollsim: --to a-file/b: is no folder\n",
    );
  });

  test.each([
    ["none.yaml --to x", "none.yaml: no such file"],
    ["broken.yaml --to x", 'broken.yaml:5:1: error[unknown-key]: unknown key "stepz"'],
    ["more.yaml", "export needs --to FOLDER"],
    ["several --to x", "export takes one file; several is several"],
    ["service.yaml --to x", "service.yaml: no pods of Deployments in it: nothing to be seen"],
    [`${scenarioFile("found-stuck")} --to x`, "has Deployments as a cluster gave them"],
  ])("%s", async (line, why) => {
    mkdirSync(join(cwd, "several"), { recursive: true });
    writeFileSync(join(cwd, "several", "a.yaml"), deployment());
    writeFileSync(join(cwd, "several", "b.yaml"), deployment());
    const head =
      "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata:\n  name: x\nstepz: []\n";
    writeFileSync(join(cwd, "broken.yaml"), head + deployment());
    const service = "apiVersion: v1\nkind: Service\nmetadata: { name: web }\n";
    writeFileSync(join(cwd, "service.yaml"), `${service}spec: { ports: [{ port: 80 }] }\n`);
    expect(await refused(line)).toContain(why);
    expect(existsSync(join(cwd, "x"))).toBe(false);
  });
});
