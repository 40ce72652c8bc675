import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";

function refusal(spec: Readonly<Record<string, unknown>>): string {
  const containers = [{ name: "c", image: "web:v1" }];
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers, ...spec },
  };
  const answer = new Cluster().api.create(pod);
  return answer.ok ? "" : answer.status.message;
}

function sysctl(name: string): Readonly<Record<string, unknown>> {
  return { securityContext: { sysctls: [{ name, value: "1" }] } };
}

describe("a sysctl", () => {
  test.each([
    ["net.core.somaxconn", "hostNetwork"],
    ["net/ipv4/conf/eth0.100/rp_filter", "hostNetwork"],
    ["kernel.shm_rmid_forced", "hostIPC"],
    ["fs.mqueue.msg_max", "hostIPC"],
  ])("%s is not for a pod with %s", (name, shared) => {
    expect(refusal({ ...sysctl(name), [shared]: true })).toBe(
      `Pod "p" is invalid: spec.securityContext.sysctls[0].name: Invalid value: "${name}": ` +
        `may not be specified when '${shared}' is true`,
    );
    expect(refusal(sysctl(name))).toBe("");
  });

  test("of neither the network nor IPC is for any pod", () => {
    const shared = { hostNetwork: true, hostIPC: true };
    expect(refusal({ ...sysctl("kernel.domainname"), ...shared })).toBe("");
  });

  test("with a wrong name is refused with the pattern of right ones", () => {
    expect(refusal(sysctl("Net"))).toContain(
      "must have at most 253 characters and match regex " +
        "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$",
    );
  });
});

test("None is an address of a Service only in the first place", () => {
  const spec = { clusterIP: "10.96.0.9", clusterIPs: ["10.96.0.9", "None"], ports: [{ port: 80 }] };
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "s" }, spec };
  const answer = new Cluster().api.create(service);
  expect(answer.ok ? "" : answer.status.message).toContain(
    'spec.clusterIPs[1]: Invalid value: "None": must be a valid IP address',
  );
});
