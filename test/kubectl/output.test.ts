import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseManifest } from "../../src/kubectl/manifest.ts";
import { indentedJson } from "../../src/kubectl/output/gojson.ts";
import { toYaml } from "../../src/kubectl/output/yaml.ts";
import { isMap } from "../../src/kubectl/fields.ts";
import { readRecording } from "../conformance/kubectl-recording.ts";

const data = fileURLToPath(new URL("../conformance/data/", import.meta.url));
const recorded = readdirSync(data)
  .filter((name) => /^kubectl-.*\.gz$/.test(name))
  .flatMap((name) => readRecording(data + name));

function printed(format: string): readonly string[] {
  return recorded
    .filter(({ args, code }) => code === 0 && args.join(" ").includes(`-o ${format}`))
    .map(({ stdout }) => stdout);
}

function read(text: string): unknown {
  const parsed = parseManifest(text, "test");
  return parsed.error ?? parsed.documents[0];
}

/** Texts that tempt a YAML printer: words, numbers, indicators, blanks and breaks. */
const temptation = fc.oneof(
  fc.constantFrom(
    "y",
    "NO",
    "null",
    "~",
    "1e3",
    "0x1f",
    "1_000",
    "2026-11-23",
    "12:30",
    "a: b",
    "- x",
    "#",
  ),
  fc.string({ unit: fc.constantFrom(...Array.from(" \n:-#'\"\\abc019{}[],&*!|>%@`")) }),
  fc.string({ unit: "binary-ascii" }),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    temptation,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 8 }), tie("value"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).value;

describe("-o yaml", () => {
  test("prints again, byte by byte, every YAML that the real kubectl printed", () => {
    const texts = printed("yaml").filter(
      (text) => text.startsWith("api") && !text.includes("\n---\n"),
    );
    expect(texts.length).toBeGreaterThan(20);
    for (const text of texts) expect(toYaml(read(text))).toBe(text);
  });

  test("reads back as what it printed, whatever texts objects hold", () => {
    fc.assert(
      fc.property(json.filter(isMap), (value) => {
        if (Object.keys(value).length === 0) return;
        expect(read(toYaml({ wrapped: value }))).toEqual({ wrapped: value });
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  test("folds a long text at the blank after column 80 as go-yaml does", () => {
    const folded = "cpu utilization:\n      unable to get metrics";
    const texts = printed("yaml").filter((yaml) => yaml.includes(folded));
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(toYaml(read(text))).toBe(text);
  });
});

describe("-o json", () => {
  test("prints again, byte by byte, every JSON that the real kubectl printed with sorted keys", () => {
    const texts = printed("json").filter((text) => text.startsWith('{\n    "apiVersion"'));
    expect(texts.length).toBeGreaterThan(3);
    for (const text of texts) {
      expect(`${indentedJson(JSON.parse(text), "    ")}\n`).toBe(text);
    }
  });

  test("escapes <, > and & as Go does", () => {
    expect(indentedJson({ a: "<b> & c" }, "  ")).toBe('{\n  "a": "\\u003cb\\u003e \\u0026 c"\n}');
  });
});
