/** One parameter, property or item as PVE's schema describes it (see the spec dialect of the generated contract). */
export interface Schema {
  readonly type?: string;
  readonly optional?: boolean | 1 | 0;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  /** JavaScript source, unanchored; `(?i)` in front means case-insensitive. */
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A named format, or the inline grammar of a property string. */
  readonly format?: string | Readonly<Record<string, Schema>>;
  readonly requires?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | 1 | 0 | Schema;
  readonly "type-property"?: string;
  readonly "instance-types"?: readonly string[];
  readonly oneOf?: readonly Schema[];
  /** Only on families (`net[n]`): how many indices are legal, counted from 0. */
  readonly indices?: number;
  /** Only inside property-string grammars. */
  readonly default_key?: boolean | 1 | 0;
  readonly alias?: string;
  readonly keyAlias?: string;
}

/** PVE's `permissions` block. Absent altogether means: only the literal root@pam. */
export interface Permissions {
  readonly user?: "world" | "all";
  /** PVE's nested array, e.g. `["perm", "/vms/{vmid}", ["VM.Audit"]]`. */
  readonly check?: unknown;
  /** The handler checks more than the expression says. */
  readonly described?: boolean;
}

/** The parameters of one operation, path parameters included. */
export interface ContractParameters {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly additionalProperties: boolean | 1 | 0;
}

/** What the specification says about one operation. */
export interface ContractOperation {
  readonly name: string;
  readonly protected?: boolean;
  readonly proxyto?: string;
  readonly allowtoken?: boolean;
  readonly permissions?: Permissions;
  readonly parameters: ContractParameters;
  readonly returns?: Schema;
}

/** The whole API of one release, keyed by route (`"GET /nodes/{node}/qemu"`). */
export interface Contract {
  readonly release: string;
  readonly operations: Readonly<Record<string, ContractOperation>>;
}
