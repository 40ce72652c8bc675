/**
 * What the tag of an image reference is, as the API server reads it for the default pull policy
 * (pkg/util/parsers ParseImageName over distribution/reference).
 */

const PATH = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = `(?:${LABEL}(?:\\.${LABEL})*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?`;
const DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const REFERENCE = new RegExp(
  `^((?:${DOMAIN}/)?${PATH}(?:/${PATH})*)(?::([\\w][\\w.-]{0,127}))?(?:@(${DIGEST}))?$`,
);
const DIGEST_DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** The tag, `latest` where the image has neither tag nor digest, "" where the name is malformed. */
export function imageTag(image: string): string {
  if (/^[a-f0-9]{64}$/.test(image)) return "";
  const [domain, rest] = splitDomain(image);
  const remote = rest.split(":", 1)[0] ?? "";
  if (remote !== remote.toLowerCase()) return "";
  const match = REFERENCE.exec(`${domain}/${rest}`);
  if (match === null || (match[1] ?? "").length > 255) return "";
  const digest = match[3];
  if (digest !== undefined) {
    const [algorithm = "", hex = ""] = digest.split(":");
    if (DIGEST_DIGITS[algorithm] !== hex.length || /[A-F]/.test(hex)) return "";
  }
  return match[2] ?? (digest === undefined ? "latest" : "");
}

function splitDomain(image: string): readonly [string, string] {
  const slash = image.indexOf("/");
  const first = image.slice(0, Math.max(slash, 0));
  const isDomain = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  const domain = slash === -1 || !isDomain ? "docker.io" : first;
  const rest = slash === -1 || !isDomain ? image : image.slice(slash + 1);
  if (domain !== "docker.io" && domain !== "index.docker.io") return [domain, rest];
  return ["docker.io", rest.includes("/") ? rest : `library/${rest}`];
}
