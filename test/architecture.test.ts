import { describe, expect, test } from "vitest";
import * as library from "../src/index.ts";
import { sourcesIn, type SourceFile } from "./support/sources.ts";

/** From the inside out; a file imports only from lower rings, or from its own folder. */
const RINGS: readonly (readonly string[])[] = [
  ["engine", "api", "statistics", "features"],
  ["apiserver"],
  ["controllers", "scheduler", "kubelet", "traffic", "faults"],
  ["cluster"],
  ["kubectl", "scenario", "explain", "verify"],
  ["report", "compare", "export"],
  ["cli", "http", "playground", "index", "library"],
];

/** Who may use whom inside a ring: the kernel the types of a trace, the kubelet what places pods. */
const NEIGHBORS: Readonly<Record<string, readonly string[]>> = {
  engine: ["api"],
  statistics: ["engine"],
  scenario: ["verify", "kubectl"],
  verify: ["kubectl"],
  kubelet: ["scheduler"],
  index: ["library"],
  cli: ["library"],
};

/** Folders that may touch Node, the DOM or the wall clock. */
const OUTSIDE = new Set(["cli", "http", "playground"]);

/** What the core must not use, and what to use instead. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b/, "the simulation's clock"],
  [/\bnew Date\(\s*\)/, "the simulation's clock"],
  [/\bMath\.random\b/, "engine/random.ts"],
  [/\b(setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\b/, "schedule"],
  [/\bperformance\b/, "the simulation's clock"],
  [/\basync\b|\bawait\b|\bPromise\b/, "events of the simulation"],
  [/\blocaleCompare\b|\bIntl\b|\btoLocale\w+\b/, "a comparison by code units"],
  [/\.(sort|toSorted)\(\s*\)/, "a comparator"],
  [/\bprocess\.|\bBuffer\b|\bglobalThis\b/, "nothing: the core runs anywhere"],
  [/\bMath\.(log|log2|log10|exp|pow|sin|cos|tan)\b/, "integers: engines differ in the last bit"],
];

const sources = sourcesIn("src");
const paths = new Set(sources.map(({ path }) => path));

/** `src/engine/random.ts` is of `engine`, `src/cluster.ts` of `cluster`. */
function folderOf(path: string): string {
  return path.split("/")[1]!.replace(/\.ts$/, "");
}

function ringOf(path: string): number {
  const folder = folderOf(path);
  // `cli.ts` and `verify.ts` are the entries of their folders.
  return RINGS.findIndex((folders) => folders.includes(folder));
}

function mayImport(from: string, to: string): boolean {
  const [left, right] = [folderOf(from), folderOf(to)];
  if (left === right || ringOf(to) < ringOf(from)) return true;
  return ringOf(to) === ringOf(from) && NEIGHBORS[left]?.includes(right) === true;
}

function ownImports(file: SourceFile): readonly string[] {
  return file.imports.filter((name) => name.startsWith("src/") && name.endsWith(".ts"));
}

describe("the architecture", () => {
  test("puts every file into a ring", () => {
    expect(sources.filter(({ path }) => ringOf(path) < 0).map(({ path }) => path)).toEqual([]);
    expect(sources.length).toBeGreaterThan(100);
  });

  test("lets a file import only lower rings, and its own folder", () => {
    const wrong = sources.flatMap((file) =>
      ownImports(file)
        .filter((name) => !mayImport(file.path, name))
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test("imports files that exist, by their whole name", () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter((name) => name.startsWith("src/") && !name.endsWith(".json") && !paths.has(name))
        .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test("has no import cycle", () => {
    const graph = new Map(sources.map((file) => [file.path, ownImports(file)]));
    const done = new Set<string>();
    const cycle = (path: string, way: readonly string[]): readonly string[] | undefined => {
      if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
      if (done.has(path)) return undefined;
      for (const next of graph.get(path) ?? []) {
        const found = cycle(next, [...way, path]);
        if (found !== undefined) return found;
      }
      done.add(path);
      return undefined;
    };
    for (const { path } of sources) expect(cycle(path, [])?.join(" > ")).toBeUndefined();
  });

  test("keeps Node out of everything but the command line", () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      OUTSIDE.has(folderOf(path))
        ? []
        : imports
            .filter((name) => name.startsWith("node:"))
            .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test.each(BANNED)("has no %s in the core (use %s)", (pattern, instead) => {
    const wrong = sources.flatMap(({ path, code }) => {
      if (OUTSIDE.has(folderOf(path))) return [];
      return code
        .split("\n")
        .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1} (use ${instead})`] : []));
    });
    expect(wrong).toEqual([]);
  });

  test("needs at run time only what package.json says, and each of it", async () => {
    const { default: manifest } = await import("../package.json", { with: { type: "json" } });
    // The command line is bundled with its own.
    const packages = sources.flatMap(({ path, imports }) =>
      folderOf(path) === "cli"
        ? []
        : imports.filter((name) => !name.startsWith("src/") && !name.startsWith("node:")),
    );
    const names = new Set(
      packages.map((name) =>
        name
          .split("/")
          .slice(0, name.startsWith("@") ? 2 : 1)
          .join("/"),
      ),
    );
    const peers = Object.keys((manifest as { peerDependencies?: object }).peerDependencies ?? {});
    expect([...names].toSorted()).toEqual(
      [...Object.keys(manifest.dependencies), ...peers]
        .filter((name) => names.has(name) || !peers.includes(name))
        .toSorted(),
    );
  });
});

describe("the public surface", () => {
  test("is what index.ts names, and nothing else", () => {
    expect(Object.keys(library).toSorted()).toEqual([
      "CannotPlay",
      "Cluster",
      "KUBERNETES_VERSION",
      "ScenarioError",
      "addBatch",
      "checkScenario",
      "clusterAt",
      "decisions",
      "diff",
      "explainDeployment",
      "explanationText",
      "exportScenario",
      "failureCauses",
      "formatProblem",
      "nearestSplit",
      "newSequentialTest",
      "parseScenario",
      "podsForSplit",
      "questionsOf",
      "runKubectl",
      "runScenario",
      "sampleSize",
      "savings",
      "sentence",
      "sequentialTest",
      "slowCauses",
      "sweep",
      "triesOf",
      "wilsonInterval",
    ]);
  });
});
