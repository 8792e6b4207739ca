import { type StatementStructures, StructureKind } from "ts-morph";
import { callInterface } from "./client-call.js";
import type { TreeInterfaces } from "./client-tree.js";
import { treeInterfaces } from "./client-tree.js";
import { type OperationTypes, TypeCollector } from "./client-types.js";
import { grammarTypeName } from "./names.js";
import { aliasStatement } from "./record-types.js";

/** The types of one older release: what it lacks is absent, everything else is the newest release's own type. */
export interface ReleaseTypes {
  readonly release: string;
  readonly operations: readonly OperationTypes[];
  /** Parameter interfaces that are not those of the newest release. */
  readonly interfaces: readonly StatementStructures[];
  readonly grammars: readonly string[];
  readonly tree: TreeInterfaces;
}

/** Takes away what came after a release. Results stay those of the newest one; a newer field says so in its comment. */
export function releaseTypes(release: string, newest: readonly OperationTypes[]): ReleaseTypes {
  const collector = new TypeCollector();
  const changed = new Set<string>();
  const grammars = new Set<string>();
  const interfaces: StatementStructures[] = [];
  const operations = newest.flatMap((types): OperationTypes[] => {
    const { operation } = types;
    if (isNewer(operation.since, release)) return changed.add(operation.path) && [];
    const parameters = operation.parameters.filter((parameter) => !isNewer(parameter.schema["x-pve-since"], release));
    if (parameters.length === operation.parameters.length) return [types];
    changed.add(operation.path);
    const own = collector.add({ ...operation, parameters });
    return [{ ...own, result: types.result, isOwn: true }];
  });
  const owned = operations.filter(({ isOwn }) => isOwn).flatMap(({ body, params }) => [body, params]);
  for (const { interfaces: all, aliases, grammars: used } of collector.areas.values()) {
    const isOwned = ({ name }: { readonly name: string }) =>
      owned.some((own) => own !== undefined && belongs(name, own));
    interfaces.push(...all.filter(isOwned), ...aliases.filter(isOwned).map(aliasStatement));
    for (const grammar of used) grammars.add(grammarTypeName(grammar));
  }
  const mentioned = JSON.stringify(interfaces);
  return {
    release,
    operations,
    interfaces,
    grammars: [...grammars].filter((name) => new RegExp(`\\b${name}\\b`).test(mentioned)).sort(),
    tree: treeInterfaces(operations, changed),
  };
}

/** Whether a declaration is the parameters named so, or a part of them: what its types share, one type, its path. */
function belongs(name: string, own: string): boolean {
  return name === own || (name.startsWith(own) && !/^(Result|Item)/.test(name.slice(own.length)));
}

/** Whether something came after a release; what has no `since` is as old as the oldest supported one. */
function isNewer(since: string | undefined, release: string): boolean {
  return since !== undefined && compareReleases(since, release) > 0;
}

/** Negative, 0 or positive, as the first release is older than, the same as or newer than the second. */
export function compareReleases(a: string, b: string): number {
  const [left = [], right = []] = [a, b].map((text) => text.split(".").map(Number));
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}

/** The `Operations` of a release and the client that calls no others. */
export function releaseStatements({ release, operations }: ReleaseTypes): (StatementStructures | string)[] {
  const bare = operations.filter(({ paramsOptional }) => paramsOptional).map(({ operation }) => operation.route);
  return [
    {
      kind: StructureKind.Interface,
      name: "Operations",
      isExported: true,
      docs: [`Every operation of Proxmox VE ${release} by its route.`],
      properties: operations.map(({ operation, params, result }) => ({
        name: JSON.stringify(operation.route),
        type: `{ params: ${params ?? "NoParams"}; result: ${result} }`,
      })),
    },
    `/** A route of Proxmox VE ${release}. */\nexport type OperationId = keyof Operations;`,
    `/** A route that can be called without parameters. */\nexport type BareOperationId = ${bare.map((route) => JSON.stringify(route)).join(" | ")};`,
    `/** The parameters of an operation, path included. */\nexport type ParamsOf<Route extends OperationId> = Operations[Route]["params"];`,
    `/** What an operation resolves to. */\nexport type ResultOf<Route extends OperationId> = Operations[Route]["result"];`,
    callInterface(operations, ["Calls an operation by its route; see `PveCall` of `@pve/client`."]),
    clientText(release),
  ];
}

function clientText(release: string): string {
  return `/**
 * A client that calls only what Proxmox VE ${release} has: \`const pve: PveClient = createClient(…)\`.
 */
export interface PveClient extends PveTree, PveHandle {
  /** Calls an operation by its route. */
  readonly call: PveCall;
  /** A client with other defaults for its calls, over the same connections and the same login. */
  withOptions(options: CallDefaults): PveClient;
  /** Whether the server's release knows an operation of any supported release, and these parameters of it. */
  supports(route: AnyOperationId, params?: readonly string[]): Promise<boolean>;
}`;
}
