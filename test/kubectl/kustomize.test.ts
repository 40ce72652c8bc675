/** kubectl kustomize and -k, against recordings of the real one (../conformance/data/kustomize-README.md). */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { filesInMemory } from "./kustomize-files.ts";

type Files = Readonly<Record<string, string>>;

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

interface Recording {
  readonly name: string;
  readonly files: Files;
  readonly runs: readonly (Ran & { readonly args: readonly string[] })[];
}

const recordings = gunzipSync(
  readFileSync(new URL("../conformance/data/kustomize.jsonl.gz", import.meta.url)),
)
  .toString("utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Recording);

const cluster = new Cluster();

function run(words: readonly string[], files: Files, on = cluster): Ran {
  const streams = { stdout: "", stderr: "" };
  const { code } = runKubectl(on, words, {
    readFile: filesInMemory(files),
    out(text) {
      streams.stdout += text;
    },
    err(text) {
      streams.stderr += text;
    },
  });
  return { ...streams, code };
}

function kustomize(files: Files, ...args: readonly string[]): Ran {
  return run(["kustomize", ...args], files);
}

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";

describe("kubectl kustomize", () => {
  test("prints and says what the real one does", () => {
    // Of a node of the wrong kind it shows the style in which it was written.
    const styled = ["patch of wrong shape", "fields of wrong kind 2"];
    const differing = recordings.flatMap(({ name, files, runs }) =>
      runs.flatMap(({ args, ...recorded }) => {
        const played = kustomize(files, ...args);
        return JSON.stringify(played) === JSON.stringify(recorded) ? [] : [{ name, args }];
      }),
    );
    expect(differing.map(({ name }) => name)).toEqual(styled);
    expect(recordings.length).toBeGreaterThan(310);
  });

  test.each([
    ["helmCharts: [{ name: x }]", "helmCharts in kustomization.yaml: Helm charts"],
    ["vars: [{ name: X }]", "vars in kustomization.yaml: vars, which replacements have replaced"],
    ["transformers: [t.yaml]", "transformers in kustomization.yaml: plugins"],
    ["openapi: { version: v1 }", "openapi in kustomization.yaml: schemas of one's own"],
    ["crds: [c.json]", "crds in kustomization.yaml: references inside custom resources"],
    [
      "configurations: [c.yaml]",
      "configurations in kustomization.yaml: transformers' fields of one's own",
    ],
    [
      "buildMetadata: [originAnnotations]",
      "buildMetadata in kustomization.yaml: originAnnotations",
    ],
  ])("refuses by name what is left out: %s", (text, told) => {
    const { stderr, code } = kustomize({ "kustomization.yaml": `${text}\n` });
    expect(stderr.split("\n").at(-2)).toBe(`error: ${told}: left out of rollsim`);
    expect(code).toBe(1);
  });

  test.each([
    "https://example.com/a.yaml",
    "github.com/acme/base?ref=v1",
    "git@github.com:acme/base.git",
  ])("opens no network for %s", (remote) => {
    const { stderr } = kustomize({ "kustomization.yaml": `resources: ["${remote}"]\n` });
    expect(stderr).toBe(`error: "${remote}" is not read: rollsim opens no network\n`);
  });

  test("writes no files", () => {
    const files = { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": configMap };
    expect(kustomize(files, ".", "-o", "all.yaml").stderr).toBe(
      "error: rollsim writes no files: leave out --output\n",
    );
  });

  test("ends builds that would be endless, with a word", () => {
    const pair = (next: number): string =>
      `resources: [../x${next}, ../y${next}]\nnamePrefix: p${next}-\n`;
    const files: Record<string, string> = {
      "x12/kustomization.yaml": "namePrefix: x-\nresources: [a.yaml]\n",
      "y12/kustomization.yaml": "namePrefix: y-\nresources: [a.yaml]\n",
      "x12/a.yaml": configMap,
      "y12/a.yaml": configMap,
    };
    for (let depth = 0; depth < 12; depth += 1) {
      for (const side of ["x", "y"]) {
        files[`${side}${depth}/kustomization.yaml`] = `${pair(depth + 1)}nameSuffix: -${side}\n`;
      }
    }
    expect(kustomize(files, "x0").stderr).toMatch(/a build of more than 1000 folders: left out/u);
    const bomb = ["a: &a0 [x, x]"];
    for (let depth = 1; depth < 40; depth += 1) {
      const last = `*a${depth - 1}`;
      bomb.push(`b${depth}: &a${depth} [${last}, ${last}]`);
    }
    const aliases = { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": bomb.join("\n") };
    expect(kustomize(aliases).stderr).toMatch(/document contains excessive aliasing/u);
    expect(kustomize({ "kustomization.yaml": "resources: &a [*a]\n" }).stderr).toBe(
      "error: invalid Kustomization: yaml: anchor 'a' value contains itself\n",
    );
    expect(kustomize({ "kustomization.yaml": "<<: \n" }).stderr).toBe(
      "error: invalid Kustomization: yaml: map merge requires map or sequence of maps as the value\n",
    );
    const patch = "patches: [{ target: { name: '(a+)+$' }, patch: '- op: remove' }]\n";
    const slow = { "kustomization.yaml": `resources: [a.yaml]\n${patch}`, "a.yaml": configMap };
    expect(kustomize(slow).stderr).toMatch(/repetitions of repetitions are left out of rollsim/u);
  });

  test("takes keys that are names of JavaScript's own for what they are", () => {
    const data = "data: { __proto__: a, constructor: b }\n";
    const files = { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": configMap + data };
    expect(kustomize(files).stdout).toContain("data:\n  __proto__: a\n  constructor: b\n");
    const odd = { "kustomization.yaml": "__proto__: a\n" };
    expect(kustomize(odd).stderr).toBe(
      'error: invalid Kustomization: json: unknown field "__proto__"\n',
    );
  });
});

describe("-k", () => {
  const files = {
    "base/kustomization.yaml":
      "resources: [web.yaml]\nconfigMapGenerator: [{ name: config, literals: [level=info] }]\n",
    "base/web.yaml":
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n" +
      "spec:\n  selector: { matchLabels: { app: web } }\n  template:\n" +
      "    metadata: { labels: { app: web } }\n    spec:\n      containers:\n" +
      "      - { name: web, image: web, envFrom: [{ configMapRef: { name: config } }] }\n",
    "prod/kustomization.yaml": "resources: [../base]\nimages: [{ name: web, newTag: v1 }]\n",
    "next/kustomization.yaml":
      "resources: [../base]\nimages: [{ name: web, newTag: v2 }]\nconfigMapGenerator:\n" +
      "- { name: config, behavior: merge, literals: [level=debug] }\n",
  };

  test("applies, compares and deletes what a folder's kustomization makes", () => {
    const own = new Cluster();
    expect(run(["apply", "-k", "prod"], files, own).stdout).toBe(
      "configmap/config-k4b9tgf9m9 created\ndeployment.apps/web created\n",
    );
    const { stdout: difference, code } = run(["diff", "-k", "next"], files, own);
    expect(code).toBe(1);
    expect(difference).toContain("-        image: web:v1\n");
    expect(run(["apply", "-k", "next/"], files, own).stdout).toContain(
      "deployment.apps/web configured",
    );
    expect(run(["get", "-k", "next", "-o", "name"], files, own).stdout).toMatch(
      /^configmap\/config-\w{10}\ndeployment\.apps\/web\n$/u,
    );
    expect(run(["delete", "-k", "next"], files, own).stdout).toContain(
      'deployment.apps "web" deleted from default namespace',
    );
  });

  test("stands alone", () => {
    const error = (...words: readonly string[]): string => run(words, files).stderr;
    expect(error("apply", "-k", "prod", "-f", "base/web.yaml")).toBe(
      "error: only one of -f or -k can be specified\n",
    );
    expect(error("apply", "-k", "prod", "-R")).toBe(
      "error: the -k flag can't be used with -f or -R\n",
    );
    expect(error("apply", "-k", "nowhere")).toContain(
      "must build at directory: not a valid directory",
    );
  });
});
