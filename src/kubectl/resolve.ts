/**
 * From arguments, files and selectors to objects. Mirrors cli-runtime/pkg/resource/builder.go
 * (v0.37.2); URLs are left out and refused.
 */
import type { KindInfo, ObjectRef } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import type { Answer } from "../api/status.ts";
import { withoutAutoscalingV1 } from "../apiserver/autoscaling-v1.ts";
import type { Call } from "./call.ts";
import { heed, validationOf } from "./call.ts";
import { exitWith, fail, goQuote, type Problem } from "./errors.ts";
import { map, text } from "./fields.ts";
import { filesOf, requirePaths, sourcesOf } from "./files.ts";
import { openLists } from "./list-manifest.ts";
import { objectProblem, parseManifest, type ParsedManifest } from "./manifest.ts";
import { kindOfObject, kindsOf, mustFindKind, resourceName } from "./resources.ts";
import { matchesLabels, selectorRefusal } from "./selectors.ts";

/** One object that a command acts on. */
export interface Info {
  readonly kind: KindInfo;
  readonly ref: ObjectRef;
  /** As read from the server, or from the file. */
  readonly object: KubeObject;
  /** File, or `STDIN`; "" when it came from the server. */
  readonly source: string;
}

export interface Selection {
  readonly infos: readonly Info[];
  /** What could not be found or read; the rest of the objects are still acted on. */
  readonly problems: readonly Problem[];
  /** One object was asked for by name. */
  readonly single: boolean;
  /** Objects come from a list: -l, --all or a bare type. */
  readonly listed: boolean;
  /** The kinds asked for, also those of which there is no object. */
  readonly kinds: readonly KindInfo[];
}

export interface ResolveOptions {
  /** Default: the arguments of the command line. */
  readonly args?: readonly string[];
  /** What a type without names means. */
  readonly bareType: "everything" | "refused";
  /** Read objects of files from the server. */
  readonly fetchFiles?: true;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly all?: true;
  /** Leave out objects that do not exist. */
  readonly ignoreNotFound?: true;
  /** Do not ask the server for objects by name; their content stays empty. */
  readonly nameOnly?: true;
}

const missingResource = [
  "You must provide one or more resources by argument or filename.",
  "Example resource specifications include:",
  "   '-f rsrc.yaml'",
  "   '--filename=rsrc.json'",
  "   '<resource> <name>'",
  "   '<resource>'",
].join("\n");

interface Asked {
  readonly kinds: readonly KindInfo[];
  readonly names: readonly string[];
  readonly tuples: readonly { readonly kind: KindInfo; readonly name: string }[];
  readonly bare: boolean;
}

export function resolve(call: Call, options: ResolveOptions): Selection {
  const args = options.args ?? call.args;
  const files = filesOf(call);
  requirePaths(call, files);
  if (files.length > 0 && args.length > 0) fail(bothFilesAndNames);
  const asked = askedFor(call, args);
  const selector = options.selector ?? selectorFlag(call, "selector");
  const fieldSelector = options.fieldSelector ?? selectorFlag(call, "field-selector");
  if (files.length > 0) return fromFiles(call, files, options);
  const bare = asked.bare && options.bareType === "everything" && asked.names.length === 0;
  const selecting = options.all === true || selector !== "" || fieldSelector !== "";
  if (selecting || (bare && asked.kinds.length > 0)) {
    return fromSelector(call, asked, selector, fieldSelector);
  }
  const byName = asked.kinds.flatMap((kind) => asked.names.map((name) => ({ kind, name })));
  const tuples = [...asked.tuples, ...byName];
  if (tuples.length === 0) {
    if (asked.kinds.length > 0) fail("resource(s) were provided, but no name was specified");
    fail(missingResource);
  }
  return fromNames(call, tuples, options);
}

/** --local: no server is asked. */
export function isLocal(call: Call): boolean {
  return call.flags.has("local") && call.flags.bool("local");
}

function selectorFlag(call: Call, name: string): string {
  return call.flags.has(name) ? call.flags.text(name) : "";
}

function askedFor(call: Call, args: readonly string[]): Asked {
  const slashed = args.filter((arg) => arg.includes("/"));
  if (slashed.length > 0) {
    if (slashed.length !== args.length) {
      fail(
        "there is no need to specify a resource type as a separate argument when passing arguments " +
          "in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of " +
          "'kubectl get resource resource/<resource_name>'",
      );
    }
    return { kinds: [], names: [], bare: false, tuples: slashed.map((arg) => tupleOf(call, arg)) };
  }
  const [types, ...names] = args;
  if (types === "ev") warnShortEvents(call);
  if (types === undefined) return { kinds: [], names, tuples: [], bare: false };
  return { kinds: kindsOf(call.io.client, types), names, tuples: [], bare: names.length === 0 };
}

/** Events are served in two groups. */
export function warnShortEvents(call: Call): void {
  call.warn(['short name "ev" could also match lower priority resource events.events.k8s.io']);
}

function tupleOf(call: Call, arg: string): { kind: KindInfo; name: string } {
  const parts = arg.split("/");
  if (parts.length > 2) fail("arguments in resource/name form may not have more than one slash");
  const [type = "", name = ""] = parts;
  if (type === "" || name === "" || type.includes(",")) {
    fail("arguments in resource/name form must have a single resource and name");
  }
  return { kind: mustFindKind(call.io.client, type), name };
}

function allNamespaces(call: Call): boolean {
  return call.flags.has("all-namespaces") && call.flags.bool("all-namespaces");
}

function refOf(call: Call, kind: KindInfo, name: string, namespace?: string): ObjectRef {
  const resource = resourceName(call.io.client, kind);
  return kind.namespaced
    ? { resource, namespace: namespace ?? call.namespace, name }
    : { resource, name };
}

function fromSelector(
  call: Call,
  asked: Asked,
  selector: string,
  fieldSelector: string,
): Selection {
  if (asked.names.length > 0) fail("name cannot be provided when a selector is specified");
  if (asked.tuples.length > 0) {
    fail("selectors and the all flag cannot be used when passing resource/name arguments");
  }
  if (asked.kinds.length === 0) fail("at least one resource must be specified to use a selector");
  const problems: Problem[] = [];
  const infos = asked.kinds.flatMap((kind) => {
    const refused = selectorRefusal(kind, selector, fieldSelector);
    if (refused !== undefined) {
      problems.push({ status: refused });
      return [];
    }
    const objects = call.io.client.list(resourceName(call.io.client, kind), {
      ...(kind.namespaced && !allNamespaces(call) ? { namespace: call.namespace } : {}),
      ...(selector === "" ? {} : { labelSelector: selector }),
      ...(fieldSelector === "" ? {} : { fieldSelector }),
    });
    warnDeprecated(call, kind);
    return objects.map((object) => infoOf(call, kind, object));
  });
  return { infos, problems, single: false, listed: true, kinds: asked.kinds };
}

/** What the API server says with every answer about a deprecated kind. */
export function warnDeprecated(call: Call, kind: KindInfo): void {
  if (kind.group !== "" || kind.resource !== "endpoints") return;
  const instead = "use discovery.k8s.io/v1 EndpointSlice";
  call.warn([`v1 Endpoints is deprecated in v1.33+; ${instead}`]);
}

export function infoOf(call: Call, kind: KindInfo, object: KubeObject): Info {
  const ref = refOf(call, kind, object.metadata.name, object.metadata.namespace);
  return { kind, ref, object, source: "" };
}

function fromNames(
  call: Call,
  tuples: readonly { readonly kind: KindInfo; readonly name: string }[],
  options: ResolveOptions,
): Selection {
  if (allNamespaces(call) && tuples.some(({ kind }) => kind.namespaced)) {
    fail("a resource cannot be retrieved by name across all namespaces");
  }
  const infos: Info[] = [];
  const problems: Problem[] = [];
  for (const { kind, name } of tuples) {
    const ref = refOf(call, kind, name);
    const unnamable = nameProblem(name);
    if (unnamable !== undefined) {
      problems.push({ text: unnamable });
      continue;
    }
    if (options.nameOnly === true) {
      const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
      const object = { apiVersion, kind: kind.kind, metadata: { name } };
      infos.push({ kind, ref, object, source: "" });
      continue;
    }
    const answer = fetchObject(call, ref);
    warnDeprecated(call, kind);
    if (answer.ok) infos.push({ kind, ref, object: answer.value, source: "" });
    else if (options.ignoreNotFound !== true || answer.status.reason !== "NotFound") {
      problems.push({ status: answer.status });
    }
  }
  const kinds = [...new Set(tuples.map(({ kind }) => kind))];
  return { infos, problems, single: tuples.length === 1, listed: false, kinds };
}

/** The object; of one that is missing, whether its namespace is missing too. */
function fetchObject(call: Call, ref: ObjectRef): Answer<KubeObject> {
  const { client } = call.io;
  const answer = heed(call, client.get(ref));
  const { namespace = "default" } = ref;
  if (answer.ok || answer.status.reason !== "NotFound" || namespace === "default") return answer;
  const home = client.get({ resource: "namespaces", name: namespace });
  return home.ok ? answer : home;
}

/** Names that cannot be part of a request's path. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "resource name may not be empty";
  const marks =
    name === "." || name === ".." ? [name] : ["/", "%"].filter((mark) => name.includes(mark));
  if (marks.length === 0) return undefined;
  const why =
    marks[0] === name && name.startsWith(".")
      ? `may not be '${name}'`
      : marks.map((m) => `may not contain '${m}'`).join(" ");
  return `invalid resource name ${goQuote(name)}: [${why}]`;
}

const bothFilesAndNames =
  "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well";

function fromFiles(call: Call, paths: readonly string[], options: ResolveOptions): Selection {
  const selector = options.selector ?? selectorFlag(call, "selector");
  const infos: Info[] = [];
  const problems: Problem[] = [];
  const all = readInOrder(call, paths, selector);
  for (const read of all) {
    if (!("ref" in read)) problems.push(read);
    else if (options.fetchFiles === undefined) infos.push(read);
    else {
      const answer = fetchObject(call, read.ref);
      if (answer.ok) infos.push({ ...read, object: answer.value });
      else if (options.ignoreNotFound !== true || answer.status.reason !== "NotFound") {
        problems.push({ status: answer.status });
      }
    }
  }
  const read = all.filter((each) => "ref" in each);
  return { infos, problems, single: read.length === 1, listed: false, kinds: kindsIn(read) };
}

function kindsIn(infos: readonly Info[]): readonly KindInfo[] {
  return [...new Set(infos.map((info) => info.kind))];
}

/** The objects of manifests, lists flattened, with the namespace they go to. */
export function readObjects(
  call: Call,
  paths: readonly string[],
  selector = "",
): { infos: Info[]; problems: Problem[] } {
  const all = readInOrder(call, paths, selector);
  return {
    infos: all.filter((each) => "ref" in each),
    problems: all.filter((each): each is Problem => !("ref" in each)),
  };
}

function readInOrder(
  call: Call,
  paths: readonly string[],
  selector: string,
): readonly (Info | Problem)[] {
  requirePaths(call, paths);
  const validation =
    call.flags.has("validate") && validationOf(call) !== "Ignore" ? "validated" : "not validated";
  return sourcesOf(call, paths).flatMap(({ label, text: written, error }) => {
    const parsed: ParsedManifest =
      error === undefined ? parseManifest(written, label) : { documents: [], error };
    const infoOf = (document: unknown): readonly (Info | Problem)[] => {
      const place = parsed.documents.includes(document) ? "of its own" : "in a list";
      const wrong = objectProblem(document, label, validation);
      const info = wrong ?? toInfo(call, document, label, place);
      if (typeof info === "string") return [{ text: info }];
      return selector === "" || matchesLabels(info.object, selector) ? [info] : [];
    };
    const read: (Info | Problem)[] = [];
    for (const document of parsed.documents) {
      const opened = openLists(document, label, validation);
      read.push(...(typeof opened === "string" ? [{ text: opened }] : opened.flatMap(infoOf)));
      // What is not valid ends its file, as kubectl reads it.
      if (read.some(isInvalid)) return read;
    }
    return parsed.error === undefined ? read : [...read, { text: parsed.error }];
  });
}

function isInvalid(read: Info | Problem): boolean {
  return "text" in read && read.text.startsWith("error validating ");
}

function toInfo(
  call: Call,
  document: unknown,
  source: string,
  place: "of its own" | "in a list",
): Info | string {
  const object = withoutAutoscalingV1({
    ...map(document),
    apiVersion: text(document, "apiVersion"),
    kind: text(document, "kind"),
    metadata: { ...map(document, "metadata"), name: text(document, "metadata", "name") },
  });
  const kind = kindOfObject(call.io, object);
  const { name, namespace } = object.metadata;
  if (kind === undefined) {
    const unknown = `no matches for kind ${goQuote(object.kind)} in version ${goQuote(object.apiVersion)}`;
    if (place === "in a list") return `unable to recognize ${unknown}`;
    return (
      `resource mapping not found for name: ${goQuote(name)} namespace: ${goQuote(namespace ?? "")} ` +
      `from ${goQuote(source)}: ${unknown}\nensure CRDs are installed first`
    );
  }
  // Without a server nobody knows that the kind has namespaces.
  if (!kind.namespaced || isLocal(call)) {
    return { kind, ref: refOf(call, kind, name), object, source };
  }
  if (call.namespaceGiven && namespace !== undefined && namespace !== call.namespace) {
    return (
      `the namespace from the provided object ${goQuote(namespace)} does not match the namespace ` +
      `${goQuote(call.namespace)}. You must pass '--namespace=${namespace}' to perform this operation.`
    );
  }
  const home = namespace ?? call.namespace;
  const placed = { ...object, metadata: { ...object.metadata, namespace: home } };
  return { kind, ref: refOf(call, kind, name, home), object: placed, source };
}

/** The one exit text that several verbs share. */
export function requireFiles(call: Call): void {
  if (filesOf(call).length === 0) exitWith("error: must specify one of -f and -k");
}
