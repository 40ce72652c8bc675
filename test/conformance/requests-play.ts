/**
 * Plays recorded requests to a real API server, without controllers, against rollsim's: each world begins with one empty
 * namespace. In what is sent, `$rv` and `$uid` stand for the version and the UID of the object as it was last answered,
 * and `$continue` for the last token of a list.
 */
import { jsonEqual } from "../../src/apiserver/equality.ts";
import { Refusals } from "../../src/apiserver/refusals.ts";
import { answerRequest, type ApiRequest } from "../../src/apiserver/requests.ts";
import { ApiServer } from "../../src/apiserver/server.ts";
import { Store } from "../../src/apiserver/store.ts";
import { Trace } from "../../src/engine/trace.ts";

export interface RecordedRequest extends ApiRequest {
  /** Of HTTP. */
  readonly code: number;
  /** Masked. */
  readonly answer: unknown;
  readonly warnings?: readonly string[];
}

export interface RecordedWorld {
  readonly seed: number;
  readonly requests: readonly RecordedRequest[];
}

/** The namespace of all worlds. */
const NAMESPACE = "recorded";

/** Differences, each with the request that it belongs to. */
export function playWorld({ requests }: RecordedWorld): readonly string[] {
  const store = new Store(Date.UTC(2026, 10, 29), () => 0);
  const client = new ApiServer(store, new Refusals(), new Trace());
  for (const name of ["default", NAMESPACE]) {
    client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  const known = new Map<string, Seen>();
  return requests.flatMap(({ code, answer: expected, warnings = [], ...recorded }) => {
    const [path = ""] = recorded.path.split("?");
    const place = path.replace(/\/(status|scale)$/u, "");
    const request = filled(recorded, known.get(place) ?? NEW, known.get("") ?? NEW);
    const played = answerRequest(client, { ...request, fieldManager: "recorder" });
    const answer = played.ok ? played.body : { ...played.status };
    note(known, place, recorded, answer);
    const said = {
      code: played.ok ? played.code : played.status.code,
      answer,
      warnings: played.warnings,
    };
    const actual = masked(said);
    const wanted = { code, answer: expected, warnings };
    if (jsonEqual(wanted, actual)) return [];
    const what = `${recorded.method} ${recorded.path}`;
    return [`${what}: expected ${JSON.stringify(wanted)}, received ${JSON.stringify(actual)}`];
  });
}

interface Seen {
  readonly version: string;
  readonly uid: string;
  readonly token: string;
}

const NEW: Seen = { version: "1", uid: "x", token: "x" };

function filled(request: ApiRequest, { version, uid }: Seen, { token }: Seen): ApiRequest {
  const text = JSON.stringify(request)
    .replaceAll("$rv", version)
    .replaceAll("$uid", uid)
    .replaceAll("$continue", token);
  return JSON.parse(text) as ApiRequest;
}

interface Shown {
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly continue?: string;
  };
}

/** What later requests may refer to. */
function note(
  known: Map<string, Seen>,
  place: string,
  { path, method }: ApiRequest,
  answer: unknown,
): void {
  const { kind, metadata: { name = "", uid, resourceVersion = "", continue: token } = {} } =
    answer as Shown;
  if (token !== undefined) known.set("", { ...NEW, token });
  if (uid === undefined || kind === "Status" || path.includes("dryRun")) return;
  const key = method === "POST" ? `${place}/${name}` : place;
  known.set(key, { ...NEW, version: resourceVersion, uid });
}

/** Without what differs from run to run: ids, times, versions, addresses, ports and names that are drawn. */
export function masked(answer: unknown): unknown {
  const text = JSON.stringify(answer)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gu, "UID")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/gu, "TIME")
    .replace(/10\.96\.\d+\.\d+/gu, "ADDRESS")
    .replace(/("resourceVersion(?:\\*)":(?:\\*)")\d+/gu, "$1N")
    .replace(/(resourceVersion\\+":\\+")\d+/gu, "$1N")
    .replace(/(ResourceVersion in record \()\d+/gu, "$1N")
    .replace(/("(?:nodePort|healthCheckNodePort)":)3\d{4}/gu, "$1 30000")
    .replace(/("continue":")[^"]+/gu, "$1TOKEN")
    .replace(/\bg-[a-z0-9]{5}\b/gu, "g-xxxxx");
  return JSON.parse(text, (key, value: unknown) =>
    // In order of times, which are left out.
    key === "managedFields" && Array.isArray(value) ? value.toSorted(byText) : value,
  ) as unknown;
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [a, b].map((entry) => {
    const { manager = "", operation = "", subresource = "" } = entry as Record<string, string>;
    return `${manager} ${operation} ${subresource}`;
  }) as [string, string];
  return left < right ? -1 : left > right ? 1 : 0;
}
