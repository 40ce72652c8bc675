import { describe, expect, test } from "vitest";
import { readYaml } from "../../src/scenario/yaml.ts";

function valueOf(text: string): unknown {
  const { documents, problems } = readYaml(text, "x.yaml");
  expect(problems).toEqual([]);
  return documents[0]?.root.value;
}

function firstProblem(text: string): string | undefined {
  const [problem] = readYaml(text, "x.yaml").problems;
  return problem && `${problem.line}:${problem.column} ${problem.code}: ${problem.message}`;
}

describe("plain scalars mean what they mean to kubectl", () => {
  // sigs.k8s.io/yaml v1.6.0, goyaml.v2/resolve.go
  test.each([
    ["yes", true],
    ["On", true],
    ["y", true],
    ["off", false],
    ["N", false],
    ["~", null],
    ["", null],
    ["010", 8],
    ["0o17", 15],
    ["0x10", 16],
    ["0b101", 5],
    ["-0b101", -5],
    ["1_000", 1000],
    ["08", 8],
    ["3.0", 3],
    ["1e3", 1000],
    [".5", 0.5],
    ["+7", 7],
    ["1:30", "1:30"],
    ["2026-11-23", "2026-11-23"],
    ["v1.37.2", "v1.37.2"],
    ["1.2.3", "1.2.3"],
    ['"010"', "010"],
    ["'yes'", "yes"],
    ["!!str 5", "5"],
  ])("%j is %j", (text, value) => {
    expect(valueOf(`a: ${text}\n`)).toEqual({ a: value });
  });
});

describe("anchors and keys", () => {
  test("an alias stands for the value of its anchor, and points at itself", () => {
    const { documents } = readYaml("a: &x { k: 1 }\nb: *x\n", "x.yaml");
    expect(documents[0]?.root.value).toEqual({ a: { k: 1 }, b: { k: 1 } });
    expect(documents[0]?.root.entries?.get("b")?.node.span.start).toBe(
      "a: &x { k: 1 }\nb: ".length,
    );
  });

  test("merge keys fill in what the map does not say itself", () => {
    const text = "base: &b { x: 1, y: 2 }\nmore: &m { z: 3 }\nall: { <<: [*b, *m], y: 5 }\n";
    expect(valueOf(text)).toMatchObject({ all: { x: 1, y: 5, z: 3 } });
  });

  test("the last of two equal keys wins, and is noted", () => {
    const { documents } = readYaml("a: 1\nb: 2\na: 3\n", "x.yaml");
    expect(documents[0]?.root.value).toEqual({ a: 3, b: 2 });
    expect(documents[0]?.duplicates.map(({ name }) => name)).toEqual(["a"]);
  });

  test("keys keep their spelling: on is not true", () => {
    expect(valueOf("on: 1\n1: 2\n")).toEqual({ on: 1, "1": 2 });
  });

  test.each([
    ["&x a: 1\nb: *x\nc: *y\n", '3:4 yaml: no anchor "&y" comes before it in this document'],
    ["a: *x\n", '1:4 yaml: no anchor "&x" comes before it in this document'],
    ["a: &x [*x]\n", '1:8 yaml: "*x" would contain itself'],
    ["__proto__: { polluted: true }\n", '1:1 yaml: the key "__proto__" is refused'],
    ["{ [a, b]: c }\n", "1:3 yaml: a key that is not a plain word"],
    ["<<: 5\n", "1:5 yaml: a merge key (<<) takes a map, or a list of maps"],
  ])("%j is refused at its place", (text, problem) => {
    expect(firstProblem(text)).toBe(problem);
  });

  test("a glob that begins with * is told to be quoted, and read as the text it looks like", () => {
    const { documents, problems } = readYaml("image: *:v1\n", "x.yaml");
    expect(problems.map(({ hint }) => hint)).toEqual(['for the text *:v1 write "*:v1"']);
    expect(documents[0]?.root.value).toEqual({ image: "*:v1" });
  });

  test("a key named __proto__ changes no prototype", () => {
    readYaml(
      '{ "__proto__": { polluted: true }, constructor: { prototype: { polluted: true } } }',
      "x",
    );
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("hostile text is refused quickly", () => {
  const bomb = `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(10)}]`).join("\n")}\n`;
  test.each([
    ["brackets that nest", "[".repeat(500_000), /nested deeper than 64 levels/],
    ["maps that nest", "{a: ".repeat(200_000), /nested deeper than 64 levels/],
    ["lists in one line", "- ".repeat(200_000), /nested deeper than 64 levels/],
    ["indentation that nests", indented(900), /nested deeper than 64 levels/],
    ["question marks", "? ".repeat(100_000), /nested deeper than 64 levels/],
    ["brackets that close nothing", "}".repeat(500_000), /closes nothing|Unexpected/],
    ["50 MB", "a: b\n".repeat(10_000_000), /50|47\.7 Mi characters/],
    [
      "ten megabytes of one word",
      "x".repeat(10_000_000),
      /9\.5 Mi characters; the most that is read is 8 Mi, and 1\.5 Mi words and signs: split it/,
    ],
    ["megabytes of signs", `a: [${"1,".repeat(800_000)}1]`, /too many words and signs/],
    ["an alias bomb", bomb, /the aliases expand to more than 1000000 values/],
    ["NUL bytes", "a: b\0c\n", /character U\+0000 is not allowed/],
    ["half a surrogate pair", "a: \ud800\n", /character U\+D800 is not allowed/],
    ["ten thousand documents", "---\na: 1\n".repeat(10_000), /more than 2000 documents/],
  ])("%s", (_what, text, message) => {
    const { problems } = readYaml(text, "x.yaml");
    expect(problems[0]?.message).toMatch(message);
    expect(problems.length).toBeLessThanOrEqual(20);
  });

  test("but the CRDs of an operator are read, and as many aliases as one likes", () => {
    const crd = `description: ${"what a field means ".repeat(100_000)}\n---\na: &a 1\nb: [${"*a,".repeat(10_000)}]\n`;
    const { documents, problems } = readYaml(crd, "x.yaml");
    expect(problems).toEqual([]);
    expect((documents[1]!.root.value as { b: unknown[] }).b).toHaveLength(10_000);
  });

  function indented(depth: number): string {
    return Array.from({ length: depth }, (_, i) => `${" ".repeat(i)}a:`).join("\n");
  }
});

describe("syntax errors", () => {
  test("stand where the text goes wrong", () => {
    expect(firstProblem("a: 1\nb: [1, 2\n")).toMatch(/^3:1 yaml-syntax: /);
    expect(firstProblem("a: 1\n\tb: 2\n")).toMatch(/^2:1 yaml-syntax: /);
    expect(firstProblem('a: "x"\nb: { c: "y, d: [1] }\ne: 2\n')).toMatch(
      /^2:9 yaml-syntax: Missing/,
    );
    expect(firstProblem("a: 'x\nb: 2\n")).toMatch(/^1:4 yaml-syntax: Missing closing/);
  });

  test("are told once a line; of tabs nothing else is", () => {
    const lines = (text: string): number[] => readYaml(text, "x").problems.map(({ line }) => line);
    expect(lines("a:\n  b: 1\n\tc: 2\n  d: 3\n\te: 4\n")).toEqual([3, 5]);
    expect(lines("a: b: c: d\ne: f: g: h\n")).toEqual([1, 2]);
  });

  test("an empty file has no documents", () => {
    expect(readYaml("# only a comment\n---\n\n", "x").documents).toEqual([]);
  });

  test("a byte order mark is not part of the text", () => {
    expect(valueOf("\u{feff}a: 1\n")).toEqual({ a: 1 });
  });
});
