/** One operation of the generated table: what is checked and encoded before sending, decoded on return. */
export interface OperationSpec {
  /** Parameters by name, path parameters included; families under `net[n]`. */
  readonly params?: Readonly<Record<string, ParamSpec>>;
  /** How `data` is decoded; absent means as PVE sent it. */
  readonly returns?: Decode;
  /** The result is a task: always, unless PVE finished in time (null), or unless it answered a plain text. */
  readonly task?: "always" | "or-null" | "or-text";
  /** PVE refuses API tokens here. */
  readonly ticketOnly?: true;
  /** The first release that knows the operation, if it came after the oldest supported one. */
  readonly since?: string;
  /** A `null` result means an empty list. */
  readonly root?: "array";
  /** Parameters or the result hold property strings, so the grammars are needed. */
  readonly strings?: true;
}

/** One parameter as PVE checks it. */
export interface ParamSpec {
  readonly type: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly required?: true;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** JavaScript source, matched as `^pattern$`; `(?i)` in front means case-insensitive. */
  readonly pattern?: string;
  /** A `-list` format: arrays are joined by commas. */
  readonly list?: true;
  /** Name of the property-string grammar. */
  readonly grammar?: string;
  /** The items of an array. */
  readonly items?: ParamSpec;
  /** Families: legal indices are 0 to indices - 1. */
  readonly indices?: number;
  /** `uri`: PVE wants the text percent-encoded once more, inside the form. */
  readonly encode?: "uri";
  /** The parameter that must be given as well. */
  readonly requires?: string;
  /** The first release that knows the parameter, if it came after the oldest supported one. */
  readonly since?: string;
}

/** How a value of an answer is decoded. */
export type Decode =
  | "boolean"
  | "number"
  | "list"
  | { readonly grammar: string }
  | { readonly items: Decode }
  | {
      readonly props: Readonly<Record<string, Decode>>;
      /** By stem: `net` covers `net0`, `net1` … */
      readonly families?: Readonly<Record<string, Decode>>;
      /** Every other key. */
      readonly rest?: Decode;
    };

/** A property string such as `virtio=BC:24:11:00:00:01,bridge=vmbr0`. */
export interface Grammar {
  /** The key of a part written without one. */
  readonly default?: string;
  readonly keys: Readonly<Record<string, GrammarKey>>;
}

/** One key of a property string. */
export interface GrammarKey {
  readonly type: "string" | "integer" | "number" | "boolean";
  readonly required?: true;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** Another name of that key. */
  readonly alias?: string;
  /** The key that takes this key's own name as its value: `virtio=MAC` sets `model` to `virtio`. */
  readonly keyAlias?: string;
  readonly pattern?: string;
}

/** The grammars of all property strings, by name. */
export type Grammars = Readonly<Record<string, Grammar>>;

/** Reads and writes property strings by the name of their grammar. */
export interface PropertyCodec {
  /** A value as a record; what does not fit the grammar comes back as it is. */
  read(value: unknown, grammar: string): unknown;
  /** A record as text, or everything PVE would turn down in it. */
  print(
    record: Readonly<Record<string, unknown>>,
    grammar: string,
  ): { readonly text: string } | { readonly problem: string };
}
