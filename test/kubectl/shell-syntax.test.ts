import { describe, expect, test } from "vitest";
import { Session } from "../../src/cli/session.ts";
import { Cluster } from "../../src/cluster.ts";
import { shellProblem } from "../../src/kubectl/shell-syntax.ts";

describe("what only a shell could do", () => {
  test.each([
    ["get pods | grep web", "|"],
    ["get pods || true", "||"],
    ["get pods > pods.txt", ">"],
    ["get pods 2>/dev/null", "2>"],
    ["apply -f - < web.yaml", "<"],
    ["port-forward svc/web 80 &", "&"],
    ["get po -l app=$APP", "$APP"],
    ['get po -l "app=${APP}"', "${APP}"],
    ["delete pod $(kubectl get pods -o name)", "$(kubectl get pods -o name)"],
    ["delete pod `cat name`", "`cat name`"],
    ["set image deploy/web web='web:2", "'"],
  ])("%s is told by its word", (line, word) => {
    expect(shellProblem(line)?.word).toBe(word);
  });

  test.each([
    `patch deploy/web -p '{"metadata":{"annotations":{"a":"x | $y > z"}}}'`,
    `get pods -o jsonpath='{.items[?(@.a>1)].b}'`,
    `get pods -o jsonpath={.items[?(@.a>1)].b}`,
    `annotate deploy/web note="it's \\$5 | fine"`,
    "apply -f - <<EOF",
    "get pods",
  ])("%s is nothing of that kind", (line) => {
    expect(shellProblem(line)).toBeUndefined();
  });
});

describe("a session", () => {
  const session = (): Session =>
    new Session(new Cluster(), { namespace: "default", readFile: () => undefined });

  test("takes a pasted prompt, and lines that go on after a backslash", () => {
    const { text } = session().execute("$ kubectl create deployment web --image=web:1");
    expect(text).toBe("deployment.apps/web created\n");
    const pasted = session();
    expect(pasted.execute("create deployment web \\").text).toBe("");
    expect(pasted.prompt).toBe("> ");
    expect(pasted.execute("  --image=web:1").text).toBe("deployment.apps/web created\n");
  });

  test.each([
    ["stpe 10s", 'unknown word "stpe": did you mean step?\n'],
    ["kubctl get pods", 'unknown word "kubctl": did you mean kubectl?\n'],
    ["gte pods", 'error: unknown command "gte" for "kubectl"\n\nDid you mean this?\n\tget\n'],
    ["get pods | wc -l", expect.stringContaining('rollsim: "|" is not supported')],
  ])("answers %s with what was meant, and goes on", (line, text) => {
    const world = session();
    expect(world.execute(line)).toEqual({ text });
    expect(world.execute("get pods").text).toBe("No resources found in default namespace.\n");
  });
});
