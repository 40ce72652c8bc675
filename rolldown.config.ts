/**
 * The command line: what every command needs in one file, with what that needs of its dependencies, and a file for what few ask.
 * To load some 400 modules one by one takes twice as long as a small run itself. The library stays one file per module (tsc).
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin, type RolldownOptions } from "rolldown";

/**
 * yargs measures help texts with string-width, which loads Unicode's segmentation at start: 20 ms for
 * texts that are plain ASCII.
 */
const plainWidth: Plugin = {
  name: "plain-width",
  resolveId: (name) => (name === "string-width" ? "\0string-width" : null),
  load: (id) => (id === "\0string-width" ? "export default (text) => text.length;" : null),
};

/**
 * Loaded when they have something to do: yargs asserts with the one what its own code does wrong and sets out helps with
 * the other, a shell on a terminal reads with the third.
 */
const whenNeeded: Readonly<Record<string, string>> = {
  assert: `
    export const strictEqual = (a, b, ...text) => Object.is(a, b) || require("assert").strictEqual(a, b, ...text);
    export const notStrictEqual = (a, b, ...text) => !Object.is(a, b) || require("assert").notStrictEqual(a, b, ...text);`,
  cliui: `export default (...all) => require("cliui")(...all);`,
  "node:readline": `
    export const createInterface = (...all) => require("node:readline").createInterface(...all);`,
};

/** 5 ms of a start. */
const othersWhenNeeded: Plugin = {
  name: "others-when-needed",
  resolveId: (name, importer) =>
    name in whenNeeded && importer?.startsWith("\0") === false ? `\0needed:${name}` : null,
  load: (id) => whenNeeded[/^\0needed:(.*)$/.exec(id)?.[1] ?? ""] ?? null,
};

/** yargs keeps the help text of each command that it has run, to print it later: 4 ms, and nobody asks. */
const noHelpKept: Plugin = {
  name: "no-help-kept",
  transform(code, id) {
    if (!id.endsWith("/yargs/build/lib/command.js")) return null;
    const kept = "yargs.getInternalMethods().getUsageInstance().cacheHelpMessage();";
    if (!code.includes(kept)) throw new Error(`${id} keeps no help: this plugin can go`);
    return { code: code.replace(kept, ";"), map: null };
  },
};

/** yargs checks at every call that it is called rightly: for the tests, which run it whole. 1% of a small run. */
const noArgsert: Plugin = {
  name: "no-argsert",
  load: (id) =>
    id.endsWith("/yargs/build/lib/argsert.js") ? "export function argsert() {}" : null,
};

/** The language of expectations looks at each function and operator that it registers whether it has it twice: the tests do. */
const noOverlaps: Plugin = {
  name: "no-overlaps",
  transform(code, id) {
    if (!id.endsWith("/@marcbachmann/cel-js/lib/registry.js")) return null;
    const asked = /^ {2}#(?:hasOverload|checkOverlappingSignatures)\(\w+\) \{$/gm;
    if (code.match(asked)?.length !== 2) throw new Error(`${id} looks otherwise`);
    return { code: code.replaceAll(asked, "$&\n    return false"), map: null };
  },
};

/** yargs asks how wide the terminal is, which loads a stream or Node's sockets: src/cli/main.ts says it. Up to 5 ms. */
const noColumns: Plugin = {
  name: "no-columns",
  transform(code, id) {
    if (!id.endsWith("/yargs/lib/platform-shims/esm.mjs")) return null;
    const asked = "typeof process.stdout.columns !== 'undefined' ? process.stdout.columns : null";
    if (!code.includes(asked)) throw new Error(`${id} asks nothing: this plugin can go`);
    return { code: code.replace(asked, "null"), map: null };
  },
};

/** seedrandom asks for it, to seed a stream without a seed: rollsim has none. 2 ms of a start. */
const noCrypto: Plugin = {
  name: "no-crypto",
  resolveId: (name) => (name === "crypto" ? "\0crypto" : null),
  load: (id) => (id === "\0crypto" ? "export {};" : null),
};

/** Half a megabyte of texts that `explain` and `--help` print: read when asked for, from where tsc has put them. */
const textsWhenAsked: Plugin = {
  name: "texts-when-asked",
  load(id) {
    const file = /\/src\/(kubectl\/(?:explain|help)-data\.json)$/.exec(id)?.[1];
    if (file === undefined) return null;
    const code = `
      import { readFileSync } from "node:fs";
      import { join } from "node:path";
      let data;
      const read = () => data ??= JSON.parse(readFileSync(join(__filename, "../../${file}"), "utf8"));
      const asked = (trap) => [trap, (_, ...all) => Reflect[trap](read(), ...all)];
      const traps = ["get", "has", "ownKeys", "getOwnPropertyDescriptor"];
      export default new Proxy({}, Object.fromEntries(traps.map(asked)));`;
    return { code, moduleType: "js" };
  },
};

/** 2 ms of a start, for which few ask: a file of its own, with what it needs. */
const kustomizeWhenAsked: Plugin = {
  name: "kustomize-when-asked",
  resolveId: (id) => (id.startsWith("../cli-kustomize/") ? { id, external: true } : null),
  load(id) {
    if (!id.endsWith("/src/kubectl/kustomize/build.ts")) return null;
    return `
      let it;
      export const build = (...all) => (it ??= require("../cli-kustomize/build.cjs")).build(...all);`;
  },
};

/** ASCII alone is read without decoding, and V8 keeps it at a byte a character: 4 ms of a start. */
const ascii: Plugin = {
  name: "ascii",
  generateBundle(_, bundle) {
    const escaped = (unit: string): string =>
      `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
    for (const file of Object.values(bundle)) {
      if (file.type === "chunk") file.code = file.code.replaceAll(/[^\0-\x7f]/g, escaped);
    }
  },
};

/**
 * What a run of plain Deployments seldom asks for. In these folders a module of functions alone waits, in a file of its folder's
 * name, until one of them is called: a third of the program is neither read nor set out.
 */
const SELDOM: Readonly<Record<string, RegExp>> = {
  apiserver:
    /\/apiserver\/(?:request.*|validation\/(?:autoscaling|config|cron|flagger|ingress|jobs|kept-sets|limit-range|network-policies|pod-diff|policy|priority|quota|service.*|storage)|field-managers\/(?:apply|typed))\.ts/,
  controllers:
    /\/controllers\/(?:analysis|canary(?!\/router)|disruption|endpointslice|experiment|namespace|podautoscaler|rollout)\/(?!hash)/,
  kubectl:
    /\/kubectl\/(?:sed|argo\/.*|describe\/.*|go-template\/.*|output\/(?:jsonpath.*|kyaml|rows|sorting|struct-order)|verbs\/(?!api-resources|apply\.|rollout-|set-(?:common|image)).*)\.ts/,
};

/** Marks such a module itself; without it, what is loaded are functions that ask for it. */
const CALLED = "?called";

const whenCalled: Plugin = {
  name: "when-called",
  async resolveId(source, importer) {
    if (source.endsWith(CALLED)) return source;
    if (importer?.endsWith(CALLED) !== true) return null;
    const found = await this.resolve(source, importer.slice(0, -CALLED.length));
    const beside = found !== null && seldom(found.id) === seldom(importer);
    return beside && functionsOf(found.id) !== undefined ? `${found.id}${CALLED}` : found;
  },
  load(id) {
    if (id.endsWith(CALLED)) {
      return { code: readFileSync(id.slice(0, -CALLED.length), "utf8"), moduleType: "ts" };
    }
    const functions = seldom(id) === undefined ? undefined : functionsOf(id);
    if (functions === undefined) return null;
    const code = `
      let those;
      const called = (name, all) => (those ??= atHand(import(${JSON.stringify(id + CALLED)})))[name](...all);
      ${functions.map((name) => `export const ${name} = (...all) => called("${name}", all);`).join("\n")}`;
    return { code, moduleType: "js" };
  },
  /** What is imported is at hand: src/cli.ts loads it at once. */
  renderChunk(code, chunk) {
    const promised =
      /\batHand\(Promise\.resolve\(\)\.then\(\(\) => ([^()]*(?:\("[^"]*"\))?)\)(?:\.then\(\(n\) => n(\.[\w$]+)\))?\)/g;
    const rendered = code.replaceAll(promised, "$1$2");
    if (/\batHand\(/.test(rendered)) throw new Error(`${chunk.fileName} still promises`);
    return { code: rendered, map: null };
  },
};

function seldom(id: string): string | undefined {
  return Object.keys(SELDOM).find((name) => SELDOM[name]?.test(id));
}

/** What a module exports, if that is functions and types. */
function functionsOf(id: string): readonly string[] | undefined {
  const exports = readFileSync(id, "utf8").matchAll(
    /^export (?!type |interface )(?:function\*? (\w+))?/gm,
  );
  const names = [...exports].map(([, name = ""]) => name);
  return names.includes("") ? undefined : [...new Set(names)];
}

/** What the entry imports, directly or not: it goes into one file, and what import() asks for into others. */
const always = new Set<string>();
const findsAlways: Plugin = {
  name: "finds-always",
  buildEnd() {
    const add = (id: string): void => {
      if (always.has(id)) return;
      always.add(id);
      for (const imported of this.getModuleInfo(id)?.importedIds ?? []) add(imported);
    };
    for (const id of this.getModuleIds()) if (this.getModuleInfo(id)?.isEntry === true) add(id);
  },
};

/** What is bundled keeps its licence. */
const licences: Plugin = {
  name: "licences",
  generateBundle() {
    const folders = new Set(
      [...this.getModuleIds()].flatMap(
        (id) => /^(?!\0).*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? [],
      ),
    );
    const texts = [...folders].toSorted().map((folder) => {
      const read = (file: string): string => readFileSync(join(folder, file), "utf8").trim();
      const files = readdirSync(folder);
      const file =
        files.find((name) => /^licen[cs]e/i.test(name)) ??
        files.find((name) => /^readme/i.test(name));
      if (file === undefined) throw new Error(`${folder} says nothing of its licence`);
      const { name } = JSON.parse(read("package.json")) as { readonly name: string };
      return `${name}\n\n${read(file)
        .replace(/^[^]*^#+ licen[cs]e$/im, "")
        .trim()}\n`;
    });
    const source = texts.join(`\n${"-".repeat(80)}\n\n`);
    this.emitFile({ type: "asset", fileName: "LICENSES.txt", source });
  },
};

const program: RolldownOptions = {
  input: { program: "src/cli/program.ts" },
  platform: "node",
  logLevel: "warn",
  plugins: [
    plainWidth,
    noCrypto,
    othersWhenNeeded,
    noHelpKept,
    noArgsert,
    noColumns,
    noOverlaps,
    textsWhenAsked,
    kustomizeWhenAsked,
    whenCalled,
    findsAlways,
    ascii,
    licences,
  ],
  // Where a module that waits is asked for beside it, what asks goes into the same file.
  checks: { ineffectiveDynamicImport: false },
  // Only yargs asks, for a feature that is not used here.
  transform: { define: { "import.meta.resolve": "undefined" } },
  output: {
    dir: "dist/cli",
    cleanDir: true,
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name].cjs",
    codeSplitting: {
      groups: [
        { name: "program", test: (id: string) => always.has(id) },
        ...Object.keys(SELDOM).map((name) => ({
          name,
          test: (id: string) => id.endsWith(CALLED) && seldom(id) === name,
        })),
      ],
    },
    // A script that is run as src/cli.ts does has no import().
    dynamicImportInCjs: false,
    comments: false,
    // Names stay: an internal error shows them.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    // One expression each: src/cli.ts runs it as a script, which can be cached, and gives it what it needs.
    postBanner: "(function (require, exports, __filename) {",
    postFooter: "})",
    sourcemap: true,
  },
};

/** What kustomizeWhenAsked asks for. */
const kustomize: RolldownOptions = {
  input: { build: "src/kubectl/kustomize/build.ts" },
  platform: "node",
  logLevel: "warn",
  plugins: [ascii, licences],
  output: {
    dir: "dist/cli-kustomize",
    cleanDir: true,
    format: "cjs",
    entryFileNames: "[name].cjs",
    comments: false,
  },
};

/** What starts the program: src/cli.ts says why it is CommonJS. */
const command: RolldownOptions = {
  input: "src/cli.ts",
  platform: "node",
  logLevel: "warn",
  output: { file: "dist/cli.cjs", format: "cjs", comments: false },
};

export default defineConfig([program, kustomize, command]);
