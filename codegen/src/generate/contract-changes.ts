/** An operation as the contract has it. */
export interface ContractFacts {
  readonly parameters: {
    readonly properties: Readonly<Record<string, unknown>>;
    readonly additionalProperties: boolean;
  };
  readonly [fact: string]: unknown;
}

type Operations = Readonly<Record<string, ContractFacts>>;

/** What an older release's operation has otherwise: facts replaced (null: it has none), parameters replaced and taken away. */
interface OperationChange {
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly gone?: readonly string[];
}

/** An older release, written as what it has otherwise than the current one. */
export interface ContractChanges {
  /** Operations that came later. */
  readonly gone: readonly string[];
  /** Operations that the current release has no more, or that are otherwise as a whole. */
  readonly own: Operations;
  readonly changed: Readonly<Record<string, OperationChange>>;
}

/** Compares by content: what both have stays unwritten, which is most. */
export function contractChanges(current: Operations, older: Operations): ContractChanges {
  const both: [string, OperationChange][] = [];
  const own: [string, ContractFacts][] = [];
  for (const [route, operation] of Object.entries(older)) {
    const now = current[route];
    if (now?.parameters.additionalProperties === operation.parameters.additionalProperties) {
      both.push([route, operationChange(now, operation)]);
    } else own.push([route, operation]);
  }
  return {
    gone: Object.keys(current).filter((route) => older[route] === undefined),
    own: Object.fromEntries(own),
    changed: Object.fromEntries(both.filter(([, change]) => Object.keys(change).length > 0)),
  };
}

function operationChange(now: ContractFacts, older: ContractFacts): OperationChange {
  const { parameters: present, ...facts } = now;
  const { parameters: past, ...olderFacts } = older;
  const changed = {
    ...difference(facts, olderFacts),
    ...Object.fromEntries(Object.keys(facts).flatMap((key) => (key in olderFacts ? [] : [[key, null]]))),
  };
  const set = difference(present.properties, past.properties);
  const gone = Object.keys(present.properties).filter((name) => !(name in past.properties));
  return {
    ...(Object.keys(changed).length > 0 && { facts: changed }),
    ...(Object.keys(set).length > 0 && { set }),
    ...(gone.length > 0 && { gone }),
  };
}

/** The entries of the second that are not those of the first. */
function difference(first: Readonly<Record<string, unknown>>, second: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(second);
  return Object.fromEntries(entries.filter(([key, value]) => JSON.stringify(first[key]) !== JSON.stringify(value)));
}
