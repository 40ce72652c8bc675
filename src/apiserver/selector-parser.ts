/** The syntax of label selectors (apimachinery labels.Parse, v0.37.2). */
import { compareText } from "../api/order.ts";
import {
  checkKey,
  checkRequirement,
  type Operator,
  type Requirement,
} from "./selector-requirement.ts";

export type ParsedRequirements =
  | { readonly ok: true; readonly value: readonly Requirement[] }
  | { readonly ok: false; readonly error: string };

type TokenKind = "end" | "error" | "identifier" | ")" | "," | "(" | Operator;

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

/** Words that are operators after a key and plain words elsewhere. */
const KEYWORDS: readonly string[] = ["in", "notin"];
const SYMBOLS: Readonly<Record<string, TokenKind>> = {
  ")": ")",
  ",": ",",
  "!": "!",
  "==": "==",
  "=": "=",
  ">": "gt",
  "<": "lt",
  "!=": "!=",
  "(": "(",
};
const BINARY_OPERATORS = "in, notin, =, ==, !=, gt, lt";

/** The terms in the order of the text, or Kubernetes' error. */
export function parseRequirements(text: string): ParsedRequirements {
  try {
    return { ok: true, value: new SelectorParser(scan(text)).parse() };
  } catch (error) {
    if (error instanceof SyntaxFault) return { ok: false, error: error.message };
    throw error;
  }
}

/** Thrown and caught within this file. */
class SyntaxFault extends Error {}

class SelectorParser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): readonly Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === "end") return requirements;
      if (token.kind !== "identifier" && token.kind !== "!") {
        throw new SyntaxFault(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const after = this.#take();
      if (after.kind === "end") return requirements;
      if (after.kind !== ",") {
        throw new SyntaxFault(`found '${after.text}', expected: ',' or 'end of string'`);
      }
      const { kind, text } = this.#peek();
      if (kind !== "identifier" && kind !== "!") {
        throw new SyntaxFault(`found '${text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): Requirement {
    try {
      const requirement = this.#readRequirement();
      const error = checkRequirement(requirement);
      if (error !== undefined) throw new SyntaxFault(error);
      return requirement;
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      throw new SyntaxFault(`unable to parse requirement: ${error.message}`);
    }
  }

  #readRequirement(): Requirement {
    let token = this.#take();
    const negated = token.kind === "!";
    if (negated) token = this.#take();
    if (token.kind !== "identifier") {
      throw new SyntaxFault(`found '${token.text}', expected: identifier`);
    }
    const key = token.text;
    const badKey = checkKey(key, "<nil>");
    if (badKey !== undefined) throw new SyntaxFault(badKey);
    if (negated) return { key, operator: "!", values: [] };
    const { kind } = this.#peek();
    if (kind === "end" || kind === ",") return { key, operator: "exists", values: [] };
    const operator = this.#operator();
    const isList = operator === "in" || operator === "notin";
    const values = isList ? this.#values() : [this.#value()];
    return { key, operator, values: unique(values) };
  }

  #operator(): Operator {
    const { kind, text } = this.#tokens[this.#next++] ?? END;
    switch (kind) {
      case "in":
      case "notin":
      case "=":
      case "==":
      case "!=":
      case "gt":
      case "lt":
        return kind;
      default:
        throw new SyntaxFault(`found '${text}', expected: ${BINARY_OPERATORS}`);
    }
  }

  #value(): string {
    const { kind } = this.#peek();
    if (kind === "end" || kind === ",") return "";
    const token = this.#take();
    if (token.kind === "identifier") return token.text;
    throw new SyntaxFault(`found '${token.text}', expected: identifier`);
  }

  #values(): readonly string[] {
    const open = this.#take();
    if (open.kind !== "(") throw new SyntaxFault(`found '${open.text}' expected: '('`);
    const { kind, text } = this.#peek();
    if (kind === ")") {
      this.#take();
      return [""];
    }
    if (kind !== "identifier" && kind !== ",") {
      throw new SyntaxFault(`found '${text}', expected: ',', ')' or identifier`);
    }
    const values = this.#list();
    this.#take();
    return values;
  }

  /** Up to the closing parenthesis; empty places count as empty values. */
  #list(): readonly string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.#take();
      const after = this.#peek();
      if (token.kind === "identifier") {
        values.push(token.text);
        if (after.kind === ")") return values;
        if (after.kind !== ",") {
          throw new SyntaxFault(`found '${after.text}', expected: ',' or ')'`);
        }
      } else if (token.kind === ",") {
        if (values.length === 0 || after.kind === ",") values.push("");
        if (after.kind === ")") return [...values, ""];
      } else {
        throw new SyntaxFault(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }

  #peek(): Token {
    return asWord(this.#tokens[this.#next] ?? END);
  }

  #take(): Token {
    return asWord(this.#tokens[this.#next++] ?? END);
  }
}

const END: Token = { kind: "end", text: "" };

/** Only the place after a key makes `in` and `notin` operators. */
function asWord(token: Token): Token {
  return KEYWORDS.includes(token.kind) ? { kind: "identifier", text: token.text } : token;
}

function scan(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let rest = text.replace(/^[ \t\r\n]+/, "");
  while (rest !== "") {
    const word = /^[^=!(),<> \t\r\n]+/.exec(rest)?.[0];
    const taken = word ?? symbolOf(rest);
    if (word === "in" || word === "notin") tokens.push({ kind: word, text: word });
    else if (word !== undefined) tokens.push({ kind: "identifier", text: word });
    else tokens.push({ kind: SYMBOLS[taken] ?? "error", text: taken });
    rest = rest.slice(taken.length).replace(/^[ \t\r\n]+/, "");
  }
  return [...tokens, END];
}

/** The longest operator at the start. */
function symbolOf(text: string): string {
  const two = text.slice(0, 2);
  return SYMBOLS[two] === undefined ? text.slice(0, 1) : two;
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].toSorted(compareText);
}
