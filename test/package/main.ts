/**
 * `npm run test:package` (after `npm run build`): packs the project, installs the tarball into an empty
 * folder, runs its command line, imports its library, and compiles a program against its types. Uses npm's
 * registry, or its cache, for the dependencies.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(folder: string, command: string, args: readonly string[]): Ran {
  return spawnSync(command, args, { cwd: folder, encoding: "utf8" });
}

function succeed(folder: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = run(folder, command, args);
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")}: exit ${String(status)}\n${stdout}${stderr}`);
}

function check(what: string, holds: boolean, seen = ""): void {
  if (!holds) throw new Error(`${what}: no. ${seen}`);
  process.stdout.write(`ok: ${what}\n`);
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

function pack(folder: string): Packed {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const answer = JSON.parse(succeed(root, "npm", args)) as Packed[] | Record<string, Packed>;
  return Object.values(answer)[0]!;
}

const program = `
import { Cluster, parseScenario, runScenario, type Result } from "rollsim";
import { readFileSync } from "node:fs";
const text = readFileSync(process.argv[2]!, "utf8");
const parsed = parseScenario(text, process.argv[2]!);
console.log(typeof runScenario, typeof parsed, new Cluster().now);
export type Checked = Result;
`;

function typesCompile(folder: string): void {
  writeFileSync(join(folder, "program.ts"), program);
  const options = {
    compilerOptions: {
      module: "nodenext",
      target: "es2023",
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
    },
    include: ["program.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  succeed(folder, process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."]);
  check("its types compile in a strict project, without skipLibCheck", true);
}

function importsWork(folder: string): void {
  const names = "import('rollsim').then((m) => console.log(Object.keys(m).sort().join()))";
  const listed = succeed(folder, process.execPath, ["-e", names]).trim().split(",");
  check(
    "the library is imported by name",
    listed.includes("Cluster") && listed.includes("runKubectl"),
  );
  const required = succeed(folder, process.execPath, [
    "-e",
    "console.log(typeof require('rollsim').Cluster)",
  ]);
  check("and by require", required.trim() === "function", required);
  const inner = run(folder, process.execPath, ["-e", "import('rollsim/dist/cluster.js')"]);
  check("nothing inside is reached from outside", inner.status !== 0);
}

function kitWorks(folder: string): void {
  succeed(folder, "npm", ["i", "--no-audit", "--no-fund", "--prefer-offline", "fast-check@^4"]);
  const names = "import('rollsim/verify').then((m) => console.log(Object.keys(m).length))";
  const count = Number(succeed(folder, process.execPath, ["-e", names]));
  check("the kit for tests is imported as rollsim/verify, beside fast-check", count > 0);
}

function commandLineWorks(folder: string): void {
  const rollsim = join(folder, "node_modules/.bin/rollsim");
  const version = (
    JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string }
  ).version;
  check("the binary tells its version", succeed(folder, rollsim, ["--version"]).includes(version));
  const scenario = "node_modules/rollsim/scenarios/rolling-update.yaml";
  check("scenarios come with it", existsSync(join(folder, scenario)));
  const played = succeed(folder, rollsim, ["run", scenario]);
  const here = succeed(root, process.execPath, [
    "dist/cli.cjs",
    "run",
    "scenarios/rolling-update.yaml",
  ]);
  check("it plays a scenario as the project does", last(played) === last(here), played);
  const program = join(folder, "node_modules/rollsim/dist/cli");
  const left = readdirSync(program).filter((name) => name.endsWith(".cache"));
  check("the first run leaves its compiled code", left.length === 1, left.join());
  check(
    "the next one, which takes it, plays the same",
    succeed(folder, rollsim, ["run", scenario]) === played,
  );
  const kustomized = "node_modules/rollsim/scenarios/kustomize.yaml";
  const built = last(succeed(folder, rollsim, ["run", kustomized]));
  check(
    "it builds kustomizations, for which it loads a file more",
    built.startsWith("PASSED"),
    built,
  );
  const seldom = ["ab-test", "argo-canary", "drain-with-pdb", "flagger-canary", "history", "quota"];
  const home = join(folder, "node_modules/rollsim");
  const differ = seldom.filter((name) => {
    const said = run(home, process.execPath, ["dist/cli.cjs", "run", `scenarios/${name}.yaml`]);
    return said.stdout !== readFileSync(join(home, `scenarios/${name}.out`), "utf8");
  });
  check(
    "so do those for which it loads what is seldom asked for",
    differ.length === 0,
    differ.join(),
  );
  writeFileSync(join(program, left[0]!), "not what V8 made");
  check(
    "and so does one that finds rubbish",
    succeed(folder, rollsim, ["run", scenario]) === played,
  );
  const help = succeed(folder, rollsim, ["run", "--help"]);
  check("its help names the options", help.includes("--selector"), help);
  check("its help fits 80 columns", Math.max(...help.split("\n").map((line) => line.length)) <= 80);
  const bad = run(folder, rollsim, ["run", "no-such-file.yaml"]);
  check("a file that does not exist ends with 2", bad.status === 2, bad.stderr);
}

/** File names differ by folder; the verdict does not. */
function last(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), "rollsim-package-"));
  try {
    const { filename, files } = pack(folder);
    const paths = files.map(({ path }) => path);
    check("the tarball has the licence", paths.includes("LICENSE"));
    const strange = paths.filter(
      (path) =>
        !/^(dist|src|scenarios|docs|schema|[A-Z]+(\.md)?$|package\.json$)/.test(path) ||
        path.endsWith(".cache"),
    );
    check("and nothing that does not belong there", strange.length === 0, strange.join());
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ private: true, type: "commonjs" }),
    );
    succeed(folder, "npm", ["i", "--no-audit", "--no-fund", "--prefer-offline", `./${filename}`]);
    check("it installs into an empty project", true);
    importsWork(folder);
    commandLineWorks(folder);
    kitWorks(folder);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
    typesCompile(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
