import type { Contract, ContractOperation, Schema } from "./contract.js";
import { currentRelease, currentText, olderTexts } from "./generated/contract.gen.js";

type OlderRelease = keyof typeof olderTexts;

/** A release of PVE whose API the simulator can speak. */
export type Release = typeof currentRelease | OlderRelease;

/** What an older release has otherwise than the current one; see the emitter of the generated texts. */
interface ContractChanges {
  readonly gone: readonly string[];
  readonly own: Readonly<Record<string, ContractOperation>>;
  readonly changed: Readonly<
    Record<
      string,
      {
        readonly facts?: Readonly<Record<string, unknown>>;
        readonly set?: Readonly<Record<string, Schema>>;
        readonly gone?: readonly string[];
      }
    >
  >;
}

/** All of them, newest first. */
export const releases: readonly [Release, ...Release[]] = [
  currentRelease,
  ...(Object.keys(olderTexts) as OlderRelease[]).toReversed(),
];

/** Whether a release came before another one. */
export function isBefore(release: Release, other: Release): boolean {
  return releases.indexOf(release) > releases.indexOf(other);
}

const known = new Map<Release, Contract>();

/** What a release accepts; read when it is asked for the first time. */
export function contractOf(release: Release): Contract {
  let contract = known.get(release);
  if (!contract) {
    contract = release === currentRelease ? readCurrent() : readOlder(release);
    known.set(release, contract);
  }
  return contract;
}

function readCurrent(): Contract {
  return { release: currentRelease, operations: JSON.parse(currentText) as Contract["operations"] };
}

function readOlder(release: OlderRelease): Contract {
  const current = contractOf(currentRelease);
  const { gone, own, changed } = JSON.parse(olderTexts[release]) as ContractChanges;
  const operations: Record<string, ContractOperation> = { ...current.operations, ...own };
  for (const route of gone) {
    delete operations[route];
  }
  for (const [route, { facts = {}, set = {}, gone: lost = [] }] of Object.entries(changed)) {
    const now = operations[route];
    if (now) {
      const { parameters, ...rest } = now;
      const properties = Object.entries({ ...parameters.properties, ...set }).filter(([name]) => !lost.includes(name));
      operations[route] = {
        ...(without({ ...rest, ...facts }) as Omit<ContractOperation, "parameters">),
        parameters: { ...parameters, properties: Object.fromEntries(properties) },
      };
    }
  }
  return { release, operations };
}

/** Without what the older release does not have. */
function without(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}
