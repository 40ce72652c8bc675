import { describe, expect, test } from "vitest";
import { compileCel, type CelContext, type Verdict } from "../../src/scenario/cel.ts";

const status = new Map<string, unknown>([
  ["availableReplicas", 7n],
  ["share", 2.5],
]);
const web = new Map([["status", status]]);
const context: CelContext = {
  deploy: new Map([["web", web]]),
  rs: new Map(),
  pod: new Map(),
  svc: new Map([["api", web]]),
  node: new Map([
    ["n1", web],
    ["n2", web],
  ]),
  canary: new Map(),
  rollout: new Map(),
  traffic: new Map(),
  t: 12.5,
  pods: (selector) => (selector === "app=web" ? [new Map([["name", "a"]])] : []),
  endpoints: () => [],
  share: () => 0.25,
};

function verdict(text: string): Verdict {
  const answer = compileCel(text);
  if (!answer.ok) throw new Error(answer.message);
  return answer.expression.evaluate(context);
}

describe("an expression", () => {
  test.each([
    "deploy.web.status.availableReplicas >= 7",
    'deploy["web"].status.availableReplicas - 1 == 6',
    "deploy.web.status.availableReplicas < 7.5",
    "t > 12 && t < 13",
    'size(pods("app=web")) == 1 && size(pods("app=other")) == 0',
    'pods("app=web").all(p, p.name == "a")',
    'share("web", "track=canary") == 0.25',
    '!("other" in deploy)',
    "has(deploy.web.status) && !has(deploy.web.spec)",
    "size(rs) == 0 && size(pod) == 0 && size(canary) == 0 && size(rollout) == 0",
    '"api" in svc && size(node) == 2',
  ])("%s holds", (text) => {
    expect(verdict(text)).toEqual({ holds: true });
  });

  test("that fails shows what its operands were", () => {
    expect(verdict("deploy.web.status.availableReplicas >= 8 && t < 5")).toEqual({
      holds: false,
      values: [
        { expression: "deploy.web.status.availableReplicas", value: "7" },
        { expression: "t", value: "12.5" },
      ],
    });
  });

  test("that asks for what is not there says where, and what is near", () => {
    expect(verdict("deploy.wbe.status.availableReplicas >= 8")).toMatchObject({
      holds: false,
      why: 'deploy has no "wbe" (did you mean "web"?)',
    });
    expect(verdict("deploy.web.status.availableReplica >= 8")).toMatchObject({
      why: 'deploy.web.status has no "availableReplica" (did you mean "availableReplicas"?)',
    });
  });

  test("that is no condition fails", () => {
    expect(verdict("deploy.web.status.availableReplicas")).toMatchObject({
      holds: false,
      why: "it is 7, not a condition",
    });
  });

  test.each([
    ["deplo.web == 1", "Unknown variable: deplo", 0, 5],
    ["1 +", "the expression ends too early", 3, 3],
    ["size(rs == 1", "a ) is missing", 12, 12],
    ["1 + 1", "the expression is of type int, not a condition", 0, 5],
    ['"a" + 1 == "a"', "no such overload: string + int", 0, 7],
  ])("%j is refused before the run, with its place", (text, message, start, end) => {
    expect(compileCel(text)).toMatchObject({ ok: false, message, start, end });
  });

  test.each([
    ['sahre("a", "b") == 1', "Unknown function: sahre", 'did you mean "share"?', 0],
    [
      "t > 1 && abs(t) > 1",
      "Unknown function: abs",
      /^there are pods, endpoints, share, .*\bsize\b/u,
      9,
    ],
    ['"a".startWith("b")', "Unknown method: startWith", 'did you mean "startsWith"?', 0],
    ['pods("a=b").every(p, p.x == 1)', "Unknown method: every", /^there are .*\ball, exists,/u, 0],
  ])("%j calls what nobody knows: the functions are named", (text, message, hint, start) => {
    expect(compileCel(text)).toMatchObject({
      ok: false,
      message,
      hint: typeof hint === "string" ? hint : expect.stringMatching(hint),
      start,
    });
  });

  test("that assigns is told of ==", () => {
    expect(compileCel("t = 3")).toMatchObject({ hint: 'did you mean "=="?' });
    expect(compileCel("t > 3 and t < 5")).toMatchObject({ hint: 'did you mean "&&"?', start: 6 });
    expect(compileCel("t > 3 or t < 5")).toMatchObject({ hint: 'did you mean "||"?', start: 6 });
  });

  test("that looks at what nobody knows is told what expressions see", () => {
    expect(compileCel("deplo.web == 1")).toMatchObject({ hint: 'did you mean "deploy"?' });
    const hint = "expressions see deploy, rs, pod, svc, node, canary, rollout, traffic, t";
    expect(compileCel("available >= 3")).toMatchObject({ hint });
    expect(compileCel("p == 3")).toMatchObject({ hint });
  });
});
