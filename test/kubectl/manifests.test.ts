/** What becomes of files that are no manifests, or not whole ones (recordings: ../conformance/data/kubectl-yaml-errors). */
import { expect, test } from "vitest";
import { parseManifest } from "../../src/kubectl/manifest.ts";
import { session } from "./session.ts";

const head = "error parsing f: error converting YAML to JSON: yaml: ";

const merge = "map merge requires map or sequence of maps as the value";

test.each([
  ["a: 1\n\tb: 2\n", `${head}line 2: found a tab character that violates indentation`],
  ["a:\n\tb: 2\n", `${head}line 2: found character that cannot start any token`],
  ["<<: \na: 1\n", `${head}${merge}`],
  ["a: {<<: 5}\n", `${head}${merge}`],
  ["<<: [{b: 1}, 3]\n", `${head}${merge}`],
  ["x: &a [{b: 1}]\nz: {<<: *a}\n", `${head}${merge}`],
  ["a: |\n\tb\n", `${head}line 2: found a tab character where an indentation space is expected`],
  ["a:\n- b: 1\n c: 2\n", `${head}line 2: did not find expected key`],
  ["a:\n  - b: 1\n   c: 2\n", `${head}line 2: did not find expected '-' indicator`],
  ["a:\n  b\nc: 1\n  d: 2\n", `${head}line 4: mapping values are not allowed in this context`],
  ["a: 1\nb\nc: 2\n", `${head}line 3: could not find expected ':'`],
  ["a: - b\n", `${head}block sequence entries are not allowed in this context`],
  ["a: [b, c\nd: 1\n", `${head}line 1: did not find expected ',' or ']'`],
  ["a: *b\n", `${head}unknown anchor 'b' referenced`],
  ['a: "b\n', `${head}line 2: found unexpected end of stream`],
  ["a: 1\n--- b\n", "error parsing f: invalid Yaml document separator: b"],
])("%j", (text, error) => {
  expect(parseManifest(text, "f")).toEqual({ documents: [], error });
});

test.each([
  [
    "what is less deep than the first line is no more of the document",
    "  a: 1\nb: 2\n",
    [{ a: 1 }],
  ],
  [
    "a map takes in others, or their aliases",
    "x: &a {b: 1}\n'<<': 5\n<<: [*a, {c: 2}]\n",
    [{ x: { b: 1 }, "<<": 5, b: 1, c: 2 }],
  ],
  ["what is no JSON may be YAML", '{"a": b, c: 1,}', [{ a: "b", c: 1 }]],
  ["a mark of the order of bytes is overlooked", "\uFEFFa: 1\nb: 2\n", [{ a: 1, b: 2 }]],
  ["documents before a broken one are read", "a: 1\n--- # b\nc: 2\n", [{ a: 1 }, { c: 2 }]],
])("%s", (_, text, documents) => {
  expect(parseManifest(text, "f")).toEqual({ documents });
});

test("what is not valid ends its file; create tells of objects first, then of files", () => {
  const map = (name: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
  const run = session({
    "a.yaml": `${map("a")}---\nkind: ConfigMap\n---\n${map("b")}`,
    "c.yaml": `${map("c")}---\na: [\n`,
  });
  run("create -f c.yaml");
  expect(run("create -f a.yaml -f c.yaml")).toBe(
    "configmap/a created\n" +
      'Error from server (AlreadyExists): error when creating "c.yaml": configmaps "c" already exists\n' +
      '[error validating "a.yaml": error validating data: apiVersion not set; if you choose to ignore ' +
      "these errors, turn validation off with --validate=false, error parsing c.yaml: error converting " +
      "YAML to JSON: yaml: line 1: did not find expected node content]\n",
  );
});

test("replace makes a Service that is not there, as the API server lets a PUT do, and no ConfigMap", () => {
  const run = session({
    "s.yaml": "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}",
    "c.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}",
    "n.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {}}",
    "p.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: 200%}}",
  });
  expect(run("replace -f s.yaml")).toBe("service/s replaced\n");
  expect(run("get svc s -o name")).toBe("service/s\n");
  expect(run("replace -f c.yaml")).toBe(
    'Error from server (NotFound): error when replacing "c.yaml": configmaps "c" not found\n',
  );
  expect(run("replace -f n.yaml")).toBe(
    'error: error when replacing "n.yaml": resource name may not be empty\n',
  );
  expect(run("replace -f p.yaml")).toBe(
    `error: error when replacing "p.yaml": invalid resource name "200%": [may not contain '%']\n`,
  );
});
