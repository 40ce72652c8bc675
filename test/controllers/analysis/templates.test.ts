/** The spec of a run from its templates, and queries that say by their shape what they read. */
import { describe, expect, test } from "vitest";
import type { AnalysisArgument, AnalysisTemplate } from "../../../src/api/analysis.ts";
import { isScalar, recognise, windowOf } from "../../../src/controllers/analysis/queries.ts";
import { flattenTemplates, templatesOf } from "../../../src/controllers/analysis/templates.ts";

function template(name: string, spec: Partial<AnalysisTemplate["spec"]> = {}): AnalysisTemplate {
  const metrics = [{ name, provider: { prometheus: { query: "up" } } }];
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: { name },
    spec: { metrics, ...spec },
  };
}

const names = (templates: readonly AnalysisTemplate[]): string[] =>
  templates.map(({ metadata }) => metadata.name);

describe("templates", () => {
  const inner = template("inner");
  const outer = template("outer", {
    templates: [{ templateName: "inner" }, { templateName: "outer" }],
  });
  const everywhere = template("everywhere");
  const all = { templates: [outer, inner], clusterTemplates: [everywhere] };
  const cluster = { templateName: "everywhere", clusterScope: true };

  test.each([
    [[{ templateName: "outer" }], ["outer", "inner"]],
    [
      [cluster, { templateName: "inner" }],
      ["inner", "everywhere"],
    ],
    [
      [{ templateName: "inner" }, { templateName: "outer" }],
      ["inner", "outer"],
    ],
  ])("named as %j are, each once, those of the namespace first: %j", (refs, found) => {
    const answer = templatesOf(all, refs);
    expect(answer.ok && names(answer.value)).toEqual(found);
  });

  test.each([
    [{ templateName: "other" }, "AnalysisTemplate 'other' not found"],
    [{ templateName: "inner", clusterScope: true }, "ClusterAnalysisTemplate 'inner' not found"],
    [{ templateName: "everywhere" }, "AnalysisTemplate 'everywhere' not found"],
  ])("that are not there are told: %j", (ref, error) => {
    expect(templatesOf(all, [ref])).toEqual({ ok: false, error });
  });

  const args = (...args_: AnalysisArgument[]): AnalysisTemplate =>
    template(`of-${JSON.stringify(args_)}`, { args: args_ });
  const from = { secretKeyRef: { name: "s", key: "k" } };
  test.each<[AnalysisTemplate[], AnalysisArgument[], AnalysisArgument[] | string]>([
    [[args({ name: "a", value: "1" })], [], [{ name: "a", value: "1" }]],
    [[args({ name: "a", value: "1" })], [{ name: "a", value: "2" }], [{ name: "a", value: "2" }]],
    [[args({ name: "a" })], [{ name: "a", valueFrom: from }], [{ name: "a", valueFrom: from }]],
    [[args({ name: "a" })], [{ name: "b", value: "2" }], "args.a was not resolved"],
    [[args({ name: "a" }), args({ name: "a", value: "1" })], [], [{ name: "a", value: "1" }]],
    [[args({ name: "a", value: "1" }), args({ name: "a" })], [], [{ name: "a", value: "1" }]],
    [
      [args({ name: "a", value: "1" }), args({ name: "a", value: "2" })],
      [{ name: "a", value: "3" }],
      "Argument `a` specified multiple times with different values: '1', '2'",
    ],
  ])("of %j have, with %j, the arguments %j", (templates, given, found) => {
    const flat = flattenTemplates(templates, given, {});
    if (typeof found === "string") expect(flat).toEqual({ ok: false, error: found });
    else expect(flat.ok && flat.value.args).toEqual(found);
  });

  test("give their metrics, dry runs and retentions together, and no name twice", () => {
    const dry = (metricName: string) => ({ metricName });
    const kept = (metricName: string) => ({ metricName, limit: 3 });
    const a = template("a", { dryRun: [dry("a")], measurementRetention: [kept("a")] });
    const more = { dryRun: [dry("b")], measurementRetention: [kept("b")] };
    const flat = flattenTemplates([a, template("b")], [], more);
    expect(flat).toMatchObject({
      value: {
        metrics: [{ name: "a" }, { name: "b" }],
        dryRun: [dry("b"), dry("a")],
        measurementRetention: [kept("b"), kept("a")],
      },
    });
    expect(flattenTemplates([a, a], [], {})).toEqual({
      ok: false,
      error: "two metrics have the same name 'a'",
    });
    expect(flattenTemplates([template("b")], [], {})).toEqual({
      ok: true,
      value: { metrics: template("b").spec.metrics },
    });
  });
});

describe("a query", () => {
  const of = (labels: string): string => `sum(irate(istio_requests_total{${labels}}[5m]))`;
  const service = 'destination_service=~"web-canary.default.svc.cluster.local"';
  const web = { service: "web-canary" };
  test.each([
    [
      `${of(`${service},response_code!~"5.*"`)} / ${of(service)}`,
      { measure: "success-rate", ...web },
    ],
    [
      `${of(`${service},response_code!="500"`)} / ${of(service)}`,
      { measure: "success-rate", ...web },
    ],
    [
      `${of(`${service},response_code=~"5.*"`)} / ${of(service)}`,
      { measure: "error-rate", ...web },
    ],
    [`(${of('status=~"[45].*"')}) / (${of("")})`, { measure: "error-rate" }],
    [`${of('code=~"2.*"')} / ${of("")}`, undefined],
    [`${of(`${service},code=~"5.*"`)} / ${of(`${service},code=~"4.*"`)}`, undefined],
    [`${of('code=~"5.*"')} / sum(rate(other_requests{}[5m]))`, undefined],
    [of(service), { measure: "requests", ...web }],
    [of('code=~"5.*"'), undefined],
    [`scalar(${of(service)})`, { measure: "requests", ...web }],
    [
      `histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{${service}}[1m])) by (le))`,
      { measure: "latency", statistic: "p99", scale: 1, ...web },
    ],
    [
      "histogram_quantile(0.50, sum by (le) (rate(request_duration_ms_bucket{}[1m])))",
      { measure: "latency", statistic: "p50", scale: 1 },
    ],
    [
      "histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket{}[1m])) by (le))",
      { measure: "latency", statistic: "p95", scale: 0.001 },
    ],
    ["histogram_quantile(0.42, sum(rate(latency_bucket{}[1m])) by (le))", undefined],
    ["up", undefined],
  ])("is read as what it asks for: %s", (query, rule) => {
    expect(recognise(query)).toEqual(rule);
  });

  test("says its window, and whether its answer is one number", () => {
    expect([of(""), "rate(x[30s:5s])", "rate(x[2h])", "up"].map(windowOf)).toEqual([
      300_000,
      30_000,
      7_200_000,
      undefined,
    ]);
    expect(["scalar(up)", " scalar (up)", "up", "my_scalar(up)"].map(isScalar)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
