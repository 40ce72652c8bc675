/**
 * The folders of a build: where files are looked for, and which may be read. Paths are shown as they lead from
 * where kubectl runs; kustomize shows whole ones. Links are not followed. Mirrors api/internal/loader (v0.21.1).
 */
import type { ManifestFile } from "../io.ts";
import { leaveOut, refuse, refuseOutright, within } from "./failure.ts";

export type ReadFile = (path: string) => readonly ManifestFile[] | undefined;

/** Which files a kustomization may name: below its own folder, or all. */
export type LoadRestrictor = "LoadRestrictionsRootOnly" | "LoadRestrictionsNone";

/** Bases of bases can be many more than files: what a build enters at most. */
const mostFolders = 1000;

interface Reach {
  readonly readFile: ReadFile;
  readonly restrictor: LoadRestrictor;
  entered: number;
}

/** The folder that a build begins in. */
export function rootFolder(path: string, readFile: ReadFile, restrictor: LoadRestrictor): Folder {
  refuseRemote(path);
  const reach: Reach = { readFile, restrictor, entered: 0 };
  return new Folder(confirmed(reach, cleanPath(path), path), reach);
}

export class Folder {
  readonly root: string;
  readonly #reach: Reach;
  readonly #referrer: Folder | undefined;

  /** Of a path that is known to be a folder: see rootFolder and enter. */
  constructor(root: string, reach: Reach, referrer?: Folder) {
    this.root = root;
    this.#reach = reach;
    this.#referrer = referrer;
    reach.entered += 1;
    if (reach.entered > mostFolders) leaveOut(`a build of more than ${mostFolders} folders`);
  }

  /** A folder that this one names as a base or a component. */
  enter(path: string): Folder {
    if (path === "") refuse("new root cannot be empty");
    refuseRemote(path);
    if (path.startsWith("/")) refuse(`new root '${path}' cannot be absolute`);
    const root = confirmed(this.#reach, joined(this.root, path));
    this.#refuseCycle(root);
    return new Folder(root, this.#reach, this);
  }

  /** The text of a file. */
  load(path: string): string {
    refuseRemote(path);
    const full = joined(this.root, path);
    if (this.#reach.restrictor === "LoadRestrictionsNone") {
      const [text] = this.#reach.readFile(full) ?? [];
      if (text === undefined) return refuse(`open ${full}: no such file or directory`);
      return isFolder(this.#reach, full) ? refuse(`read ${full}: is a directory`) : text.text;
    }
    const found = existing(this.#reach, full);
    if (isFolder(this.#reach, full)) refuse(`'${full}' must resolve to a file`);
    const folder = full.includes("/") ? full.slice(0, full.lastIndexOf("/")) || "/" : ".";
    if (!isBelow(folder, this.root)) {
      refuse(`security; file '${full}' is not in or below '${this.root}'`);
    }
    return found[0]?.text ?? "";
  }

  has(path: string): boolean {
    const full = joined(this.root, path);
    return this.#reach.readFile(full) !== undefined && !isFolder(this.#reach, full);
  }

  #refuseCycle(root: string): void {
    if (isBelow(this.root, root)) {
      refuse(`cycle detected: candidate root '${root}' contains visited root '${this.root}'`);
    }
    if (this.#referrer !== undefined) this.#referrer.#refuseCycle(root);
  }
}

function refuseRemote(path: string): void {
  const remote = /^(?:[a-z]+:\/\/|git::|gh:|git@|github\.com[/:])|\?(?:ref|version|timeout)=/iu;
  if (remote.test(path)) refuseOutright(`"${path}" is not read: rollsim opens no network`);
}

function confirmed(reach: Reach, path: string, shown = path): string {
  return within("must build at directory", () => {
    if (shown === "") refuse("directory path cannot be empty");
    within("not a valid directory", () => existing(reach, path));
    return isFolder(reach, path) ? path : refuse(`'${shown}': file is not directory`);
  });
}

function existing(reach: Reach, path: string): readonly ManifestFile[] {
  const found = reach.readFile(path);
  if (found !== undefined) return found;
  const parts = path.split("/");
  const failing = parts
    .map((_, index) => parts.slice(0, index + 1).join("/"))
    .find((part) => part !== "" && part !== ".." && reach.readFile(part) === undefined);
  const shown = failing ?? path;
  const parent = shown.slice(0, Math.max(0, shown.lastIndexOf("/")));
  const inFile = parent !== "" && reach.readFile(parent) !== undefined && !isFolder(reach, parent);
  const why = inFile ? "not a directory" : `lstat ${shown}: no such file or directory`;
  return refuse(`evalsymlink failure on '${path}' : ${why}`);
}

/** A file is given as itself alone, a folder as the manifests in it. */
function isFolder({ readFile }: Reach, path: string): boolean {
  const found = readFile(path);
  if (found === undefined) return false;
  const [first] = found;
  return found.length !== 1 || first === undefined || cleanPath(first.name) !== path;
}

/** As Go's filepath.Clean. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== ".." || parts.at(-1) === ".." || (parts.length === 0 && !path.startsWith("/"))) {
      parts.push(part);
    } else parts.pop();
  }
  const clean = parts.join("/");
  if (path.startsWith("/")) return `/${clean}`;
  return clean === "" ? "." : clean;
}

function joined(root: string, path: string): string {
  return cleanPath(path.startsWith("/") ? path : `${root}/${path}`);
}

/** Whether a path is `root` or in it. */
function isBelow(path: string, root: string): boolean {
  if (path === root || root === "/") return true;
  if (!path.startsWith("/") && /^\.\.?(?:\/\.\.)*$/u.test(root)) {
    // From further up one comes to all that is named from less far up.
    const ups = (text: string): number => /^(?:\.\.\/)*/u.exec(`${text}/`)![0].length;
    return ups(path) <= ups(root);
  }
  return path.startsWith(`${root}/`);
}
