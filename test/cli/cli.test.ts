import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rollsim } from "./fake-io.ts";

const folder = mkdtempSync(join(tmpdir(), "rollsim-cli-"));
const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }
`;

function scenario(name: string, body: string): string {
  const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario";
  return `${head}\nmetadata: { name: ${name}, labels: { topic: ${name} } }\n${body}\n---\n${manifest}`;
}

beforeAll(() => {
  mkdirSync(join(folder, "suite/inner"), { recursive: true });
  mkdirSync(join(folder, "manifests/sub"), { recursive: true });
  const write = (name: string, text: string | Uint8Array): void => {
    writeFileSync(join(folder, name), text);
  };
  write("suite/good.yaml", scenario("good", "expect: { finally: ['size(pod) == 2'] }"));
  write("suite/failing.yml", scenario("failing", "expect: { finally: ['size(pod) == 3'] }"));
  write("suite/notes.txt", "not a scenario");
  write("suite/inner/deep.yaml", scenario("deep", ""));
  write("broken.yaml", scenario("broken", "expcet: {}"));
  write("manifest.yaml", manifest);
  write("apply.yaml", scenario("apply", "steps: [{ kubectl: apply -f manifest.yaml }]"));
  write("manifests/sub/api.yaml", manifest.replaceAll("web", "api"));
  write("manifests/web.yaml", manifest);
  write("latin.yaml", new Uint8Array([0x61, 0x3a, 0x0a, 0x62, 0xe9, 0x0a]));
  write("utf16.yaml", new Uint8Array([0xff, 0xfe, 0x61, 0]));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const here = { cwd: folder };

describe("exit codes", () => {
  test.each([
    [0, ["run", "suite/good.yaml"]],
    [1, ["run", "suite/failing.yml"]],
    [2, ["run", "broken.yaml"]],
    [2, ["run", "suite/failing.yml", "broken.yaml", "suite/good.yaml"]],
    [1, ["run", "suite/good.yaml", "suite/failing.yml"]],
    [2, ["run", "nope.yaml"]],
    [2, ["run"]],
    [2, []],
    [0, ["check", "suite/failing.yml"]],
    [2, ["check", "broken.yaml", "suite/good.yaml"]],
    [0, ["--help"]],
    [0, ["--version"]],
    [0, ["schema"]],
  ])("%i for rollsim %j", async (code, argv) => {
    expect((await rollsim(argv, here)).code).toBe(code);
  });

  test("a bug of ours is 3, and says so", async () => {
    const broken = { write: () => undefined, isTTY: false, columns: 80 };
    const { main } = await import("../../src/cli/main.ts");
    let err = "";
    const code = await main(["check", "suite/good.yaml"], {
      out: {
        ...broken,
        write: () => {
          throw new TypeError("made for this test");
        },
      },
      err: { ...broken, write: (text) => (err += text) },
      env: {},
      cwd: folder,
      readStdin: () => new Uint8Array(),
      clock: () => 0,
    });
    expect(code).toBe(3);
    expect(err).toMatch(/^rollsim: internal error, please report it/);
  });
});

test("-h is --help", async () => {
  const long = await rollsim(["run", "--help"], here);
  expect(long).toMatchObject({ code: 0, out: expect.stringContaining("rollsim run <file..>") });
  expect(await rollsim(["run", "-h"], here)).toEqual(long);
});

test("help and version are commands, too, as for kubectl", async () => {
  expect(await rollsim(["help", "run"], here)).toEqual(await rollsim(["run", "--help"], here));
  expect(await rollsim(["version"], here)).toEqual(await rollsim(["--version"], here));
});

describe("mistakes are answered in one line, without a stack", () => {
  test.each([
    [["rn", "x"], "rollsim: unknown command rn; did you mean rollsim run?"],
    [["nosuch"], "rollsim: unknown command nosuch; see rollsim --help"],
    [["run"], "rollsim: run needs a file; see rollsim --help"],
    [["run", "--nosuch", "suite/good.yaml"], "rollsim: unknown option --nosuch"],
    [["run", "--sed", "suite/good.yaml"], "rollsim: unknown option --sed; did you mean --seed?"],
    [["--verson"], "rollsim: unknown option --verson; did you mean --version?"],
    [
      ["run", "suite/good.yaml", "--sed", "1"],
      "rollsim: unknown option --sed; did you mean --seed?",
    ],
    [
      ["run", "suite/good.yaml", "--until", "5"],
      'rollsim: --until "5" has no unit; write "5s" for seconds',
    ],
    [
      ["run", "suite/good.yaml", "--schedule", "xyz"],
      'rollsim: --schedule "xyz": use fresh, random, random-own, or the letters d r p D R .',
    ],
    [
      ["run", "suite/good.yaml", "--selector", "a in b"],
      'rollsim: --selector "a in b": use key=value, key!=value, key or !key',
    ],
    [["run", "suite/good.yaml", "--seed"], "rollsim: --seed needs a value"],
    [
      ["run", "suite/good.yaml", "--output", "jsn"],
      'rollsim: --output: got "jsn"; use text, json, junit, github, html, svg, csv; did you mean json?',
    ],
    [["check", "--quiet=maybe", "x"], 'rollsim: --quiet: got "maybe"; use true, false'],
    [["verify", "--min-ready", "5"], 'rollsim: --min-ready takes no value: got "5"'],
    [["verify", "--replcas", "4"], "rollsim: unknown option --replcas; did you mean --replicas?"],
    [
      ["run", "suite/good.yaml", "--selector", "topic=godo"],
      "rollsim: --selector topic=godo: no scenario has such labels",
    ],
    [["completion", "fish"], "rollsim: unknown argument fish"],
    [["schema", "x"], "rollsim: unknown argument x"],
    [["run", "nope.yaml"], "rollsim: nope.yaml: no such file"],
    [["run", "package.json/a.yaml"], "rollsim: package.json/a.yaml: no such file"],
    [["run", "suite/*.json"], "rollsim: suite/*.json: no file matches"],
    [["check", "latin.yaml"], "rollsim: latin.yaml:2:2: error[not-text]: not valid UTF-8"],
    [["check", "utf16.yaml"], "rollsim: utf16.yaml: UTF-16 text; save it as UTF-8"],
    [
      ["explain", "suite/good.yaml", "deployment/wbe"],
      'rollsim: no Deployment "wbe" at this time; did you mean deployment/web?',
    ],
    [
      ["explain", "suite/good.yaml", "pod/x"],
      "rollsim: pod/x: Deployments, Rollouts, Canaries and autoscalers are explained, as in deployment/web",
    ],
  ])("rollsim %j", async (argv, message) => {
    expect(await rollsim(argv, here)).toEqual({ code: 2, out: "", err: `${message}\n` });
  });

  test("a schedule that was recorded on another run is named as the mistake", async () => {
    const { code, err } = await rollsim(["run", "suite/good.yaml", "--schedule", "pppp"], here);
    expect(code).toBe(2);
    expect(err).toMatch(/^rollsim: suite\/good.yaml: move 1 of the recorded schedule is p, /);
  });

  test("an option's wrong value names the right ones", async () => {
    const { code, err } = await rollsim(["run", "suite/good.yaml", "-o", "xml"], here);
    expect(code).toBe(2);
    expect(err).toContain("use text, json, junit, github");
  });
});

describe("files", () => {
  const played = async (...argv: string[]): Promise<readonly string[]> => {
    const { out } = await rollsim(["run", ...argv, "--quiet"], here);
    return out
      .split("\n")
      .flatMap((line) => /^(?:PASSED|PLAYED|FAILED) (\S+):/.exec(line)?.[1] ?? []);
  };

  test("are named one by one, each once", async () => {
    expect(await played("suite/good.yaml", "./suite/good.yaml")).toEqual(["good"]);
  });

  test("a folder stands for its YAML files", async () => {
    expect(await played("suite")).toEqual(["failing", "good"]);
  });

  test("globs that the shell left alone are expanded, in order of names", async () => {
    expect(await played("suite/*.{yaml,yml}")).toEqual(["failing", "good"]);
    expect(await played("suite/**/*.yaml")).toEqual(["good", "deep"]);
  });

  test("- is standard input", async () => {
    const said = await rollsim(["run", "-", "--quiet"], { ...here, stdin: manifest });
    expect(said).toMatchObject({ code: 0, out: "PLAYED stdin: nothing was expected\n" });
    const promised = await rollsim(["guarantees", "-"], { ...here, stdin: manifest });
    expect([promised.code, promised.err]).toEqual([0, ""]);
    const wrong = await rollsim(["check", "-"], { ...here, stdin: "expcet: 1\nsteps: []\n" });
    expect(wrong.err).toContain("<stdin>:1:1: error[unknown-key]");
  });

  test("that kubectl lines name are found beside the scenario", async () => {
    const { code } = await rollsim(["run", join(folder, "apply.yaml")], { cwd: tmpdir() });
    expect(code).toBe(0);
  });

  test("of a folder and those below it are read with -R, in the order of a walk", async () => {
    const lines = (flags: string): string =>
      scenario(
        "walk",
        `steps: [{ kubectl: "apply ${flags} -f manifests -o name --dry-run=client" }]`,
      );
    const said = async (flags: string): Promise<string> =>
      (await rollsim(["run", "-"], { ...here, stdin: lines(flags) })).out;
    expect(await said("-R")).toMatch(/deployment.apps\/api\n.*deployment.apps\/web\n/u);
    expect(await said("")).not.toContain("deployment.apps/api");
  });

  test.each([
    ["check -", "<stdin>: undo is fine"],
    ["compare - --strategies rolling", "<stdin>:15:15: no Service in front"],
    ["explain - --at 5s", "deployment/web at 5s"],
    ["guarantees -", "deployment/web: RollingUpdate, "],
    ["kubectl - --at 50s -- get deploy", "web "],
    ["verify - --replicas 2 --revisions 2", "deployment/web: replicas 2, "],
    ["shell -", "shell takes a file"],
  ])("of standard input are read by rollsim %s", async (line, says) => {
    const stdin = readFileSync(new URL("../../scenarios/undo.yaml", import.meta.url), "utf8");
    const { out, err } = await rollsim(line.split(" "), { stdin });
    expect(out + err).toContain(says);
  });

  test("of 50 MB are refused without being parsed", async () => {
    const stdin = new Uint8Array(50_000_000).fill(0x20);
    expect((await rollsim(["run", "-"], { ...here, stdin })).code).toBe(2);
  });

  test("--selector picks scenarios by their labels", async () => {
    expect(await played("suite", "--selector", "topic=good")).toEqual(["good"]);
    expect(await played("suite", "-l", "topic!=good")).toEqual(["failing"]);
    expect(await played("suite", "-l", "!other")).toEqual(["failing", "good"]);
  });
});

describe("output", () => {
  test("a failure names its place, its values, and how to see it again", async () => {
    const { out } = await rollsim(["run", "suite/failing.yml", "--quiet"], here);
    expect(out).toBe(`FAILED failing: 1 failure
suite/failing.yml:4:21: failed[finally]: size(pod) == 3: does not hold at the
    end
    size(pod) is 2
again: rollsim run suite/failing.yml --seed 0
`);
  });

  test("of several scenarios ends with how many passed", async () => {
    const { out } = await rollsim(["run", "suite", "broken.yaml", "-q"], here);
    expect(out).toMatch(/\n1 of 3 scenarios passed\n$/);
  });

  test("has colours on a terminal only, and not with NO_COLOR", async () => {
    const escape = "\u{1b}[";
    const argv = ["run", "suite/good.yaml"];
    expect((await rollsim(argv, here)).out).not.toContain(escape);
    expect((await rollsim(argv, { ...here, tty: "out" })).out).toContain(escape);
    const env = { NO_COLOR: "1" };
    expect((await rollsim(argv, { ...here, tty: "out", env })).out).not.toContain(escape);
  });

  test("--hash prints the same hash for the same run, another for another seed", async () => {
    const hash = async (...more: string[]): Promise<string | undefined> => {
      const { out } = await rollsim([
        "run",
        "scenarios/rolling-update.yaml",
        "-q",
        "--hash",
        ...more,
      ]);
      return /^trace (sha256:[0-9a-f]{64})$/m.exec(out)?.[1];
    };
    const first = await hash();
    expect(first).toBeDefined();
    expect(await hash()).toBe(first);
    expect(await hash("--seed", "7")).not.toBe(first);
  });

  test("json tells what was played and how it went", async () => {
    const { out } = await rollsim(["run", "suite", "broken.yaml", "-o", "json", "--hash"], here);
    const report = JSON.parse(out) as {
      passed: boolean;
      scenarios: { name: string; passed: boolean; hash: string; timeline: unknown[] }[];
      invalid: { file: string }[];
    };
    expect(report.passed).toBe(false);
    expect(report.scenarios.map(({ name, passed }) => [name, passed])).toEqual([
      ["failing", false],
      ["good", true],
    ]);
    expect(report.scenarios[0]?.timeline.length).toBeGreaterThan(1);
    expect(report.scenarios[0]?.hash).toMatch(/^sha256:/);
    expect(report.invalid.map(({ file }) => file)).toEqual(["broken.yaml"]);
  });

  test("junit counts steps and expectations", async () => {
    const { out } = await rollsim(["run", "suite", "broken.yaml", "-o", "junit"], here);
    expect(out).toContain(
      '<testsuite name="failing" file="suite/failing.yml" tests="1" failures="1"',
    );
    expect(out).toContain('<testsuite name="good" file="suite/good.yaml" tests="1" failures="0"');
    expect(out).toContain(
      '<failure message="does not hold at the end">suite/failing.yml:4:21\nsize(pod) is 2',
    );
    expect(out).toContain('<error message="invalid scenario">broken.yaml:4:1: error[unknown-key]');
  });

  test("github annotates the line that failed", async () => {
    const { out } = await rollsim(
      ["run", "suite/failing.yml", "broken.yaml", "-o", "github"],
      here,
    );
    expect(out).toContain(
      "::error file=suite/failing.yml,line=4,col=21,title=failed finally::size(pod) == 3: does not hold at the end%0Asize(pod) is 2",
    );
    expect(out).toContain("::error file=broken.yaml,line=4,col=1,title=unknown-key::unknown key");
  });

  test("shows progress on a terminal when a run takes more than a second, and wipes it", async () => {
    let now = 0;
    const slow = { ...here, tty: "err" as const, clock: () => (now += 700) };
    const stdin = scenario("big", "behaviors: [{ ready: { jitter: 100s } }]").replace(
      "replicas: 2",
      "replicas: 300",
    );
    const { err } = await rollsim(["run", "-", "-q"], { ...slow, stdin });
    expect(err).toMatch(/big: at \S+ of virtual time/);
    expect(err.endsWith("\r\u{1b}[K")).toBe(true);
    const quick = await rollsim(["run", "suite/good.yaml", "-q"], { ...here, tty: "err" });
    expect(quick.err).toBe("");
  });
});

describe("explain", () => {
  test("says what holds a stalled rollout, with its numbers", async () => {
    const { code, out } = await rollsim(["explain", "scenarios/bad-image.yaml", "--at", "90s"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^deployment\/web at 90s: waiting\n/);
    expect(out).toContain("R = 4 replicas, S = 1 surge, U = 1 unavailable");
    expect(out).toContain("no old pod may go");
  });

  test("explains all Deployments if none is named", async () => {
    const { out } = await rollsim(["explain", "scenarios/single-replica.yaml", "--at", "21s"]);
    expect(out.match(/^deployment\/\S+ at 21s/gm)).toHaveLength(2);
  });

  test("takes the steps that are due at its time", async () => {
    const at = async (time: string): Promise<string> =>
      (await rollsim(["explain", "scenarios/rolling-update.yaml", "--at", time])).out;
    expect(await at("59999ms")).toContain(": complete");
    expect(await at("60s")).not.toContain(": complete");
  });
});

test("completion prints a script for the shell", async () => {
  expect((await rollsim(["completion"])).out).toContain("rollsim --get-yargs-completions");
});

test("of an option given twice the last one counts", async () => {
  const twice = await rollsim(["run", "suite/good.yaml", "--seed", "1", "--seed", "2"], here);
  expect(twice.out).toContain("seed 2,");
});
