/** What a client's requests carry, by user: each value that only a share has makes its own draw. */
import type { StringMap } from "../api/meta.ts";
import type { Random } from "../engine/random.ts";
import { keyed } from "./draws.ts";
import type { Carried, ClientOptions, SharedValue } from "./options.ts";
import type { RequestContent } from "./route.ts";

type Part = "headers" | "cookies" | "query";

/** A value that not all users have. */
interface Varying {
  readonly part: Part;
  readonly name: string;
  readonly values: readonly SharedValue[];
  readonly draw: (user: number) => number;
}

const PARTS: readonly Part[] = ["headers", "cookies", "query"];

export class Contents {
  readonly #options: ClientOptions;
  readonly #varying: readonly Varying[];

  /** `client` is its number in the traffic. */
  constructor(options: ClientOptions, client: number, random: Random) {
    this.#options = options;
    this.#varying = PARTS.flatMap((part) =>
      Object.entries(options[part] ?? {}).flatMap(([name, values]) => {
        if (typeof values === "string") return [];
        const draw = keyed(random, `${part}/${name}`);
        return [{ part, name, values, draw: (user: number) => draw(user, client) }];
      }),
    );
  }

  /** The number of what a user's requests carry; equal for users whose requests carry the same. */
  kindOf(user: number): number {
    let kind = 0;
    for (const { values, draw } of this.#varying) {
      kind = kind * (values.length + 1) + chosen(values, draw(user));
    }
    return kind;
  }

  content(kind: number): RequestContent {
    const parts: Record<Part, Record<string, string>> = { headers: {}, cookies: {}, query: {} };
    for (const part of PARTS) Object.assign(parts[part], constant(this.#options[part] ?? {}));
    let rest = kind;
    for (const { part, name, values } of this.#varying.toReversed()) {
      const shared = values[rest % (values.length + 1)];
      rest = Math.floor(rest / (values.length + 1));
      if (shared !== undefined) parts[part][name] = shared.value;
    }
    const { method = "GET", path = "/" } = this.#options;
    return { method, path, ...parts, headers: withCookies(parts.headers, parts.cookies) };
  }
}

/** The index of the value that a draw of 32 bits falls on; `values.length`: none. */
function chosen(values: readonly SharedValue[], bits: number): number {
  let left = bits / 0x1_0000_0000;
  for (let i = 0; i < values.length; i++) {
    left -= values[i]!.share;
    if (left < 0) return i;
  }
  return values.length;
}

function constant(carried: Carried): StringMap {
  const entries = Object.entries(carried).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(entries) as StringMap;
}

/** Cookies travel in the header `cookie`. */
function withCookies(headers: StringMap, cookies: StringMap): StringMap {
  const lower = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  const pairs = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
  return {
    ...Object.fromEntries(lower),
    ...(pairs.length === 0 ? {} : { cookie: pairs.join("; ") }),
  };
}
