/**
 * Rules for IP addresses and ranges in fields that predate the strict spelling
 * (apimachinery util/validation ip.go, v0.37.2).
 */
import { invalid, type Causes } from "./errors.ts";

const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

/** An IPv4 or IPv6 address. */
export function validateIp(text: string, field: string): Causes {
  if (isIpv4(text) || isIpv6(text)) return [];
  const rule = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
  return [invalid(field, text, rule)];
}

/** A range such as `10.0.0.0/8`. */
export function validateCidr(text: string, field: string): Causes {
  const match = /^(.*)\/(\d{1,3})$/.exec(text);
  const [, address = "", bits = "999"] = match ?? [];
  const fits = (isIpv4(address) && Number(bits) <= 32) || (isIpv6(address) && Number(bits) <= 128);
  const rule = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
  return match !== null && fits ? [] : [invalid(field, text, rule)];
}

/** Four decimal numbers, without leading zeros. */
export function isIpv4(text: string): boolean {
  return IPV4.test(text) && !text.split(".").some((part) => /^0\d/.test(part));
}

function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const embedded = isIpv4(last);
  const hex = embedded ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const size = hex.length + (embedded ? 2 : 0);
  return halves.length === 2 ? size < 8 : size === 8;
}
