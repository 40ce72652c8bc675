/** Whether tags are closed in order, attributes quoted, and no text holds what would open one. */
export function wellFormed(text: string): string {
  const open: string[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const between = /^[^<]+/.exec(rest)?.[0] ?? "";
    if (/&(?!amp;|lt;|gt;|quot;|#39;)/.test(between)) return `a bare & in ${between}`;
    rest = rest.slice(between.length);
    if (rest === "") break;
    const tag = /^<(\/?)([a-z][\w-]*)((?:\s+[\w:-]+="[^"<&]*")*)\s*(\/?)>/i.exec(rest);
    if (tag === null) return `no tag: ${rest.slice(0, 60)}`;
    const [whole, closes = "", name = "", , single = ""] = tag;
    if (closes !== "" && open.pop() !== name) return `</${name}> closes another`;
    if (closes === "" && single === "") open.push(name);
    rest = rest.slice(whole.length);
  }
  return open.length === 0 ? "well-formed" : `${open.join(", ")} open at the end`;
}
