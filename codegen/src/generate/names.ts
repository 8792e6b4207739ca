import type { SpecOperation } from "./spec-operations.js";

/** `/nodes/{node}/qemu/{vmid}/clone` → `NodesNodeQemuVmidClone`. */
export function pathName(path: string): string {
  return path
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => pascal(segment.replace(/[{}]/g, "")))
    .join("");
}

/** `PostNodesNodeQemuVmidClone`: the stem of an operation's type names. */
export function operationName({ method, path }: Pick<SpecOperation, "method" | "path">): string {
  return pascal(method.toLowerCase()) + pathName(path);
}

/** `qemu-net` → `QemuNet`. */
export function grammarTypeName(grammar: string): string {
  return pascal(grammar);
}

/** A property name, quoted where it is no identifier. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function pascal(words: string): string {
  return words
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
