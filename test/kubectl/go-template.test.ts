import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { executeTemplate } from "../../src/kubectl/go-template/execute.ts";
import { functionNamed } from "../../src/kubectl/go-template/functions.ts";
import { parseGoTemplate } from "../../src/kubectl/go-template/parse.ts";

const pods = {
  items: [
    { metadata: { name: "web-1", labels: { app: "web" } }, status: { phase: "Running" } },
    { metadata: { name: "web-2", labels: { app: "web" } }, status: { phase: "Pending" } },
  ],
};

function print(text: string, data: unknown, missing: "allow" | "refuse" = "allow"): string {
  const template = parseGoTemplate(text, (name) => functionNamed(name) !== undefined);
  if ("error" in template) return template.error;
  const executed = executeTemplate(template, data, `${missing} missing`);
  return executed.text + (executed.error ?? "");
}

describe("a Go template", () => {
  test.each([
    ['{{range .items}}{{.metadata.name}}{{"\\n"}}{{end}}', "web-1\nweb-2\n"],
    ['{{range .items}}{{if ne .status.phase "Running"}}{{.metadata.name}}{{end}}{{end}}', "web-2"],
    ["{{range $i, $pod := .items}}{{if $i}}, {{end}}{{$pod.metadata.name}}{{end}}", "web-1, web-2"],
    ['{{(index .items 0).metadata.labels.app | printf "%q"}}', '"web"'],
    ["{{len .items}} {{.nope}} {{with .nope}}x{{else}}none{{end}}", "2 <no value> none"],
    ['{{ "czNjcjN0" | base64decode }}', "s3cr3t"],
    ["{{range .nope}}x{{else}}no pods{{end}}", "no pods"],
  ])("%s prints %j", (text, printed) => {
    expect(print(text, pods)).toBe(printed);
  });

  test("stops at a field that is missing when it was told to", () => {
    expect(print("{{.items}}", {}, "refuse")).toBe(
      'template: output:1:2: executing "output" at <.items>: map has no entry for key "items"',
    );
  });

  test("that calls itself without end is stopped", () => {
    expect(print('{{define "a"}}{{template "a"}}{{end}}{{template "a"}}', {})).toContain(
      "exceeded maximum template depth",
    );
  });

  test.each(["(", "{{if 1}}"])("with %s ten thousand times is refused, not followed", (deep) => {
    const text = deep === "(" ? `{{${deep.repeat(10_000)}` : deep.repeat(10_000);
    expect(print(text, {})).toContain("max expression depth exceeded");
  });

  test("does not count to a billion", () => {
    expect(print("{{range 1000000000}}x{{end}}", {})).toContain("does not count to 1000000000");
  });
});

const recorded = gunzipSync(
  readFileSync(new URL("../conformance/data/go-templates.jsonl.gz", import.meta.url)),
).toString();
const [object = "", ...lines] = recorded.trim().split("\n");

test(`${lines.length} templates print and fail as kubectl's own printer does`, () => {
  const { data } = JSON.parse(object) as { readonly data: unknown };
  const different = lines.filter((line) => {
    const [text, allow, out, problem] = JSON.parse(line) as readonly [
      string,
      boolean,
      string,
      string,
    ];
    const prefix = `error executing template ${JSON.stringify(text)}: `;
    return print(text, data, allow ? "allow" : "refuse") !== out + problem.replace(prefix, "");
  });
  expect(different).toEqual([]);
});
