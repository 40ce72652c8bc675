import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { commands } from "../../src/kubectl/commands.ts";
import data from "../../src/kubectl/help-data.json" with { type: "json" };
import { flagsInHelp, helpText, helpTopics } from "../../src/kubectl/help.ts";
import { wordWrap } from "../../src/kubectl/word-wrap.ts";

function run(line: string): { readonly out: string; readonly err: string; readonly code: number } {
  let [out, err] = ["", ""];
  const { code } = runKubectl(new Cluster({}), line, {
    readFile: () => undefined,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { out, err, code };
}

describe("help", () => {
  const status = helpText("rollout status");

  test.each([
    "rollout status -h",
    "rollout -h status",
    "help rollout status",
    "rollout status --help x",
  ])("%s shows what rollout status does", (line) => {
    expect(run(line)).toEqual({ out: status, err: "", code: 0 });
    expect(status).toContain("    --timeout=0s:\n\tThe length of time to wait");
  });

  test("of a group stands on stderr where a verb is missing, but of rollout on stdout", () => {
    expect(run("set")).toEqual({ out: "", err: helpText("set"), code: 1 });
    expect(run("rollout")).toEqual({ out: helpText("rollout"), err: "", code: 1 });
    expect(run("")).toEqual({ out: helpText(""), err: "", code: 0 });
  });

  test("knows as topics what it has texts of", () => {
    expect(helpTopics).toEqual(Object.keys(data.texts));
  });

  test("tells of an unknown topic", () => {
    const { err, code } = run("help nope");
    expect(err).toMatch(/^Unknown help topic \[`nope`\]\n/);
    expect(code).toBe(0);
  });

  /** Not told of in any help. */
  const deprecated = ["record", "cpu-percent", "enable-managedby-label", "reorder"];

  test("names the very flags that commands take", () => {
    // Plugins have help of their own.
    const own = commands.filter(({ path }) => path !== "options" && !/^argo\b/.test(path));
    for (const { path, flags } of own) {
      const taken = flags.filter(({ name }) => !deprecated.includes(name));
      const shown = (all: typeof flags): readonly string[] =>
        all.map(
          ({ name, short = "", type }) => `${short} ${name} ${type.replace("array", "list")}`,
        );
      expect({ path, flags: shown(taken).toSorted() }).toEqual({
        path,
        flags: shown(flagsInHelp(path)).toSorted(),
      });
    }
  });

  test("is all that there is of commands that are not simulated", () => {
    expect(run("proxy").err).toBe("error: kubectl proxy is not supported in rollsim\n");
    expect(run("proxy --nope").err).toBe(
      "error: unknown flag: --nope\nSee 'kubectl proxy --help' for usage.\n",
    );
    expect(run("create secret").err).toBe(helpText("create secret"));
  });
});

describe("explain", () => {
  test("lists fields of fields as deep as is asked", () => {
    const { out } = run("explain pdb.spec --recursive --max-depth=1");
    expect(out).toContain("  selector\t<LabelSelector>\n  unhealthyPodEvictionPolicy");
    expect(run("explain pdb --max-depth=1").err).toBe("error: --max-depth requires --recursive\n");
  });

  test("shows all values of a field that lists some", () => {
    const { out } = run("explain svc.spec.type");
    expect(out).toContain(
      "FIELD: type <string>\nENUM:\n    ClusterIP\n    ExternalName\n    LoadBalancer\n    NodePort\n\n",
    );
  });

  test("wraps between words, and keeps longer words whole", () => {
    expect(wordWrap("one two three\n  four", 7)).toBe("one two\nthree\n  four");
    expect(wordWrap("a https://example.test/b c", 9)).toBe("a\nhttps://example.test/b\nc");
    expect(wordWrap("two  blanks stay", 12)).toBe("two  blanks\nstay");
  });
});
