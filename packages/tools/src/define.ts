import type { OperationId, ParamsOf } from "@pve/client";
import type { SchemaType } from "./schema.js";

/** `read` changes nothing; `change` can be undone; `destroy` loses data, cuts access or stops something people use. */
export type Risk = "read" | "change" | "destroy";

/** The ways of answering that take more than one call; each is a function in recipes/. */
export type RecipeName =
  | "acme-accounts"
  | "add-ipset-entry"
  | "add-node"
  | "alerts"
  | "appliances"
  | "apply-sdn"
  | "apply-updates"
  | "attach-disk"
  | "backup-config"
  | "backup-coverage"
  | "backup-guest"
  | "backup-jobs"
  | "bulk-guests"
  | "cancel-task"
  | "ceph-flags"
  | "ceph-osds"
  | "ceph-pools"
  | "ceph-status"
  | "cloudinit"
  | "cloudinit-regenerate"
  | "cloudinit-set"
  | "cluster-config"
  | "cluster-nodes"
  | "cluster-resources"
  | "cluster-stats"
  | "cluster-tasks"
  | "console"
  | "create-alias"
  | "create-backup-job"
  | "create-container"
  | "create-guest"
  | "create-ipset"
  | "create-mapping"
  | "create-pool"
  | "create-record"
  | "create-replication"
  | "create-rule"
  | "create-security-group"
  | "create-subnet"
  | "create-token"
  | "create-vlan"
  | "delete-alias"
  | "delete-backup"
  | "delete-backup-job"
  | "delete-certificate"
  | "delete-disk"
  | "delete-guest"
  | "delete-ipset"
  | "delete-mapping"
  | "delete-pool"
  | "delete-record"
  | "delete-rule"
  | "delete-subnet"
  | "delete-vlan"
  | "delete-volume"
  | "detach-disk"
  | "disable-ha"
  | "download-template"
  | "download-url"
  | "drain-node"
  | "drain-plan"
  | "enable-ha"
  | "firewall-aliases"
  | "firewall-ipsets"
  | "firewall-log"
  | "firewall-options"
  | "firewall-rules"
  | "guest-agent-info"
  | "guest-config"
  | "guest-exec"
  | "guest-exec-status"
  | "guest-file-read"
  | "guest-file-write"
  | "guest-freeze"
  | "guest-password"
  | "guest-trim"
  | "guests"
  | "ha-groups"
  | "ha-status"
  | "list-backups"
  | "list-disks"
  | "list-tasks"
  | "make-template"
  | "mappings"
  | "migrate-container"
  | "migrate-guest"
  | "move-disk"
  | "move-ha"
  | "node-certificates"
  | "node-config"
  | "node-logs"
  | "node-network"
  | "node-power"
  | "permission-report"
  | "pool"
  | "pool-members"
  | "prune-backups"
  | "prune-preview"
  | "remove-ipset-entry"
  | "remove-node"
  | "replication-jobs"
  | "replication-log"
  | "repositories"
  | "resize-disk"
  | "restore-backup"
  | "rollback-sdn"
  | "run-backup-job"
  | "run-replication"
  | "sdn-changes"
  | "sdn-list"
  | "security-groups"
  | "service-action"
  | "set-acl"
  | "snapshot-tree"
  | "statistics"
  | "storage-content"
  | "storage-info"
  | "storage-quota"
  | "subscription"
  | "task-log"
  | "tokens"
  | "update-backup"
  | "update-backup-job"
  | "update-config"
  | "update-pool"
  | "update-record"
  | "update-rule"
  | "update-subnet"
  | "update-vlan"
  | "upload-backup"
  | "url-metadata"
  | "vlan-config"
  | "vm-from-template";

/** A parameter of the tool's own, or one of the operation that needs another type or other words. */
export interface Parameter {
  /** The parameter of the operation it stands for. */
  readonly for?: string;
  readonly type: SchemaType | readonly SchemaType[];
  readonly description: string;
  /** What a model is told instead of the first clause of the description. */
  readonly brief?: string;
  readonly required?: true;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string | number | boolean;
  readonly items?: { readonly type: SchemaType };
  /** A moment that PVE takes in seconds since the epoch: a date may be given, which nobody has to reckon up. */
  readonly moment?: true;
  /** The members of this object are parameters of the operation, apart from the ones named here. */
  readonly spreads?: { readonly except: readonly string[] };
}

/** One tool as data. It survives a round trip through JSON, so it can be generated, compared and shown. */
export interface ToolEntry {
  /** The operation that does the work; with a recipe, the one that matters most. */
  readonly operation: OperationId;
  /** What a person sees; at most 40 characters. */
  readonly title: string;
  /** What a model reads: what it is for, and when a neighbour is the better choice. At most 300 characters. */
  readonly summary: string;
  readonly risk: Risk;
  /** Why a POST is harmless. */
  readonly why?: string;
  /** The tool's parameters: a parameter of the operation by name, or one of the tool's own. */
  readonly accepts: Readonly<Record<string, string | Parameter>>;
  /** Parameters of the operation that are the same in every call. */
  readonly fixed?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Parameters that may be left out although the operation insists on them; the recipe finds a value. */
  readonly optional?: readonly string[];
  /** `node_name` may be left out: it is found from the guest's VMID or from the task's id. `guest` takes both kinds. */
  readonly locates?: "vm" | "container" | "guest" | "task";
  /** Starts a task and waits for its end. */
  readonly waits?: true;
  /** A list that can be long: shown as a window with filter, fields, sort, limit and offset. */
  readonly lists?: true;
  /** By argument: what a model is told instead of the first clause of its description. Empty where the name says it all. */
  readonly brief?: Readonly<Record<string, string | undefined>>;
  /** Rows such a list shows unless `limit` says otherwise; 50 without it. */
  readonly rows?: number;
  /** The answer is PVE's own, whatever it is. */
  readonly verbatim?: true;
  /** Fields shown of the answer, in this order. */
  readonly keep?: readonly string[];
  /** Doing it twice has no further effect. Only a POST has to say so. */
  readonly repeatable?: true;
  readonly recipe?: RecipeName;
  /** The operation that reads the record a change is about, so that it can be shown before and after. */
  readonly shows?: OperationId;
  /** The answer holds a secret that PVE shows once: without a place to keep it, nothing is sent. */
  readonly secret?: true;
  /** Older names of the tool. They work when called, and are not listed. */
  readonly aliases?: readonly string[];
  /** The other operations of the recipe. */
  readonly also?: readonly OperationId[];
  /** Which of its operations it calls depends on the arguments, or on what it finds. */
  readonly picks?: true;
  /** Does the same to many things, side by side, so that all of it can be judged before any of it is sent. */
  readonly many?: true;
  /** Those of its operations whose refusal it survives: the answer says what is missing. */
  readonly tries?: readonly OperationId[];
  /** Parameters of its operations that the recipe makes of arguments of the tool's own. */
  readonly passes?: readonly string[];
  /** What it has to see of the reads that leave out what the caller may not see; without it, all that they list. */
  readonly sees?: readonly string[];
  /** Arguments that work on the simulator's seed `three-nodes`. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** Tools that are chosen or left out together. */
export interface Toolset {
  readonly id: string;
  readonly title: string;
  readonly tools: Readonly<Record<string, ToolEntry>>;
}

/** The names of every form that the parameters of an operation can take. */
type NamesOf<Params> = Params extends unknown ? keyof Params & string : never;
type ParamName<Id extends OperationId> = NamesOf<ParamsOf<Id>>;
type ParameterOf<Id extends OperationId> = Parameter & { readonly for?: ParamName<Id> };
type Accepts<Id extends OperationId> = Readonly<Record<string, ParamName<Id> | ParameterOf<Id>>>;

/** GET can only be read, DELETE only destroy; a POST or PUT that is read has to say why. */
type RiskOf<Id extends OperationId> = Id extends `GET ${string}`
  ? { readonly risk: "read" }
  : Id extends `DELETE ${string}`
    ? { readonly risk: "destroy" }
    : { readonly risk: "change" | "destroy" } | { readonly risk: "read"; readonly why: string };

type Nothing = Record<never, never>;

/** The names a type spells out; families such as `net${number}` are not among them. */
type Spelt<Params> = keyof { [Name in keyof Params as Nothing extends Record<Name, 1> ? never : Name]: 1 };
type IsRequired<Params, Name> = Name extends Spelt<Params> & keyof Params
  ? Nothing extends Pick<Params, Name>
    ? false
    : true
  : false;

type MustGive<Id extends OperationId, Target, Name, Free> = Name extends Free
  ? false
  : Target extends ParamName<Id>
    ? IsRequired<ParamsOf<Id>, Target>
    : Target extends { readonly required: true }
      ? true
      : false;

type ValueOf<Params, Name> = Params extends unknown ? (Name extends keyof Params ? Params[Name] : never) : never;
type ArgumentOf<Id extends OperationId, Target> =
  Target extends ParamName<Id> ? ValueOf<ParamsOf<Id>, Target> : unknown;

type Example<Id extends OperationId, A, Free> = {
  readonly [Name in keyof A as MustGive<Id, A[Name], Name, Free> extends true ? Name : never]: ArgumentOf<Id, A[Name]>;
} & {
  readonly [Name in keyof A as MustGive<Id, A[Name], Name, Free> extends true ? never : Name]?: ArgumentOf<Id, A[Name]>;
};

/** What `lists` adds to the accepted parameters. */
type WindowArgument = "filter" | "fields" | "sort" | "limit" | "offset";

type Definition<Id extends OperationId, A, Optional extends string, Locates> = Omit<
  ToolEntry,
  "operation" | "risk" | "why" | "accepts" | "fixed" | "optional" | "locates" | "brief" | "example"
> &
  RiskOf<Id> & {
    readonly accepts: A;
    readonly fixed?: { readonly [Name in ParamName<Id>]?: string | number | boolean };
    readonly optional?: readonly Optional[];
    readonly locates?: Locates;
    readonly brief?: { readonly [Name in keyof A | WindowArgument]?: string };
    readonly example: Example<Id, A, Optional | ([Locates] extends [never] ? never : "node_name")> & {
      readonly [Name in WindowArgument]?: unknown;
    };
  };

/**
 * Types one catalogue entry against its operation and returns it as plain data. A route that is gone, a misspelt
 * parameter, a missing risk or an incomplete example does not compile on the line of that entry.
 */
export function tool<
  Id extends OperationId,
  const A extends Accepts<Id>,
  const Optional extends keyof A & string = never,
  const Locates extends NonNullable<ToolEntry["locates"]> = never,
>(operation: Id, definition: Definition<Id, A, Optional, Locates>): ToolEntry {
  return { operation, ...definition };
}

/** Checks a table of tools and returns it unchanged. */
export function toolset(definition: Toolset): Toolset {
  return definition;
}
