import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

const cluster = new Cluster();
// As JavaScript would, which nobody warns.
const api = cluster.api as unknown as Readonly<Record<string, (...all: unknown[]) => unknown>>;
const ref = { resource: "deployments", name: "web" };

describe("what the API is asked with a misspelt word is refused, and nothing is written", () => {
  test.each<readonly [string, readonly unknown[], string]>([
    ["create", [web(3), { dryrun: "All" }], "dryrun: no such write option; use dryRun, "],
    ["update", [web(3), { manager: "me" }], "manager: no such write option; use dryRun, "],
    ["patch", [ref, "merge", {}, { dry: "All" }], "dry: no such write option; use dryRun, "],
    ["list", ["pods", { selector: "a=b" }], "selector: no such list option; use namespace, "],
    ["list", ["events", { label: "a=b" }], "label: no such list option; use namespace, "],
    ["watch", ["pods", { fields: "a=b" }], "fields: no such list option; use namespace, "],
    ["delete", [ref, { cascade: "orphan" }], "cascade: no such deletion option; use dryRun, "],
    ["evict", [ref, { grace: 1 }], "grace: no such deletion option; use dryRun, "],
  ])("%s %j", (verb, given, message) => {
    expect(() => api[verb]?.(...given)).toThrow(message);
    expect(() => api[verb]?.(...given)).toThrow(RangeError);
    expect(cluster.api.list("deployments")).toEqual([]);
  });

  test("a kind of entry that no trace has is not waited for", () => {
    expect(() => cluster.on("decisions" as "decision", () => undefined)).toThrow(
      "decisions: no such kind of entry; use write, decision, event, ",
    );
  });
});
