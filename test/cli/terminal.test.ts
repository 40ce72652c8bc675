import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { columnsOf } from "../../src/cli/process-io.ts";
import { Session } from "../../src/cli/session.ts";
import { talk } from "../../src/cli/terminal.ts";
import { Cluster } from "../../src/cluster.ts";

const UP = "\u001B[A";
const TAB = "\t";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

/** What stands on the screen after these keys, without the terminal's own sequences. */
async function type(...keys: readonly string[]): Promise<string> {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = "";
  output.on("data", (part: Buffer) => (shown += part.toString()));
  const session = new Session(new Cluster(), { namespace: "default", readFile: () => undefined });
  const over = talk(session, { input, output });
  for (const key of [...keys, CTRL_D]) input.write(key);
  await over;
  return stripVTControlCharacters(shown).replaceAll("\r", "");
}

describe("at a terminal", () => {
  test("Ctrl-D ends", async () => {
    expect(await type()).toBe("[0s] $ \n");
  });

  test("Ctrl-C gives a line up, and the session goes on", async () => {
    const shown = await type("delete all", CTRL_C, "time\r");
    expect(shown).toContain("delete all^C\n");
    expect(shown).toContain("time\n0s\n");
    expect(shown).not.toContain("error");
  });

  test("Ctrl-C gives a document up", async () => {
    const shown = await type("apply -f - <<EOF\r", "kind: x\r", CTRL_C, "time\r");
    expect(shown).toContain("time\n0s\n");
  });

  test("arrow up brings the line before", async () => {
    expect((await type("step 10s\r", UP, "\r")).match(/^\d+s$/gm)).toEqual(["10s", "20s"]);
  });

  test("lines that are pasted at once are taken one by one", async () => {
    expect(await type("step 1s\rstep 2s\rtime\r")).toContain("time\n3s\n");
    expect(await type("step 1s\rquit\rstep 2s\r")).not.toContain("3s");
  });

  test("Tab completes words of a session, of kubectl, kinds, flags and names", async () => {
    const made = "create deployment shop --image=shop:v1\r";
    const keys = ["rollou", TAB, "hist", TAB, "deployment/s", TAB, "\r"];
    expect(await type(made, ...keys)).toContain("deployment.apps/shop \nREVISION  CHANGE-CAUSE\n");
    expect(
      await type(made, "kubectl ge", TAB, "deployments sh", TAB, "--show-l", TAB, "\r"),
    ).toContain("app=shop\n");
    expect(await type(made, "run", TAB, "unt", TAB, "r", TAB, "\r")).toContain("1/1 ready");
    expect(await type(made, "wh", TAB, "sh\u007F\u007Fdep", TAB, "\r")).toContain(
      "deployment/shop at 0s",
    );
  });
});

test.each([
  [true, 120, 120],
  [true, 0, 80],
  [false, 120, 80],
])("a stream (terminal: %s) that says %i columns has %i", (isTTY, columns, width) => {
  expect(columnsOf({ isTTY, columns })).toBe(width);
});
