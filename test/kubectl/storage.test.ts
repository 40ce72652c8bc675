import { expect, test } from "vitest";
import { session } from "./session.ts";

const claim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
`;
const storageClass = (name: string, more = ""): string => `---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: ${name}
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
provisioner: example.com/${name}
${more}`;

test("a claim that no pod uses is protected, and goes all the same when it is deleted", () => {
  const run = session({ "claim.yaml": claim });
  run("kubectl apply -f claim.yaml");
  expect(run("kubectl describe pvc data")).toContain("[kubernetes.io/pvc-protection]");
  run("kubectl delete pvc data");
  expect(run("kubectl get pvc")).toContain("No resources found");
});

test("of two default classes of one second the first by name is marked, in lists alone", () => {
  const run = session({ "classes.yaml": storageClass("slow") + storageClass("fast") });
  run("kubectl apply -f classes.yaml");
  const list = run("kubectl get sc");
  expect(list).toContain("fast (default)");
  expect(list).not.toContain("slow (default)");
  expect(run("kubectl get sc fast")).not.toContain("(default)");
});

test("the provisioner of a class stays, its room to grow does not", () => {
  const run = session({
    "first.yaml": storageClass("fast"),
    "other.yaml": storageClass("fast").replace("example.com/fast", "example.com/other"),
    "grows.yaml": storageClass("fast", "allowVolumeExpansion: true\n"),
  });
  run("kubectl apply -f first.yaml");
  expect(run("kubectl apply -f other.yaml")).toContain("provisioner: Invalid value: null");
  expect(run("kubectl apply -f grows.yaml")).toContain("configured");
});
