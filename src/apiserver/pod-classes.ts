/**
 * What classes make of a new pod: a PriorityClass its priority, and no pod without the class that it names. Mirrors
 * the admission plugins Priority and RuntimeClass (v1.37.2), and the two PriorityClasses that every API server
 * makes for itself (pkg/registry/scheduling/rest).
 *
 * Left out: overhead and scheduling of RuntimeClasses. Pods that one template makes keep the priority that the
 * first of them got, though its class be made anew with another value.
 */
import type { KubeObject } from "../api/meta.ts";
import { forbidden, type Status } from "../api/status.ts";
import { asRecord, asString, isNil, type Json } from "./json.ts";

const CLASSES = "priorityclasses";
const PODS = { group: "", resource: "pods" } as const;

export const SYSTEM_CLASSES = [
  {
    name: "system-cluster-critical",
    value: 2_000_000_000,
    description:
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  },
  {
    name: "system-node-critical",
    value: 2_000_001_000,
    description: "Used for system critical pods that must not be moved from their current node.",
  },
];

/** What the store has of objects. */
interface Objects {
  get(resource: string, key: string): KubeObject | undefined;
  all(resource: string): Iterable<KubeObject>;
}

/** The value that a system class has to have; undefined: there is no such class. */
export function systemPriority(name: string): number | undefined {
  return SYSTEM_CLASSES.find((each) => each.name === name)?.value;
}

/** Why no pod is made of this spec, if none is. `name` is what the message calls the pod. */
export function classRefusal(store: Objects, name: string, spec: Json): Status | undefined {
  const problem = classProblem(store, spec);
  return problem === undefined ? undefined : forbidden(PODS, name, problem);
}

/** The same for a pod whose name is still to be drawn: the text alone. */
export function classProblem(store: Objects, spec: Json): string | undefined {
  const { priorityClassName, priority, preemptionPolicy, runtimeClassName } = spec;
  const named = asString(priorityClassName);
  if (named !== "" && store.get(CLASSES, named) === undefined) {
    return `no PriorityClass with name ${named} was found`;
  }
  const computed = (value: string | number): string =>
    "must not be provided in pod spec; priority admission controller computed " +
    `${value} from the given PriorityClass name`;
  const given = isNil(priority) && isNil(preemptionPolicy) ? undefined : classOf(store, spec);
  if (given !== undefined && !isNil(priority) && priority !== given.value) {
    const text = `the integer value of priority (${JSON.stringify(priority)})`;
    return `${text} ${computed(given.value)}`;
  }
  if (given !== undefined && !isNil(preemptionPolicy)) {
    const policy = asString(preemptionPolicy);
    const text = `the string value of PreemptionPolicy (${policy})`;
    if (policy !== given.preemptionPolicy) return `${text} ${computed(given.preemptionPolicy)}`;
  }
  const runtime = asString(runtimeClassName);
  if (isNil(runtimeClassName) || store.get("runtimeclasses", runtime) !== undefined) {
    return undefined;
  }
  return `pod rejected: RuntimeClass ${JSON.stringify(runtime)} not found`;
}

/** The spec with what its class says, or the one that is the default of all pods. */
export function withPriority(store: Objects, spec: Json): Json {
  const { name, value, preemptionPolicy } = classOf(store, spec);
  return {
    ...spec,
    ...(name === "" ? {} : { priorityClassName: name }),
    priority: value,
    preemptionPolicy,
  };
}

interface Class {
  readonly name: string;
  readonly value: number;
  readonly preemptionPolicy: string;
}

/** What holds for a pod without a class, where none is the default. */
const NONE: Class = { name: "", value: 0, preemptionPolicy: "PreemptLowerPriority" };

function classOf(store: Objects, { priorityClassName }: Json): Class {
  const named = asString(priorityClassName);
  if (named !== "") {
    const found = store.get(CLASSES, named);
    return found === undefined ? NONE : read(found);
  }
  const defaults = [...store.all(CLASSES)].filter((each) => each["globalDefault"] === true);
  const [least] = defaults.map(read).toSorted((a, b) => a.value - b.value);
  return least ?? NONE;
}

function read(object: KubeObject): Class {
  const { value, preemptionPolicy } = asRecord(object);
  return {
    name: object.metadata.name,
    value: typeof value === "number" ? value : 0,
    preemptionPolicy: asString(preemptionPolicy) || NONE.preemptionPolicy,
  };
}
