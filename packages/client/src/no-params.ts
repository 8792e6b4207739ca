/** The parameters of an operation that takes none: `{}` or nothing at all. */
export type NoParams = Readonly<Record<string, never>>;
