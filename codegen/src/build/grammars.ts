import type { FactSchema, ReleaseFacts, Route } from "../model.js";
import { splitRoute } from "../model.js";
import type { Formats } from "./formats.js";

/** The keys of one property string, named so that equal grammars share a name. */
export type Grammars = ReadonlyMap<string, Readonly<Record<string, FactSchema>>>;

/** What `nameGrammars` found: the grammars by name, and a look-up from an inline format to its name. */
export interface NamedGrammars {
  readonly byName: Grammars;
  nameOf(format: Readonly<Record<string, FactSchema>>): string;
  readonly formats: Formats;
}

/**
 * Names every inline property-string grammar after the thing that carries it (`qemu-net`, `lxc-mp`, `storage-bwlimit`).
 *
 * Grammars that differ only in keys they lack (a disk on reading has no `import-from`) share the larger one's name. Named
 * formats that are property strings keep the name they have.
 */
export function nameGrammars(facts: ReleaseFacts, formats: Formats): NamedGrammars {
  const byName = new Map(formats.grammars);
  const names = new Map<string, string>();
  const uses = collectUses(facts).sort(
    (a, b) => Object.keys(b.format).length - Object.keys(a.format).length || (a.name < b.name ? -1 : 1),
  );
  for (const { name, format } of uses) {
    const key = JSON.stringify(format);
    if (names.has(key)) continue;
    const unique = freeName(byName, name, format);
    names.set(key, unique);
    if (!byName.has(unique)) byName.set(unique, format);
  }
  for (const [format, { grammar }] of formats.rules) {
    if (typeof grammar === "string" && !byName.has(grammar))
      formats.fail(format, `there is no property-string grammar "${grammar}"`);
  }
  const sorted = new Map([...byName].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { byName: sorted, nameOf: (format) => names.get(JSON.stringify(format)) ?? missing(format), formats };
}

function missing(format: object): never {
  throw new Error(`a grammar was not collected: ${JSON.stringify(format).slice(0, 120)}`);
}

function freeName(
  known: ReadonlyMap<string, Readonly<Record<string, FactSchema>>>,
  name: string,
  format: Readonly<Record<string, FactSchema>>,
): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    const taken = known.get(candidate);
    if (
      taken === undefined ||
      Object.keys(format).every((key) => JSON.stringify(taken[key]) === JSON.stringify(format[key]))
    )
      return candidate;
  }
}

interface Use {
  readonly name: string;
  readonly format: Readonly<Record<string, FactSchema>>;
}

function collectUses(facts: ReleaseFacts): Use[] {
  const uses: Use[] = [];
  const visit = (route: Route, name: string, schema: FactSchema): void => {
    if (typeof schema.format === "object") uses.push({ name: `${owner(route)}-${name}`, format: schema.format });
    for (const [key, property] of Object.entries(schema.properties ?? {})) visit(route, stem(key), property);
    if (schema.items !== undefined) visit(route, name, schema.items);
    for (const variant of schema.oneOf ?? [])
      visit(route, [name, ...(variant["instance-types"] ?? [])].join("-"), variant);
  };
  for (const [route, operation] of Object.entries(facts.operations)) {
    visit(route, "", { properties: operation.parameters.properties });
    if (operation.returns !== undefined) visit(route, "result", operation.returns);
  }
  return uses;
}

function stem(key: string): string {
  return key.replace(/\[n\]$|\d+$/, "").replaceAll("_", "-");
}

/** The thing a grammar belongs to, in PVE's words. */
function owner(route: Route): string {
  const [first = "", second, third] = splitRoute(route)
    .path.split("/")
    .filter((segment) => segment !== "");
  if (first === "nodes")
    return third === "qemu" || third === "lxc" || third === "ceph" || third === "disks" ? third : "node";
  if (first === "cluster" && second === "mapping") return `mapping-${third}`;
  if (first === "cluster") return second === "options" ? "datacenter" : (second ?? first);
  return first;
}
