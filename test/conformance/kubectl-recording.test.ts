import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hasCombined, withoutCombined } from "./kubectl-combined.ts";
import { compareFile } from "./kubectl-main.ts";
import { readRecording, RecordingError } from "./kubectl-recording.ts";

const folder = mkdtempSync(join(tmpdir(), "recordings-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const line = (command: object): string => `${JSON.stringify(command)}\n`;

describe("recordings", () => {
  test("need no more than the words of each command and what it printed", () => {
    const path = written(
      "short.jsonl",
      line({ args: "version --client" }) + line({ args: ["get", "po"] }),
    );
    const [first, second] = readRecording(path);
    expect(first).toMatchObject({
      scenario: "short",
      seq: 0,
      args: ["version", "--client"],
      code: 0,
    });
    expect(second?.at_ms).toBeGreaterThan(first?.at_ms ?? 0);
  });

  test("may be single objects or lists, in files or in a folder of them", () => {
    const inner = mkdtempSync(join(folder, "one-each-"));
    writeFileSync(join(inner, "x-001.json"), JSON.stringify({ args: "get po", seq: 1 }));
    writeFileSync(join(inner, "x-000.json"), JSON.stringify([{ args: "get ns", seq: 0 }]));
    expect(readRecording(inner).map(({ args }) => args[1])).toEqual(["ns", "po"]);
  });

  test("that are none are refused with file, line and what is wrong", () => {
    const broken = written("broken.jsonl", `${line({ args: [] })}{oops\n`);
    expect(() => readRecording(broken)).toThrow(/broken\.jsonl:2: not JSON/);
    const odd = written("odd.jsonl", line({ args: [], code: "1" }));
    expect(() => readRecording(odd)).toThrow(/odd\.jsonl:1: code: /);
    expect(() => readRecording(join(folder, "nope.jsonl"))).toThrow(RecordingError);
  });

  test("bring the files that commands name, and may be interrupted, or of an older kubectl", () => {
    const manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    const created = { stdout: "configmap/a created\n", files: { "a.yaml": manifest } };
    const path = written(
      "odd-but-right.jsonl",
      line({ args: "apply -f a.yaml", ...created }) +
        line({ args: "get cm a -w", ms: 500, killed: "SIGINT after 0.4 s", code: 1, stdout: "x" }) +
        line({ args: "get cm", kubectl: "v1.27.16", stdout: "something else" }),
    );
    const [applied, watched, old] = compareFile(path);
    expect(applied?.agreement).toBe("equal");
    expect(watched?.agreement).toBe("different");
    expect(watched?.difference).toContain("-x");
    expect(watched?.difference).not.toContain("code:");
    expect(old?.agreement).toBe("other version");
  });
});

describe("combined events", () => {
  const row = (age: string, message: string): string =>
    `  Normal  ScalingReplicaSet  ${age}  deployment-controller  ${message}`;

  test("are compared by the sum of what they count, whichever message stands alone", () => {
    const one = [row("5s", "A"), row("5s (x3 over 9s)", "(combined from similar events): B")];
    const other = [
      row("5s (x2 over 9s)", "A"),
      row("5s (x2 over 9s)", "(combined from similar events): C"),
    ];
    expect(hasCombined(one.join("\n"))).toBe(true);
    expect(withoutCombined(one.join("\n"))).toBe("<Normal ScalingReplicaSet: 4>");
    expect(withoutCombined(other.join("\n"))).toBe(withoutCombined(one.join("\n")));
    expect(withoutCombined([...one, row("1s", "A")].join("\n"))).not.toBe(
      withoutCombined(one.join("\n")),
    );
  });
});
