import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject, StringMap } from "../../src/api/meta.ts";
import { matchesFields, parseFieldSelector } from "../../src/apiserver/field-selectors.ts";
import { imageTag } from "../../src/apiserver/image-name.ts";
import {
  compareQuantities,
  parseQuantity,
  printQuantity,
  quantityOf,
  roundQuantityUp,
} from "../../src/apiserver/quantity.ts";
import {
  formatLabels,
  formatLabelSelector,
  labelMatcher,
  parseLabelSelector,
} from "../../src/apiserver/selectors.ts";
import { readLines } from "./recorded.ts";

/** What Kubernetes reads out of a text. */
interface Reading {
  readonly what: "quantity" | "labels" | "fields" | "image";
  readonly text: string;
  /** What it read, printed. */
  readonly means?: string;
  readonly error?: string;
  /** A quantity rounded up to thousandths. */
  readonly milli?: string;
  /** How it compares with 1. */
  readonly order?: number;
  /** Whether a label selector matches each of labelSets. */
  readonly matches?: readonly boolean[];
}

const labelSets: readonly (StringMap | undefined)[] = [
  undefined,
  { app: "web" },
  { app: "api", tier: "1" },
  { tier: "5" },
  { "a/b": "", app: "" },
];

const readings = readLines<Reading>(import.meta.url, "data/read.jsonl.gz", JSON.parse);

function recordedAs(what: Reading["what"]): readonly Reading[] {
  const found = readings.filter((reading) => reading.what === what);
  expect(found).toHaveLength(500);
  return found;
}

describe("quantities", () => {
  test("mean what Kubernetes reads, 500 random texts", () => {
    const one = quantityOf("1");
    for (const { text, means, error, milli, order = 0 } of recordedAs("quantity")) {
      const read = parseQuantity(text);
      if (!read.ok) {
        expect(read.error, text).toBe(error);
        continue;
      }
      expect(printQuantity(read.quantity), text).toBe(means);
      expect(printQuantity(roundQuantityUp(read.quantity, 3)), text).toBe(milli);
      expect(one && Math.sign(compareQuantities(read.quantity, one)), text).toBe(order);
    }
  });

  test.each([
    ["1000m", "1"],
    ["1024Mi", "1Gi"],
    ["0.5Gi", "512Mi"],
    ["1e3", "1e3"],
    ["1500", "1500"],
    ["1000", "1k"],
  ])("%s is printed as %s", (text, printed) => {
    const quantity = quantityOf(text);
    expect(quantity && printQuantity(quantity)).toBe(printed);
  });

  test("keep their value when printed and read again", () => {
    const suffix = fc.constantFrom("", "m", "k", "M", "Ki", "Mi", "Gi", "e2");
    const number = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(number, suffix, (amount, unit) => {
        const quantity = quantityOf(`${amount}${unit}`);
        const again = quantity && quantityOf(printQuantity(quantity));
        expect(quantity && again && compareQuantities(quantity, again)).toBe(0);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("label selectors", () => {
  test("mean what Kubernetes reads, 500 random texts", () => {
    for (const { text, means = "", error, matches } of recordedAs("labels")) {
      const read = parseLabelSelector(text);
      if (!read.ok) {
        expect(read.error, text).toBe(error);
        continue;
      }
      expect(read.value.text, text).toBe(means);
      expect(
        labelSets.map((labels) => read.value.matches(labels)),
        text,
      ).toEqual(matches);
    }
  });

  test("of objects match by labels and expressions, and print as kubectl does", () => {
    const selector = {
      matchLabels: { app: "web" },
      matchExpressions: [
        { key: "tier", operator: "In", values: ["b", "a"] },
        { key: "old", operator: "DoesNotExist" },
      ],
    };
    const matcher = labelMatcher(selector);
    if (!matcher.ok) throw new Error(matcher.error);
    expect(matcher.value.matches({ app: "web", tier: "a" })).toBe(true);
    expect(matcher.value.matches({ app: "web", tier: "c" })).toBe(false);
    expect(matcher.value.matches({ app: "web", tier: "a", old: "" })).toBe(false);
    expect(formatLabelSelector(selector)).toBe("app=web,!old,tier in (a,b)");
  });

  test("select nothing where absent, everything where empty", () => {
    const nothing = labelMatcher(undefined);
    const everything = labelMatcher({});
    expect(nothing.ok && nothing.value.matches({ app: "web" })).toBe(false);
    expect(everything.ok && everything.value.matches({})).toBe(true);
    expect([formatLabelSelector(undefined), formatLabelSelector({})]).toEqual(["<none>", "<none>"]);
  });

  test.each([
    [{ key: "a", operator: "Near" }, '"Near" is not a valid label selector operator'],
    [
      { key: "a", operator: "In" },
      "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
    ],
  ])("refuse %j", (expression, error) => {
    expect(labelMatcher({ matchExpressions: [expression] })).toMatchObject({ ok: false, error });
  });

  test("of plain labels print sorted", () => {
    expect(formatLabels({ b: "2", a: "1" })).toBe("a=1,b=2");
    expect(formatLabels({})).toBe("<none>");
  });
});

describe("field selectors", () => {
  test("mean what Kubernetes reads, 500 random texts", () => {
    for (const { text, means = "", error } of recordedAs("fields")) {
      const read = parseFieldSelector(text);
      if (!read.ok) {
        expect(read.error, text).toBe(error);
        continue;
      }
      const terms = read.value.map((term) => `${term.field}|${term.operator}|${term.value}`);
      expect(terms.join("\n"), text).toBe(means);
    }
  });

  test.each([
    ["metadata.name=web", true],
    ["metadata.name!=web", false],
    ["status.phase=Running,spec.nodeName=", true],
    ["spec.hostNetwork=false", true],
    ["spec.replicas=1", "field label not supported: spec.replicas"],
  ])("%s of a pod gives %j", (text, expected) => {
    const pod: KubeObject = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: "default" },
      status: { phase: "Running" },
    };
    const terms = parseFieldSelector(text);
    if (!terms.ok) throw new Error(terms.error);
    const fits = matchesFields(pod, terms.value);
    expect(fits.ok ? fits.value : fits.error).toBe(expected);
  });
});

test("image names have the tags that Kubernetes reads, 500 random texts", () => {
  for (const { text, means = "" } of recordedAs("image")) expect(imageTag(text), text).toBe(means);
});
