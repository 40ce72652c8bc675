/**
 * Refuses text that would take the YAML parser minutes, gigabytes or its stack: a linear scan of the
 * lexer's tokens before anything is parsed.
 */
import { Lexer } from "yaml";
import { problemAt, type Problem, type Source } from "./problem.ts";

const mebi = 1024 * 1024;
/** The longest text that is read, in UTF-16 units. The manifests of whole operators, with their CRDs, have some Mi. */
const longestText = 8 * mebi;
/** A parsed token takes up to 400 bytes; a document of Kubernetes has ten characters a token. */
const mostTokens = 1.5 * mebi;
const deepest = 64;
const mostDocuments = 2000;
const most = "the most that is read is 8 Mi, and 1.5 Mi words and signs: split it";

/** A text's tokens, as the YAML lexer cuts it, for its parser; or why it is not parsed. */
export type Lexed =
  | { readonly ok: true; readonly tokens: readonly string[] }
  | { readonly ok: false; readonly problem: Problem };

export function lex(source: Source): Lexed {
  const { text } = source;
  if (text.length > longestText) {
    const size = (text.length / mebi).toFixed(1);
    return refuse(source, 0, "too-large", `the file has ${size} Mi characters; ${most}`);
  }
  // Most files are plain; all of Unicode takes half a millisecond to make ready for.
  const refused = /^[\t\n\r -~]*$/.test(text) ? -1 : text.search(unprintable());
  if (refused !== -1) {
    const code = (text.codePointAt(refused) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return refuse(source, refused, "not-text", `character U+${code} is not allowed in YAML`);
  }
  return tokensOf(source);
}

/** What YAML 1.2.2, 5.1, does not count as printable. */
const unprintable = (): RegExp =>
  /[^\t\n\r\u{20}-\u{7e}\u{85}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** Counts open brackets, indicators on one line, documents and all tokens. */
function tokensOf(source: Source): Lexed {
  let offset = 0;
  let flow = 0;
  let inLine = 0;
  let documents = 0;
  const tokens: string[] = [];
  for (const token of new Lexer().lex(source.text)) {
    if (token === "[" || token === "{") flow++;
    else if (token === "]" || token === "}") flow--;
    else if (token === "-" || token === "?") inLine++;
    else if (token === "\n" || token === "\r\n") inLine = 0;
    else if (token === "---") documents++;
    if (tokens.push(token) > mostTokens) {
      return refuse(source, offset, "too-large", `the file has too many words and signs; ${most}`);
    }
    if (flow < 0) return refuse(source, offset, "yaml-syntax", `"${token}" closes nothing`);
    if (flow + inLine > deepest) {
      return refuse(source, offset, "too-deep", `nested deeper than ${deepest} levels`);
    }
    if (documents > mostDocuments) {
      return refuse(source, offset, "too-large", `more than ${mostDocuments} documents`);
    }
    if (!isControl(token)) offset += token.length;
  }
  return { ok: true, tokens };
}

/** The lexer marks documents, scalars and the end of flows with control characters of its own. */
function isControl(token: string): boolean {
  return token === "\u{02}" || token === "\u{18}" || token === "\u{1f}" || token === "\u{feff}";
}

function refuse(source: Source, offset: number, code: string, message: string): Lexed {
  const problem = problemAt(source, { start: offset, end: offset + 1 }, { code, message });
  return { ok: false, problem };
}
