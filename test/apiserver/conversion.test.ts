import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

const KEY = "deprecated.deployment.rollback.to";
const ref = { resource: "deployments", name: "web" };
const problem = `failed to parse annotation[${KEY}]=x as int64: strconv.ParseInt: parsing "x": invalid syntax`;

function annotated(text: string) {
  return { metadata: { annotations: { [KEY]: text } } };
}

function created(text: string) {
  const { metadata, ...rest } = web(2);
  return new Cluster().api.create({
    ...rest,
    metadata: { ...metadata, ...annotated(text).metadata },
  });
}

describe("the annotation that asks for a rollback", () => {
  test.each([
    ["+1", "1"],
    ["007", "7"],
    ["-0", "0"],
    ["9007199254740993", "9007199254740993"],
    ["", undefined],
  ])("%j is stored as %j", (text, stored) => {
    const answer = created(text);
    expect(answer.ok ? answer.value.metadata.annotations?.[KEY] : answer).toBe(stored);
  });

  test("is a change where it is written empty, and gone", () => {
    const { api } = new Cluster();
    api.create(web(2));
    const answer = api.patch(ref, "strategic", annotated(""));
    expect(answer).toMatchObject({ ok: true, value: { metadata: { generation: 2 } } });
    expect(answer.ok ? answer.value.metadata.annotations : answer).toBeUndefined();
  });

  test("is a bad request where it is no number", () => {
    const where = 'Deployment in version "v1" cannot be handled as a Deployment';
    expect(created("x")).toMatchObject({
      ok: false,
      status: { code: 400, reason: "BadRequest", message: `${where}: ${problem}` },
    });
    const big = created("9223372036854775808");
    expect(big.ok ? "" : big.status.message).toMatch(/value out of range$/);
  });

  test("is no number by a patch: an error of the server, or a patch that is invalid", () => {
    const { api } = new Cluster();
    api.create(web(2));
    const strategic = api.patch(ref, "strategic", annotated("x"));
    expect(strategic).toMatchObject({ ok: false, status: { code: 500, message: problem } });
    const merge = api.patch(ref, "merge", annotated("x"));
    expect(merge).toMatchObject({ ok: false, status: { code: 422, reason: "Invalid" } });
    expect(merge.ok ? "" : merge.status.message).toContain(problem);
  });
});
