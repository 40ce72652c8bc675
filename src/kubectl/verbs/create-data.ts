/**
 * kubectl create configmap and create secret: data from literals, files and env files. Mirrors
 * kubectl/pkg/cmd/create (v0.37.2); key pairs of TLS are not checked.
 */
import type { Call } from "../call.ts";
import { base64Of } from "../../api/base64.ts";
import { fail, goQuote } from "../errors.ts";
import { refuseVariableName } from "../pairs.ts";
import { sortedKeys } from "../fields.ts";
import type { ManifestFile } from "../io.ts";
import { nameHash } from "../kustomize/hashes.ts";
import { compactJson } from "../output/gojson.ts";
import { beginMaking, createGenerated, givenNamespace, type Making } from "./create.ts";

/** How the kind words that a key is wrong or there already. */
interface Words {
  readonly invalid: (key: string) => string;
  readonly twice: (key: string) => string;
}

export function createConfigMap(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const data = dataOf(call, ["from-file", "from-literal", "from-env-file"], {
    invalid: (key) => `${goQuote(key)} is not a valid key name for a ConfigMap: ${keyRule}`,
    twice: (key) =>
      `cannot add key ${goQuote(key)}, another key by that name already exists in Data for ` +
      `ConfigMap ${goQuote(name)}`,
  });
  const texts = sorted(data, (text) => text);
  const configMap = {
    apiVersion: "v1",
    ...(data.size === 0 ? {} : { data: texts }),
    kind: "ConfigMap",
    metadata: {
      name: finalName(call, name, { kind: "ConfigMap", data: texts }),
      ...givenNamespace(call),
    },
  };
  createGenerated(call, making, configMap, "failed to create configmap: ");
}

const secretWords: Words = {
  invalid: (key) => `${goQuote(key)} is not valid key name for a Secret ${keyRule}`,
  twice: (key) => `cannot add key ${key}, another key by that name already exists`,
};

export function createSecret(call: Call): void {
  const making = beginMaking(call, "one name");
  const sources = ["from-literal", "from-file", "from-env-file"] as const;
  makeSecret(call, making, call.flags.text("type"), dataOf(call, sources, secretWords));
}

export function createTlsSecret(call: Call): void {
  const making = beginMaking(call, "one name");
  const [cert, key] = [call.flags.text("cert"), call.flags.text("key")];
  if (cert === "" || key === "") fail("key and cert must be specified");
  const read = (path: string): string =>
    call.io.readFile(path)?.[0]?.text ??
    fail(`Cannot read file ${path}, open ${path}: no such file or directory`);
  const data = new Map([
    ["tls.crt", read(cert)],
    ["tls.key", read(key)],
  ]);
  makeSecret(call, making, "kubernetes.io/tls", data);
}

const dockerConfigKey = ".dockerconfigjson";

export function createRegistrySecret(call: Call): void {
  const making = beginMaking(call, "one name");
  const { flags } = call;
  const [server, username, password, email] = ["server", "username", "password", "email"].map(
    (part) => flags.text(`docker-${part}`),
  );
  const type = "kubernetes.io/dockerconfigjson";
  if (flags.list("from-file").length > 0) {
    return makeSecret(
      call,
      making,
      type,
      dataOf(call, ["from-file"], secretWords, dockerConfigKey),
    );
  }
  if (!server || !username || !password) {
    fail(
      "either --from-file or the combination of --docker-username, --docker-password and " +
        "--docker-server is required",
    );
  }
  const auth = {
    username,
    password,
    ...(email ? { email } : {}),
    auth: base64Of(`${username}:${password}`),
  };
  // Go writes these structs in the order of their fields.
  const members = Object.entries(auth).map(
    ([key, value]) => `${goQuote(key)}:${compactJson(value)}`,
  );
  const config = `{"auths":{${compactJson(server)}:{${members.join(",")}}}}`;
  makeSecret(call, making, type, new Map([[dockerConfigKey, config]]));
}

function makeSecret(
  call: Call,
  making: Making,
  type: string,
  data: ReadonlyMap<string, string>,
): void {
  const texts = sorted(data, base64Of);
  const secret = {
    apiVersion: "v1",
    ...(data.size === 0 ? {} : { data: texts }),
    kind: "Secret",
    metadata: {
      name: finalName(call, making.name, { kind: "Secret", type, data: texts }),
      ...givenNamespace(call),
    },
    ...(type === "" ? {} : { type }),
  };
  createGenerated(call, making, secret, "failed to create secret ");
}

/** --append-hash: another name for other data (kubectl/pkg/util/hash). */
function finalName(call: Call, name: string, content: object): string {
  return call.flags.bool("append-hash") ? `${name}-${nameHash({ name, ...content })}` : name;
}

function sorted(
  data: ReadonlyMap<string, string>,
  shown: (text: string) => string,
): Readonly<Record<string, string>> {
  const plain = Object.fromEntries(data);
  return Object.fromEntries(sortedKeys(plain).map((key) => [key, shown(plain[key] ?? "")]));
}

type Source = "from-literal" | "from-file" | "from-env-file";

function dataOf(
  call: Call,
  sources: readonly Source[],
  words: Words,
  bareKey?: string,
): ReadonlyMap<string, string> {
  const { flags } = call;
  const given = sources.filter((source) => flags.list(source).length > 0);
  if (given.includes("from-env-file") && given.length > 1) {
    fail("from-env-file cannot be combined with from-file or from-literal");
  }
  const data = new Map<string, string>();
  const read = {
    "from-literal": (source: string) => [literal(source)],
    "from-file": (source: string) => filesOf(call, source, bareKey),
    "from-env-file": (source: string) => environment(call, source),
  };
  for (const source of given) {
    for (const [key, text] of flags.list(source).flatMap((value) => read[source](value))) {
      if (!/^[-._a-zA-Z0-9]{1,253}$/u.test(key) || /^\.\.?$/u.test(key) || key.startsWith("..")) {
        fail(words.invalid(key));
      }
      if (data.has(key)) fail(words.twice(key));
      data.set(key, text);
    }
  }
  return data;
}

const keyRule =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or " +
  "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

type Pair = readonly [key: string, text: string];

function literal(source: string): Pair {
  const equals = source.indexOf("=");
  if (equals < 1) fail(`invalid literal source ${source}, expected key=value`);
  return [source.slice(0, equals), source.slice(equals + 1)];
}

function filesOf(call: Call, source: string, bareKey: string | undefined): readonly Pair[] {
  const parts = source.split("=");
  if (parts.length > 2) fail("key names or file paths cannot contain '='");
  const path = parts.at(-1) ?? "";
  const key = parts.length === 2 ? parts[0] : bareKey;
  if (key === "") fail(`key name for file path ${path} missing`);
  if (path === "") fail(`file path for key name ${key} missing`);
  const files = readSource(call, path);
  const [only] = files;
  if (only !== undefined && files.length === 1 && only.name === path) {
    return [[key ?? baseName(only), only.text]];
  }
  if (key !== undefined) fail("cannot give a key name for a directory path");
  return files.map((file) => [baseName(file), file.text]);
}

function baseName({ name }: ManifestFile): string {
  return name.split("/").at(-1) ?? name;
}

function readSource(call: Call, path: string): readonly ManifestFile[] {
  return call.io.readFile(path) ?? fail(`error reading ${path}: no such file or directory`);
}

/** `KEY=value` lines; a key alone takes its value from the environment. */
function environment(call: Call, path: string): readonly Pair[] {
  const [file] = readSource(call, path);
  const lines = (file?.text ?? "").replace(/^\uFEFF/u, "").split(/\r?\n/u);
  return lines.flatMap((line): readonly Pair[] => {
    const text = line.trimStart();
    if (text === "" || text.startsWith("#")) return [];
    const [key = "", ...rest] = text.split("=");
    refuseVariableName(key);
    return [[key, rest.length === 0 ? (call.io.env?.[key] ?? "") : rest.join("=")]];
  });
}
