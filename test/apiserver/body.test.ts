import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

const ref = { resource: "deployments", namespace: "default", name: "web" };
const bodies: readonly unknown[] = [
  null,
  undefined,
  5,
  "web",
  [],
  {},
  { kind: 5 },
  { kind: "Deployment" },
];

/** Each way to send a whole object, with something that is none. */
function write(verb: string, body: unknown) {
  const { api } = new Cluster();
  if (verb === "create") return api.create(body as KubeObject);
  if (verb === "update") return api.update(body as KubeObject);
  return api.patch(ref, "apply", body, { fieldManager: "test" });
}

describe.each(["create", "update", "apply"])("%s", (verb) => {
  test.each(bodies.map((body) => [JSON.stringify(body), body]))("refuses %s", (_, body) => {
    const answer = write(verb, body);
    expect(answer).toMatchObject({ ok: false, status: { code: 400, reason: "BadRequest" } });
    expect(answer.ok ? "" : answer.status.message).toMatch(
      verb === "apply" && typeof body === "object" && body !== null && !Array.isArray(body)
        ? /^invalid object type: \/, Kind=/
        : /^Object '(Kind|apiVersion)' is missing in /,
    );
  });

  test.each([undefined, null])("answers a Deployment whose metadata is %s", (metadata) => {
    const answer = write(verb, { apiVersion: "apps/v1", kind: "Deployment", metadata });
    expect(answer.ok).toBe(false);
  });
});
