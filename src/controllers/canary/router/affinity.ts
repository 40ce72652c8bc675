/** Cookies that keep a user on the version that answered first (pkg/apis/flagger/v1beta1 BuildCookie). */
import { analysisOf, goDurationOf, type SessionAffinity } from "../../../api/canary.ts";
import { cookieValue } from "../metadata.ts";
import type { Sync } from "../sync.ts";

const DAY_SECONDS = 86_400;

export interface StickyCookies {
  /** What the weighted rule sets, by who answers. */
  readonly setCanary: string;
  readonly setPrimary?: string;
  /** Patterns of the Cookie header that lead back to each. */
  readonly canaryPattern: string;
  readonly primaryPattern?: string;
}

/** Cookies while the canary gets requests; made with the first weight, and kept in the status. */
export function stickyCookies(sync: Sync, affinity: SessionAffinity): StickyCookies {
  const status = { ...sync.canary.status, ...sync.cookies };
  const seed = `${sync.canary.metadata.uid ?? ""} ${sync.view.wallClockMs}`;
  const { cookieName, primaryCookieName = "" } = affinity;
  const canary = known(status.sessionAffinityCookie) ?? `${cookieName}=${cookieValue(seed)}`;
  const primary =
    known(status.primarySessionAffinityCookie) ??
    `${primaryCookieName}=${cookieValue(`primary ${seed}`)}`;
  const cookies = { sessionAffinityCookie: canary, primarySessionAffinityCookie: primary };
  sync.cookies = { ...sync.cookies, ...cookies };
  const { maxAge = 0 } = affinity;
  const setCanary = buildCookie(affinity, canary, maxAge === 0 ? DAY_SECONDS : maxAge);
  const sticky = { setCanary, canaryPattern: patternOf(canary) };
  if (primaryCookieName === "") return sticky;
  const interval = goDurationOf(analysisOf(sync.canary).interval) ?? 0;
  const setPrimary = buildCookie(affinity, primary, Math.trunc(interval / 1000));
  return { ...sticky, setPrimary, primaryPattern: patternOf(primary) };
}

/** The cookie of the run before, which is to be deleted now that the canary gets nothing. */
export function previousCookie(
  sync: Sync,
): { readonly pattern: string; readonly set: string } | undefined {
  const status = { ...sync.canary.status, ...sync.cookies };
  const previous = known(status.sessionAffinityCookie) ?? status.previousSessionAffinityCookie;
  sync.cookies = {
    ...sync.cookies,
    sessionAffinityCookie: "",
    ...(previous === undefined ? {} : { previousSessionAffinityCookie: previous }),
  };
  if (previous === undefined) return undefined;
  return { pattern: patternOf(previous), set: `${previous}; Max-Age=-1` };
}

function known(cookie = ""): string | undefined {
  return cookie === "" ? undefined : cookie;
}

function patternOf(cookie: string): string {
  const [name = "", value = ""] = cookie.split("=");
  return `.*${name}.*${value}.*`;
}

function buildCookie(affinity: SessionAffinity, cookie: string, maxAge: number): string {
  const { domain = "", path = "", sameSite = "" } = affinity;
  return [
    cookie,
    `Max-Age=${maxAge}`,
    ...(domain === "" ? [] : [`Domain=${domain}`]),
    ...(affinity.httpOnly === true ? ["HttpOnly"] : []),
    ...(affinity.partitioned === true ? ["Partitioned"] : []),
    ...(path === "" ? [] : [`Path=${path}`]),
    ...(sameSite === "" ? [] : [`SameSite=${sameSite}`]),
    ...(affinity.secure === true ? ["Secure"] : []),
  ].join("; ");
}
