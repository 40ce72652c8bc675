/** What server-side apply and its like leave in managedFields, as the real kubectl and API server do. */
import { expect, test } from "vitest";
import { session } from "./session.ts";

const manifest = (spec: string, annotations = ""): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web${annotations} }
spec: ${spec}
`;
const whole =
  "{ selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, " +
  "spec: { containers: [{ name: web, image: 'web:v1' }] } } }";
const files = {
  "whole.yaml": manifest(whole),
  "noted.yaml": manifest(whole, ", annotations: { note: x }"),
  "part.yaml": manifest(
    "{ selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, " +
      "spec: { containers: [{ name: web, args: [x] }] } } }",
  ),
};

test("what client-side apply owned is handed over, though what is left cannot be applied", () => {
  const type = session(files);
  type("apply -f whole.yaml");
  expect(type("apply --server-side -f part.yaml")).toBe(
    "Warning: failed to re-apply configuration after performing Server-Side Apply migration. This is non-fatal and " +
      'will be retried next time you apply. Error: Deployment.apps "web" is invalid: ' +
      "spec.template.spec.containers[0].image: Required value\ndeployment.apps/web serverside-applied\n",
  );
  const managers =
    "get deploy web -o jsonpath={.metadata.managedFields[*].manager} --show-managed-fields";
  expect(type(managers)).not.toContain("kubectl-client-side-apply");
});

test("set-last-applied writes as kubectl", () => {
  const type = session(files);
  type("apply -f whole.yaml\napply set-last-applied -f part.yaml");
  expect(type("get deploy web -o jsonpath={.metadata.managedFields[*].manager}")).toMatch(
    /(?:^| )kubectl(?: |$)/u,
  );
});

// The controller owns that there are annotations where it writes the first one.
test.each([
  ["whole.yaml", true],
  ["noted.yaml", false],
])(
  "apply --server-side -f %s: the controller owns that there are annotations: %s",
  (file, owns) => {
    const type = session(files);
    type(`apply --server-side -f ${file}`);
    const path =
      '{.metadata.managedFields[?(@.subresource=="status")].fieldsV1.f:metadata.f:annotations}';
    const printed = type(`get deploy web -o jsonpath='${path}'`);
    expect(printed).toBe(
      owns
        ? '{".":{},"f:deployment.kubernetes.io/revision":{}}'
        : '{"f:deployment.kubernetes.io/revision":{}}',
    );
  },
);

test("who scales owns the replicas only where somebody owned them before", () => {
  const managers =
    "get deploy web -o jsonpath='{.metadata.managedFields[*].subresource}' --show-managed-fields";
  const type = session(files);
  type("apply --server-side -f whole.yaml\nkubectl scale deploy web --replicas=3");
  expect(type(managers)).toBe("status");
  type("delete deploy web\nkubectl create -f whole.yaml\nkubectl scale deploy web --replicas=3");
  expect(type(managers)).toContain("scale");
});
