import { createClient, type PveClient, type TransportInit } from "@pve/client";
import { upload } from "@pve/client/node";
import { createSimulator, type Simulator } from "@pve/simulator";
import { type Answer, type ExecuteContext, execute, findOperation, findTool, type SendFile } from "../src/index.js";

/** A request on its way, before it reaches the cluster. */
export interface Passing {
  readonly method: string;
  readonly path: string;
  readonly form: URLSearchParams;
}

/** The simulated cluster `lab` with a client, in one process. */
export interface Lab extends AsyncDisposable {
  readonly sim: Simulator;
  /** Another client of the same cluster: somebody else at work. */
  readonly other: PveClient;
  /** What was kept away from answers, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Runs a tool by name, or an operation by its route. */
  run(name: string, args?: Readonly<Record<string, unknown>>, more?: Partial<ExecuteContext>): Promise<Answer>;
}

/** What a lab is opened with. */
export interface LabOptions {
  /** Which token calls; the full one unless given. `password` signs in as root@pam instead. */
  readonly caller?: "token" | "auditorToken" | "operatorToken" | "password";
  /** The story the cluster tells; `three-nodes` unless given. */
  readonly seed?: "three-nodes" | "one-node" | "broken";
  /** What happens in the cluster just before a request of the tool arrives. */
  readonly meanwhile?: (request: Passing, other: PveClient) => Promise<void>;
}

/** Sends a few bytes in place of whatever file is named. */
const sendFile: SendFile = ({ client, path: _path, onProgress, ...to }) =>
  upload(client, {
    ...to,
    file: new Blob(["an archive"]),
    checksum: "sha256",
    onProgress: ({ step, bytes, total }) => onProgress({ message: step, percent: (100 * bytes) / total }),
  });

/** Opens the lab; every lab is a new cluster. */
export function openLab({ caller = "token", seed = "three-nodes", meanwhile }: LabOptions = {}): Lab {
  const sim = createSimulator({ seed });
  const { sleep, now } = sim.clock;
  const options = { baseUrl: sim.baseUrl, transport: sim.fetch, sleep, now };
  const other = createClient({ ...options, auth: { token: sim.credentials.token } });
  const client = createClient({
    ...options,
    auth:
      caller === "password"
        ? { username: "root@pam", password: sim.credentials.password }
        : { token: sim.credentials[caller] },
    transport: async (url, init) => {
      await meanwhile?.(passing(url, init), other);
      return sim.fetch(url, init);
    },
  });
  const secrets = new Map<string, string>();
  const saveSecret = async (name: string, value: string): Promise<string> => {
    secrets.set(name, value);
    return `/secrets/${name}`;
  };
  return {
    sim,
    other,
    secrets,
    async run(name, args = {}, more = {}) {
      const tool = findTool(name) ?? (await findOperation(name));
      if (tool === undefined) throw new Error(`no tool ${name}`);
      return execute(tool, args, { client, now, saveSecret, sendFile, ...more });
    },
    [Symbol.asyncDispose]: () => sim.close(),
  };
}

function passing(url: string, { method, body = "" }: TransportInit): Passing {
  const form = new URLSearchParams(typeof body === "string" ? body : new TextDecoder().decode(body));
  return { method, path: new URL(url).pathname.replace("/api2/json", ""), form };
}

/** What a promise was rejected with. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("it should have failed");
}
