/** What rarer flags and forms of verbs come to, as the real kubectl has it (recordings in ../conformance/data). */
import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { session } from "./session.ts";

interface Printed {
  readonly out: string;
  readonly err: string;
}

/** On a cluster with a Deployment `web`, whose one variable A is 1. */
function typist(): (line: string, editor?: string) => Printed {
  const cluster = new Cluster({ nodes: 1 });
  const type = (line: string, editor = ""): Printed => {
    const printed = { out: "", err: "" };
    runKubectl(cluster, `kubectl ${line}`, {
      out: (text) => (printed.out += text),
      err: (text) => (printed.err += text),
      readFile: () => undefined,
      env: { KUBE_EDITOR: editor },
    });
    return printed;
  };
  type("create deployment web --image=web:v1 --replicas=2");
  type("set env deploy/web A=1");
  cluster.runUntil(10_000);
  return type;
}

test.each([
  ["set env deploy/web A=1 --overwrite=false", "", ""],
  [
    "set env deploy/web A=2 --overwrite=false",
    "",
    "error: deployments/web 'A' already has a value (1), and --overwrite is false\n",
  ],
  ["set selector svc/web a!=b", "", 'error: "!=" is not a valid label selector operator\n'],
  [
    "create pdb web --selector='app in (a,b)' --min-available=1",
    "poddisruptionbudget.policy/web created\n",
    "",
  ],
  [
    "create pdb web --selector=a=b=c --min-available=1",
    "",
    `error: couldn't parse the selector string "a=b=c": found '=', expected: ',' or 'end of string'\n`,
  ],
  [
    "get ns default --subresource=scale",
    "",
    "Error from server (NotFound): the server could not find the requested resource\n",
  ],
  [
    "get deploy web -w --output-watch-events -o custom-columns=N:.metadata.name,T:.type",
    "N        T\n<none>   ADDED\n",
    "",
  ],
])("%s", (line, out, err) => {
  expect(typist()(line)).toEqual({ out, err });
});

test("set serviceaccount tells of objects that have it already; set image does not", () => {
  const type = typist();
  const line = "set serviceaccount deploy/web robot";
  const told = { out: "deployment.apps/web serviceaccount updated\n", err: "" };
  expect([type(line), type(line)]).toEqual([told, told]);
  expect(type("set image deploy/web web=web:v1").out).toBe("");
});

test("set env --resolve takes fields from the object itself, and tells of references that lead nowhere", () => {
  const type = typist();
  const field = { valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };
  const secret = { valueFrom: { secretKeyRef: { name: "creds", key: "pass" } } };
  const env = [
    { name: "POD", ...field },
    { name: "PASS", ...secret },
  ];
  const patch = JSON.stringify({
    spec: { template: { spec: { containers: [{ name: "web", env }] } } },
  });
  type(`patch deploy web -p '${patch}'`);
  expect(type("set env deploy/web --list --resolve")).toEqual({
    out: "# Deployment web, container web\nPOD=web\n# PASS from secret creds, key pass\nA=1\n",
    err: 'error retrieving reference for PASS: secrets "creds" not found\n',
  });
});

test("edit --subresource=status leaves the spec alone; another kind than there is cancels an edit", () => {
  const type = typist();
  type("edit deploy web --subresource=status", "sed -i s/replicas:.2/replicas:\\ 9/");
  expect(type("get deploy web -o jsonpath={.spec.replicas}").out).toBe("2");
  expect(type("edit deploy web", "sed -i s/^kind:.*/kind:\\ Nope/").err).toMatch(
    /^A copy of your changes has been stored .*\nerror: Edit cancelled, no valid changes were saved\.\n$/u,
  );
});

test("get --sort-by takes texts as they are, and quantities by what they are worth", () => {
  const type = typist();
  for (const [name, k] of [
    ["c9", "9"],
    ["c10", "10"],
    ["c11", "1Ki"],
    ["c1", "100m"],
  ] as const) {
    type(`create cm ${name} --from-literal=k=${k}`);
  }
  const sorted = (by: string): string[] =>
    type(`get cm --sort-by=${by} -o name`).out.trimEnd().split("\n");
  const names = (...list: string[]): string[] => list.map((name) => `configmap/${name}`);
  expect(sorted(".metadata.name")).toEqual(names("c1", "c10", "c11", "c9"));
  expect(sorted(".data.k")).toEqual(names("c1", "c9", "c10", "c11"));
});

test("get --sort-by leaves what is alike in the order of Go's sort, which is not stable beyond twelve", () => {
  const type = typist();
  for (let i = 10; i <= 24; i++) type(`create cm c${i} --from-literal=k=${i % 3}`);
  const { out } = type("get cm --sort-by=.data.k --no-headers");
  // As the real kubectl printed the same objects.
  const order = "c15 c24 c12 c21 c18 c16 c10 c19 c13 c22 c17 c14 c20 c23 c11";
  expect(out.match(/^c\d+/gmu)?.join(" ")).toBe(order);
});

test("patch that no server sees says what is left of an object without a kind", () => {
  const type = typist();
  type("create cm c --from-literal=k=v");
  const patch = `-p '{"$patch":"replace","data":{"k":"w"}}'`;
  const { err } = type(`patch cm c --dry-run=client ${patch}`);
  expect(err).toBe(`error: Object 'Kind' is missing in '{"data":{"k":"w"}}'\n`);
});

test("edit cancels a Scale that was changed, and what cannot be read", () => {
  const type = typist();
  const cancelled =
    'A copy of your changes has been stored to "/tmp/kubectl-edit-0000000000.yaml"\n' +
    "error: Edit cancelled, no valid changes were saved.\n";
  expect(
    type("edit deploy web --subresource=scale", "sed -i s/replicas:.2/replicas:\\ 9/"),
  ).toEqual({ out: "", err: cancelled });
  expect(type("edit deploy web --subresource=scale", "sed -i s/nope/x/").err).toBe(
    "Edit cancelled, no changes made.\n",
  );
  expect(type("edit deploy web", "sed -i s/^spec:/spec/").err).toBe(
    `error: deployments.apps "web" is invalid\n${cancelled}`,
  );
});

test("edit counts lines with those of the header, which no edit changes", () => {
  const type = typist();
  type("edit deploy web", "sed -i -e 1,4d -e '/^spec:/,/^status:/s/replicas: 2/replicas: 3/'");
  expect(type("get deploy web -o jsonpath={.spec.replicas}").out).toBe("3");
});

test("a Scale of none has no number", () => {
  const type = typist();
  type("scale deploy web --replicas=0");
  expect(type("get deploy web --subresource=scale -o yaml").out).toContain("spec: {}\n");
});

test("a patch that is only tried may take the apiVersion away", () => {
  const line = `patch deploy web --dry-run=client -p '{"apiVersion":null}'`;
  expect(typist()(line)).toEqual({ out: "deployment/web patched\n", err: "" });
  expect(typist()(`${line} -o yaml`).out).toMatch(/^kind: Deployment\n/u);
});

test("patterns in -f are expanded where no shell has done it", () => {
  const cluster = new Cluster();
  const files = ["a.yaml", "b.yaml", "c.json"].map((name) => ({
    name,
    text: `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name[0]}}}`,
  }));
  const type = (line: string): Printed => {
    const printed = { out: "", err: "" };
    runKubectl(cluster, `kubectl ${line}`, {
      out: (text) => (printed.out += text),
      err: (text) => (printed.err += text),
      readFile: (path) => {
        const found = path === "." ? files : files.filter(({ name }) => name === path);
        return found.length === 0 ? undefined : found;
      },
    });
    return printed;
  };
  expect(type("create -f *.yaml")).toEqual({
    out: "configmap/a created\nconfigmap/b created\n",
    err: "",
  });
  expect(type("create -f ?.txt").err).toBe('error: the path "?.txt" does not exist\n');
  expect(type("delete -f [^a-b].*").out).toBe("");
  expect(type("create -f [^a-b].*").out).toBe("configmap/c created\n");
  expect(type("replace -f c.?[s-z]on").out).toBe("configmap/c replaced\n");
});

test.each(["[^", "a[b", "[a-]", "[]", "[]a]", "[-a]", "[^]a", "[a-b-c]", "jsonpath={.x[?(@.y=="])(
  "the pattern %s in -f is not valid, as Go says",
  (pattern) => {
    expect(typist()(`get -f '${pattern}'`).err).toBe(
      `error: pattern "${pattern}" is not valid: syntax error in pattern\n`,
    );
  },
);

test.each(["[z-a]x", "[!a]", "[^a]b", "?x"])(
  "the pattern %s in -f is one, and of nothing",
  (pattern) => {
    expect(typist()(`get -f '${pattern}'`).err).toBe(
      `error: the path "${pattern}" does not exist\n`,
    );
  },
);

test("an editor may be a shell that hands the file on", () => {
  const type = typist();
  const editors = [`sh -c 'sed -i s/:v1/:v2/ $0'`, `/bin/sh -c 'sed -i s/:v2/:v3/ "$1"' --`];
  for (const editor of editors) {
    expect(type("edit deploy web", editor).out).toBe("deployment.apps/web edited\n");
  }
  expect(type("get deploy web -o jsonpath={.spec.template.spec.containers[0].image}").out).toBe(
    "web:v3",
  );
  expect(type("edit deploy web", "sh -c 'sed -i s/v3/v4/ other'").err).toMatch(/no editor/u);
});

test("a resourceVersion that is no number is the server's mistake, and 0 is any version", () => {
  const type = typist();
  const patch = (resourceVersion: string) =>
    type(
      `patch deploy web --type=merge -p '{"metadata":{"resourceVersion":"${resourceVersion}"}}'`,
    );
  expect(patch("x").err).toBe(
    'Error from server: strconv.ParseUint: parsing "x": invalid syntax\n',
  );
  expect(patch("0")).toEqual({ out: "deployment.apps/web patched (no change)\n", err: "" });
  expect(patch("1").err).toMatch(/^Error from server \(Conflict\)/u);
});

test("get --sort-by does not sort what is true or false", () => {
  const type = typist();
  const line = "get pods --sort-by=.status.containerStatuses[0].ready";
  expect(type(line)).toEqual({
    out: "",
    err: expect.stringMatching(
      /^F.* sorter\.go:375\] Field \{\.status\.containerStatuses\[0\]\.ready\} in .* unsortable type: bool\n$/u,
    ),
  });
});

test("autoscale and expose believe a file, and do not ask for what is there", () => {
  const template =
    "{metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: 7}]}]}}";
  const run = session({
    "web.yaml": `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web},
      spec: {selector: {matchLabels: {a: b}}, template: ${template}}}`,
  });
  expect(run("autoscale -f web.yaml --max=3\nexpose -f web.yaml")).toBe(
    "horizontalpodautoscaler.autoscaling/web autoscaled\nservice/web exposed\n",
  );
  expect(run("get svc web -o jsonpath={.spec.ports[0].port}/{.spec.ports[0].protocol}")).toBe(
    "7/TCP",
  );
});

test("nobody owns what the server adds to a new namespace", () => {
  const type = typist();
  type("create ns team");
  const { out } = type("get ns team -o yaml --show-managed-fields");
  expect(out).toContain("f:metadata:\n        f:labels:");
  expect(out).not.toMatch(/f:(status|finalizers):/u);
});
