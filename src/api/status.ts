/**
 * What the API answers when it refuses: `Status` values (meta/v1), never exceptions. The messages are
 * the API server's own (apimachinery/pkg/api/errors).
 */

export type StatusReason =
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Invalid"
  | "BadRequest"
  | "Forbidden"
  | "TooManyRequests"
  | "MethodNotAllowed"
  | "UnsupportedMediaType"
  | "Timeout"
  | "InternalError";

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Record<string, never>;
  readonly status: "Failure";
  readonly message: string;
  /** Absent where the server only passes on what went wrong, with code 500. */
  readonly reason?: StatusReason;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
  readonly code: number;
}

/** An answer of the API: a value, or the Status that says why not. Warnings come with either. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly warnings?: readonly string[] }
  | { readonly ok: false; readonly status: Status; readonly warnings?: readonly string[] };

/** A refusal with warnings that came up before it. */
export function warned<A extends Answer<unknown>>(answer: A, warnings: readonly string[] = []): A {
  if (answer.ok || warnings.length === 0) return answer;
  return { ...answer, warnings: [...warnings, ...(answer.warnings ?? [])] };
}

/** `deployments.apps`, or `pods` for the core group: how messages name a resource. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

function qualified({ group, resource }: GroupResource): string {
  return group === "" ? resource : `${resource}.${group}`;
}

export function failure(
  code: number,
  reason: StatusReason | "none",
  message: string,
  details?: Status["details"],
): Status {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === "none" ? {} : { reason }),
    ...(details === undefined ? {} : { details: withoutBlanks(details) }),
    code,
  };
}

/** As Go writes it: the core group, and a name that is not given, are left out. */
function withoutBlanks({ name, group, ...rest }: NonNullable<Status["details"]>) {
  return {
    ...(name === undefined || name === "" ? {} : { name }),
    ...(group === undefined || group === "" ? {} : { group }),
    ...rest,
  };
}

export function notFound(of: GroupResource, name: string): Status {
  return failure(404, "NotFound", `${qualified(of)} "${name}" not found`, {
    name,
    group: of.group,
    kind: of.resource,
  });
}

export function alreadyExists(of: GroupResource, name: string): Status {
  return failure(409, "AlreadyExists", `${qualified(of)} "${name}" already exists`, {
    name,
    group: of.group,
    kind: of.resource,
  });
}

const MODIFIED =
  "the object has been modified; please apply your changes to the latest version and try again";

export function conflict(of: GroupResource, name: string, why: string = MODIFIED): Status {
  return failure(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(of)} "${name}": ${why}`,
    { name, group: of.group, kind: of.resource },
  );
}

export function forbidden(of: GroupResource, name: string, why: string): Status {
  const subject =
    name === "" ? `${qualified(of)} is forbidden` : `${qualified(of)} "${name}" is forbidden`;
  return failure(403, "Forbidden", `${subject}: ${why}`, {
    name,
    group: of.group,
    kind: of.resource,
  });
}

/** A refusal's message without the name of what is refused: that of a pod is another with each try. */
export function unnamed(message: string): string {
  return message.replace(/^(\S+) "[^"]*"/u, "$1");
}

/** 422, with the field errors in the order in which validation met them. */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly StatusCause[],
): Status {
  const qualifiedKind = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const texts = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  return failure(422, "Invalid", `${qualifiedKind} "${name}" is invalid: ${list}`, {
    name,
    group: kind.group,
    kind: kind.kind,
    causes,
  });
}

/** Writes into a namespace that is going away fail with this cause; controllers then stop trying. */
export function isNamespaceTerminating(status: Status): boolean {
  return status.details?.causes?.some((cause) => cause.reason === "NamespaceTerminating") ?? false;
}
