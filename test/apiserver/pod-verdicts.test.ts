import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

function refusals(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const labels = { app: "web" };
  const deployment: KubeObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
  const cluster = new Cluster();
  cluster.act("create", (api) => expect(api.create(deployment)).toMatchObject({ ok: true }));
  cluster.runUntil(1);
  const messages = cluster.trace.entries.flatMap((entry) =>
    entry.kind === "event" && entry.reason === "FailedCreate" ? [entry.message] : [],
  );
  return messages.map((message) => message.replace(/web-[a-z0-9]+-[a-z0-9]+/u, "web-x"));
}

describe("pods of a template that the API server took", () => {
  test("are refused where there are blanks around an image", () => {
    expect(refusals({ containers: [{ name: "c", image: "web:v1 " }] })[0]).toBe(
      'Error creating: Pod "web-x" is invalid: spec.containers[0].image: Invalid value: "web:v1 ": ' +
        "must not have leading or trailing whitespace",
    );
  });

  test("are let in with a token of the service account that they all have", () => {
    const sources = [{ serviceAccountToken: { path: "token" } }];
    const volumes = [{ name: "v", projected: { sources } }];
    expect(refusals({ containers: [{ name: "c", image: "web:v1" }], volumes })).toEqual([]);
  });
});
