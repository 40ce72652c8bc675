/** Ports that probes ask for by name, and that their container does not have. */
import { nearest } from "./nearest.ts";
import { podSpecOf } from "./not-simulated.ts";
import { problemAt, type Problem, type Source } from "./problem.ts";
import type { Located } from "./yaml.ts";

const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"];

/** Warnings. A number in quotes is left to the API server, which refuses it. */
export function probePortProblems(object: Located, source: Source): readonly Problem[] {
  const spec = podSpecOf(object);
  const containers = ["initContainers", "containers"].flatMap(
    (name) => spec?.entries?.get(name)?.node.items ?? [],
  );
  return containers.flatMap((container) =>
    PROBES.flatMap((name) => {
      const probe = container.entries?.get(name)?.node;
      const handler = probe?.entries?.get("httpGet") ?? probe?.entries?.get("tcpSocket");
      const port = handler?.node.entries?.get("port")?.node;
      if (typeof port?.value !== "string" || /^\d+$/u.test(port.value)) return [];
      const names = portNamesOf(container);
      if (names.includes(port.value)) return [];
      const best = nearest(port.value, names);
      const message = `no port of the container is named ${JSON.stringify(port.value)}: a kubelet's ${name} would not succeed, rollsim's does`;
      const hint = best === undefined ? 'name one under "ports"' : `did you mean "${best}"?`;
      const what = { severity: "warning", code: "probe-port", message, hint } as const;
      return [problemAt(source, port.span, what)];
    }),
  );
}

function portNamesOf(container: Located): readonly string[] {
  return (container.entries?.get("ports")?.node.items ?? []).flatMap(({ entries }) => {
    const name = entries?.get("name")?.node.value;
    return typeof name === "string" ? [name] : [];
  });
}
