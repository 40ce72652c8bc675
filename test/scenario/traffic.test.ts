/** Requests in scenario files: what can be written, what is refused, and what is measured. */
import { describe, expect, test } from "vitest";
import { rollsim } from "../cli/fake-io.ts";
import { checkScenario, parseScenario } from "../../src/scenario/parse.ts";
import { runScenario } from "../../src/scenario/run.ts";
import type { Result } from "../../src/scenario/result.ts";
import { deployment, service } from "./problems.ts";

/** A scenario with an update after 10 s; `body` is what else it says. */
function scenario(body: string): string {
  return `apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: traffic }
${body}
steps:
  - { name: update, at: 10s, kubectl: set image deploy/web web=web:v2 }
  - { name: status, kubectl: rollout status deploy/web }
---
${service}---
${deployment}`;
}

function run(body: string): Result {
  return runScenario(parseScenario(scenario(body)));
}

/** `line:column: message` of every problem. */
function problems(body: string): readonly string[] {
  const found = checkScenario(scenario(body), "x.yaml").problems;
  return found.map(({ line, column, message, hint }) =>
    [`${line}:${column}: ${message}`, ...(hint === undefined ? [] : [hint])].join("; "),
  );
}

describe("traffic", () => {
  test("needs no more than a Service and a rate, and begins when an endpoint is ready", () => {
    const { traffic, passed } = run("traffic: [{ service: web, rps: 100, arrivals: fixed }]");
    expect(passed).toBe(true);
    expect(traffic).toHaveLength(1);
    const { requests, failed, at } = traffic[0]!.account;
    // The first pods are ready after 1 s.
    expect(requests).toBe((at - 1000) / 10);
    expect(failed).toBe(0);
  });

  test("begins and ends with steps, or at times", () => {
    const [steps, times] = run(
      "traffic:\n" +
        "  - { name: a, service: web, rps: 100, arrivals: fixed, from: update, to: status }\n" +
        "  - { name: b, service: web, rps: 100, arrivals: fixed, from: 2s, to: 4s }",
    ).traffic;
    expect(steps!.account.requests).toBe(0);
    expect(times!.account.requests).toBe(201);
  });

  test("goes on at the end until proxies have learned what has changed", () => {
    const lost = (delay: string): number =>
      run(`traffic: [{ service: web, rps: 100, arrivals: fixed, proxies: { delay: ${delay} } }]`)
        .traffic[0]!.account.failed;
    expect(lost("0s")).toBe(0);
    expect(lost("5s")).toBeGreaterThan(100);
  });

  test("of a million requests a second is a flow", () => {
    const { traffic } = run("traffic: [{ service: web, rps: 1000000, mode: fluid, from: 2s }]");
    const { requests, at } = traffic[0]!.account;
    expect(requests).toBe((at - 2000) * 1000);
  });

  test("stands in the trace, so that its hash covers it", () => {
    const { trace, traffic } = run("traffic: [{ service: web, rps: 10 }]");
    const entry = trace.find(({ kind }) => kind === "requests");
    const { requests, answered } = traffic[0]!.account;
    expect(entry).toMatchObject({ traffic: "web", requests, answered });
  });

  test("of several kinds shares the pods", () => {
    const busy = run(
      "behaviors: [{ serve: { time: { delay: 50ms }, concurrency: 1 } }]\n" +
        "traffic:\n  - { service: web, rps: 30, slow: 60ms }\n" +
        "  - { name: more, service: web, users: 100, think: { delay: 100ms } }",
    );
    const alone = run(
      "behaviors: [{ serve: { time: { delay: 50ms }, concurrency: 1 } }]\n" +
        "traffic: [{ service: web, rps: 30, slow: 60ms }]",
    );
    const [a, b] = [busy, alone].map(({ traffic }) => traffic[0]!.account);
    expect(a!.requests).toBe(b!.requests);
    expect(a!.latency.p50).toBeGreaterThan(5 * b!.latency.p50);
  });

  test.each([
    ["traffic: [{ rps: 1 }]", ["4:11: traffic needs a service or a host to go to"]],
    [
      "traffic: [{ service: web }]",
      ["4:11: traffic needs rps (requests a second), or users who wait for answers"],
    ],
    [
      "traffic: [{ service: web, host: a.b, rps: 1 }]",
      ["4:33: traffic goes to a service or to a host, not to both"],
    ],
    [
      "traffic: [{ service: web, rps: 1, think: { delay: 1s } }]",
      ["4:42: only users without rps think: they ask, wait and think"],
    ],
    [
      "traffic: [{ service: web, rps: 1 }, { service: web, rps: 2 }]",
      ['4:37: two traffics are named "web"; give one a name'],
    ],
    [
      "traffic: [{ service: web, rps: 1, from: updat }]",
      ['4:41: no step is named "updat", nor is it a duration; did you mean "update"?'],
    ],
    [
      "traffic: [{ servce: web, rps: 1 }]",
      ['4:13: unknown key "servce" in traffic[0]; did you mean "service"?'],
    ],
    [
      "traffic: [{ service: web, rps: 1e6 }]",
      ["4:32: at most 100000 requests a second are played one by one; use mode: fluid"],
    ],
    [
      "traffic: [{ service: web, rps: 1e6, mode: fluid, retries: { attempts: 1 } }]",
      ["4:59: with mode: fluid requests have no retries of their own"],
    ],
    [
      "traffic: [{ service: web, rps: 1, mode: fluid }, { name: b, service: web, rps: 1 }]",
      ["4:50: all traffic is fluid, or none is"],
    ],
    [
      "traffic: [{ service: web, rps: 1, headers: { a: [{ value: b, share: 60% }, { value: c, share: 0.5 }] } }]",
      ["4:44: the shares of a value's variants add up to over 100%"],
    ],
    [
      "traffic: [{ service: web, rps: 1, expect: { errors: rate<0.1 s } }]",
      [
        '4:53: traffic[0].expect.errors: got "rate<0.1 s"; use a limit such as rate<0.1% or count<10',
      ],
    ],
    [
      "traffic: [{ service: web, rps: 1, expect: { latency: p(99)<300 } }]",
      ['4:54: latency p(99)<300: "300" has no unit; write "300s" for seconds'],
    ],
    [
      "traffic: [{ service: web, rps: 1, expect: { lost_requests: { staleVeiw: 0 } } }]",
      [
        '4:62: unknown key "staleVeiw" in traffic[0].expect.lost_requests; did you mean "staleView"?',
      ],
    ],
    [
      "behaviors: [{ serve: { time: { p50: 3s, p99: 1s } } }]",
      ["4:30: a percentile is not below the ones before it"],
    ],
    [
      "behaviors: [{ serve: { time: { delay: 1s, p99: 1s } } }]",
      ["4:30: the time is told by delay and jitter, or by percentiles, not by both"],
    ],
  ])("%s is refused with its place", (body, messages) => {
    expect(problems(body)).toStrictEqual(messages);
  });
});

describe("a limit on requests", () => {
  const held = (limits: string, of = "all"): readonly (readonly [string, string])[] => {
    const base = "service: web, rps: 100, arrivals: fixed, proxies: { delay: 2s }";
    const body =
      of === "all"
        ? `traffic: [{ ${base} }]\nexpect: { thresholds: { ${limits} } }`
        : `traffic: [{ ${base}, expect: { ${limits} } }]`;
    return run(body).expectations.map(({ text, outcome }) => [text, outcome] as const);
  };

  test.each(["all", "one"])("holds or fails, for the traffic of %s", (of) => {
    const name = of === "all" ? "" : "web ";
    expect(
      held("errors: rate<0.1%, latency: [p(99)<300ms, max<1ms], downtime: 0s", of),
    ).toStrictEqual([
      [`${name}errors: rate<0.1%`, "failed"],
      [`${name}latency: p(99)<300ms`, "held"],
      [`${name}latency: max<1ms`, "failed"],
      [`${name}downtime: 0s`, "failed"],
    ]);
    expect(
      held("errors: [count<1000, rate<=0.9], downtime: <1m, latency: avg<20ms", of),
    ).toStrictEqual([
      [`${name}errors: count<1000`, "held"],
      [`${name}errors: rate<=0.9`, "held"],
      [`${name}latency: avg<20ms`, "held"],
      [`${name}downtime: <1m`, "held"],
    ]);
    expect(held("lost_requests: { staleView: 0, crashed: 0 }", of)).toStrictEqual([
      [`${name}staleView: <=0`, "failed"],
      [`${name}crashed: <=0`, "held"],
    ]);
    expect(held("lost_requests: 100000", of)).toStrictEqual([
      [`${name}lost_requests: <=100000`, "held"],
    ]);
  });

  test("fails where there is nothing to measure", () => {
    const { failures } = run(
      "traffic: [{ service: web, rps: 1, from: 50m, expect: { downtime: 0s } }]\nuntil: 1m",
    );
    expect(failures.map(({ message }) => message)).toStrictEqual([
      "was not measured: no request was sent, or none was answered",
    ]);
  });

  test("can be a CEL expression, too", () => {
    const { expectations, failures } = run(
      "traffic: [{ service: web, rps: 100, proxies: { delay: 2s } }]\n" +
        'expect: { finally: ["traffic.web.failedBy.staleView == 0", "traffic.web.latency.p99 < 300.0"] }',
    );
    expect(expectations.map(({ outcome }) => outcome)).toStrictEqual(["failed", "held"]);
    expect(failures[0]!.details[0]).toMatch(/^traffic\.web\.failedBy\.staleView is [1-9]/u);
  });
});

describe("pods", () => {
  test("with a readiness probe are ready when they listen, others before", () => {
    const lost = (probe: string): object => {
      const text = scenario(
        "behaviors: [{ serve: { listens: 4s } }]\ntraffic: [{ service: web, rps: 100 }]",
      ).replace('image: "web:v1"', `image: "web:v1"${probe}`);
      return runScenario(parseScenario(text)).traffic[0]!.account.failedBy;
    };
    expect(lost("")).toMatchObject({ staleView: 0 });
    expect(lost("")).not.toMatchObject({ tooSoon: 0 });
    const probe = ", readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 }";
    expect(lost(probe)).toMatchObject({ tooSoon: 0, staleView: 0 });
  });

  test("work as long as percentiles say", () => {
    const { latencies, account } = run(
      "behaviors: [{ serve: { time: { p0: 5ms, p50: 20ms, p90: 40ms, p99: 200ms, p100: 1s } } }]\n" +
        "traffic: [{ service: web, rps: 500, from: 2s }]",
    ).traffic[0]!;
    expect(account.latency.p50).toBeGreaterThan(18);
    expect(account.latency.p50).toBeLessThan(22);
    expect(account.latency.p99).toBeGreaterThan(150);
    expect(account.latency.p99).toBeLessThan(330);
    expect(latencies[0]!.value).toBeGreaterThanOrEqual(5);
  });
});

describe("an account is reported", () => {
  const file = "scenarios/no-pre-stop.yaml";

  test("in JSON, whole", async () => {
    const { out } = await rollsim(["run", file, "-o", "json"]);
    const [{ traffic }] = (JSON.parse(out) as { scenarios: [{ traffic: readonly object[] }] })
      .scenarios;
    expect(traffic).toHaveLength(1);
    expect(traffic[0]).toMatchObject({ name: "web", failedBy: { tooSoon: 0 }, slow: 0 });
  });

  test("in JUnit, as properties", async () => {
    const { out } = await rollsim(["run", file, "-o", "junit"]);
    const failed = /<property name="traffic\.web\.failed" value="(\d+)"\/>/u.exec(out)?.[1];
    expect(Number(failed)).toBeGreaterThan(50);
    expect(out).toContain(`<property name="traffic.web.failed.staleView" value="${failed}"/>`);
  });
});
