import type { PveClient, Task } from "@pve/client";
import type { Arguments } from "./arguments.js";
import type { ResolvedTool } from "./resolved.js";
import type { Json } from "./schema.js";

/** How far the work is; `percent` only where the task's log says so. */
export interface Progress {
  readonly percent?: number;
  readonly message: string;
}

/** What running a tool needs from outside. */
export interface ExecuteContext {
  readonly client: PveClient;
  /** Stops the watching, not a task that already runs. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** How long to wait for a task, in milliseconds, before its handle is returned instead; 60 seconds unless given. */
  readonly waitBudget?: number;
  /** Hears of a task whose caller gave up (`signal`) while it was waited for: it goes on unless this ends it. */
  readonly onAbandoned?: (upid: string) => Promise<void>;
  /** The time in milliseconds since the epoch, for ages and spans such as "24h". */
  readonly now?: () => number;
  /** Keeps a secret away from the answer and says where it is. Tools that are given one refuse to work without it. */
  readonly saveSecret?: SaveSecret;
  /** Who can speak to a node that is to join the cluster; undefined for one that the operator has not prepared. */
  readonly joining?: FindJoining;
  /** Opens the terminal in which a node installs its updates; without it, updates are listed and not installed. */
  readonly openUpgrade?: OpenUpgrade;
  /** Uploads a file that the operator lets this caller read. Tools that upload refuse to work without it. */
  readonly sendFile?: SendFile;
}

/** A node's upgrade terminal: its output as bytes until it ends, and what is typed. */
export interface UpgradeTerminal extends AsyncIterable<Uint8Array> {
  readonly node: string;
  /** The task of the terminal; it ends with it. */
  readonly upid: string;
  write(text: string): Promise<void>;
}

/**
 * Opens a node's upgrade terminal (`termproxy` with cmd=upgrade) as root@pam signed in with a password: PVE lets nobody
 * else. Resolves to undefined where the operator has not prepared that. `client` is the one that the tools use.
 */
export type OpenUpgrade = (
  client: PveClient,
  node: string,
  watch: { readonly signal?: AbortSignal },
) => Promise<UpgradeTerminal | undefined>;

/** A file on its way to a storage. */
export interface FileUpload {
  readonly client: PveClient;
  readonly node: string;
  readonly storage: string;
  readonly content: "iso" | "vztmpl" | "import";
  /** As the caller gave it: whoever sends the file decides whether it may be read. */
  readonly path: string;
  /** What it is to be called there. */
  readonly filename: string;
  readonly signal?: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Reads and sends a file; resolves to the task that puts it in its place. */
export type SendFile = (file: FileUpload) => Promise<Task>;

/** A node that is to join, reached as root@pam, and the password of root@pam of the cluster it joins. */
export interface JoiningNode {
  readonly client: PveClient;
  readonly clusterPassword: string;
}

/** Finds the node of that name among those the operator has prepared for joining. */
export type FindJoining = (node: string) => Promise<JoiningNode | undefined>;

/** Puts a secret somewhere safe under a name such as `token-root@pam!ci`; resolves to where an operator finds it. */
export type SaveSecret = (name: string, value: string) => Promise<string>;

/** A tool's result: plain data. `notes` holds what the reader has to know about it, such as what was left out. */
export type Answer = { readonly [key: string]: Json | undefined } & { readonly notes?: readonly string[] };

/** Virtual machines and containers, as PVE names them. */
export type GuestKind = "qemu" | "lxc";

/** One run of a tool, as recipes see it. */
export interface Invocation {
  readonly tool: ResolvedTool;
  /** Checked arguments under the names of the tool. */
  readonly args: Arguments;
  /** The operation's parameters: renamed, with the node found. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The kind of the guest, where the tool takes both. */
  readonly kind?: GuestKind;
  /** The members of `config`-like arguments. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly pve: PveClient;
  /** Passed to every call, so that an abort reaches all of them. */
  readonly watch: { readonly signal?: AbortSignal };
  readonly progress: (progress: Progress) => void;
  readonly waitBudget: number;
  readonly onAbandoned?: (upid: string) => Promise<void>;
  readonly now: () => number;
  readonly saveSecret?: SaveSecret;
  readonly joining?: FindJoining;
  readonly sendFile?: SendFile;
  readonly openUpgrade?: OpenUpgrade;
}

/** A way of answering that takes more than one call. */
export type Recipe = (call: Invocation) => Promise<Answer>;

/** A text argument or parameter; undefined when it was left out. */
export function textOf(values: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** A number argument or parameter; undefined when it was left out. */
export function numberOf(values: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = values[name];
  return typeof value === "number" ? value : undefined;
}

/** The node and VMID of the guest that the tool works on. Both are set once the node was found. */
export function guestOf(call: Invocation): { readonly node: string; readonly vmid: number } {
  return { node: String(call.params["node"]), vmid: Number(call.params["vmid"]) };
}

/** Whether this run is about a virtual machine or a container: by the guest it found, otherwise by the tool's operation. */
export function kindOf(call: Invocation): GuestKind {
  return call.kind ?? (call.tool.entry.operation.includes("/lxc") ? "lxc" : "qemu");
}
