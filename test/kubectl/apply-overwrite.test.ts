/** `kubectl apply --overwrite=false`, in the words of kubectl v1.37.2. */
import { expect, test } from "vitest";
import { session } from "./session.ts";

const manifest = (data: object, labels?: object): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", labels },
    data,
  });

function applied(file: string, ...changes: readonly string[]): string {
  const run = session({ first: manifest({ x: "1", y: "1" }), second: file });
  run("kubectl apply -f first");
  for (const change of changes) run(`kubectl patch cm a --type=merge -p '${change}'`);
  return run("kubectl apply -f second --overwrite=false");
}

test("what somebody else has changed is not overwritten, and all three tries tell of it", () => {
  const printed = applied(manifest({ x: "2", y: "1" }), '{"data":{"x":"3"}}');
  expect(printed.match(/^warning: error calculating patch from openapi/gmu)).toHaveLength(2);
  expect(printed).toContain(
    '\n\nfor: patch:\ndata:\n  x: "2"\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied',
  );
  expect(printed).toContain(
    '\nconflicts with changes made from original to current:\ndata:\n  x: "3"\nmetadata:\n',
  );
});

test("whatever changes what was applied last is in conflict: the annotation is a change itself", () => {
  const printed = applied(manifest({ x: "1", y: "1" }, { a: "b" }));
  expect(printed).toContain("conflicts with changes made from original to current:");
});

test("what others added is no conflict, as long as nothing is to be changed", () => {
  const same = manifest({ x: "1", y: "1" });
  expect(applied(same, '{"data":{"z":"1"}}')).toBe("configmap/a unchanged\n");
  expect(applied(same, '{"data":{"x":"3"}}')).toContain("conflicts with changes");
});
