import { describe, expect, test } from "vitest";
import { sourcesIn } from "./support/sources.ts";

const LONGEST_FILE = 400;

const all = [...sourcesIn("src"), ...sourcesIn("test")];

/** `file:line` of every line of code that a pattern matches. */
function lines(pattern: RegExp): string[] {
  return all.flatMap(({ path, code }) =>
    code.split("\n").flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}`] : [])),
  );
}

describe("the sources", () => {
  test(`have no file of more than ${LONGEST_FILE} lines`, () => {
    const long = all.filter(({ text }) => text.trimEnd().split("\n").length > LONGEST_FILE);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test.each([
    ["default exports", /\bexport default\b/],
    ["`any`", /(?:[:<|&,(]\s*|\bas\s+)any\b(?!\s*[:(.])/],
    ["enums", /\benum\s+\w+\s*\{/],
    ["namespaces", /^\s*(?:export\s+)?(?:declare\s+)?namespace\s+\w/],
    ["parameter properties", /constructor\([^)]*\b(?:public|private|protected)\b/],
    ["`private` (use #)", /^\s*(?:private|protected)\s/],
    ["@ts-ignore and the like", /@ts-(?:ignore|expect-error|nocheck)/],
    ["var", /^\s*var\s/],
    ["debugger", /^\s*debugger\b/],
    ["tests that are skipped or alone", /\b(?:test|describe|it)\.(?:only|skip|todo)\b/],
  ])("have no %s", (_, pattern) => {
    // Type tests are where lines that must not compile live; vitest's own configuration needs a default.
    const allowed = /^test\/types\//;
    expect(lines(pattern).filter((place) => !allowed.test(place))).toEqual([]);
  });

  test("end each file with one newline, and use no tabs or trailing blanks", () => {
    const untidy = all.filter(({ text }) => !/[^\n]\n$/.test(text) || /\t| +\n/.test(text));
    expect(untidy.map(({ path }) => path)).toEqual([]);
  });

  test("begin each file of src with what it is about", () => {
    const silent = all.filter(
      ({ path, text }) => path.startsWith("src/") && !/^(?:#!.*\n)?(?:\/\*\*|\/\/ )/.test(text),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test("name no path of the machine they were written on", () => {
    const home = /\/(?:home|Users|work|root)\/[\w.-]+\//;
    expect(all.filter(({ text }) => home.test(text)).map(({ path }) => path)).toEqual([]);
  });
});
