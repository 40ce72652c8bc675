/** Names, tags and digests of images. Mirrors the ImageTagTransformer (v0.21.1). */
import { refuseOutright } from "./failure.ts";
import { parseFieldSpec, setField } from "./field-specs.ts";
import type { ImageEntry } from "./kustomization.ts";
import { goRegExp } from "./go-regexp.ts";
import { gvkOf, type Resource } from "./resource.ts";
import tables from "./tables.json" with { type: "json" };
import { isTreeMap, textOf, type Tree } from "./tree.ts";

export function setImages(resources: readonly Resource[], image: ImageEntry): void {
  const tail = "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?";
  const pattern = goRegExp(`^${image.name}${tail}$`);
  if (typeof pattern === "string")
    return refuseOutright(`images: ${image.name} is no name: ${pattern}`);
  const set = (value: Tree): Tree => {
    const text = textOf(value);
    return pattern.test(text) ? changed(text, image) : value;
  };
  const specs = tables.images.map(parseFieldSpec);
  for (const resource of resources) {
    // A definition's schema may say "image", too.
    if (gvkOf(resource).kind === "CustomResourceDefinition") continue;
    inContainers(resource.object, set);
    for (const spec of specs) setField(resource.object, spec, set);
  }
}

/** In each list called containers or initContainers, wherever it is. */
function inContainers(value: Tree, set: (value: Tree) => Tree): void {
  if (Array.isArray(value)) for (const item of value) inContainers(item, set);
  if (!isTreeMap(value)) return;
  for (const [key, member] of value) {
    inContainers(member, set);
    if ((key !== "containers" && key !== "initContainers") || !Array.isArray(member)) continue;
    for (const container of member) {
      const image = isTreeMap(container) ? container.get("image") : undefined;
      if (image !== undefined && isTreeMap(container)) container.set("image", set(image));
    }
  }
}

function changed(text: string, { newName, newTag, digest, tagSuffix }: ImageEntry): string {
  const parts = splitImage(text);
  const name = newName === "" ? parts.name : newName;
  if (newTag !== "") return joined(name, newTag, digest);
  if (digest !== "") return joined(name, "", digest);
  if (tagSuffix !== "") return joined(name, parts.tag + tagSuffix, "");
  return joined(name, parts.tag, parts.digest);
}

function joined(name: string, tag: string, digest: string): string {
  return name + (tag === "" ? "" : `:${tag}`) + (digest === "" ? "" : `@${digest}`);
}

/** What stands before the first slash may have a port. */
function splitImage(text: string): { name: string; tag: string; digest: string } {
  const from = Math.max(0, text.indexOf("/"));
  const digestAt = text.indexOf("@", from);
  const colon = text.indexOf(":", from);
  const tagAt = colon >= 0 && (digestAt < 0 || colon < digestAt) ? colon : -1;
  const end = digestAt < 0 ? text.length : digestAt;
  return {
    name: text.slice(0, tagAt < 0 ? end : tagAt),
    tag: tagAt < 0 ? "" : text.slice(tagAt + 1, end),
    digest: digestAt < 0 ? "" : text.slice(digestAt + 1),
  };
}
