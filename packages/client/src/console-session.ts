/** A text terminal of a guest or a node. Reading it gives the output's bytes; `break` closes it. */
export interface Console extends AsyncIterable<Uint8Array>, AsyncDisposable {
  /** The node on which the session runs. */
  readonly node: string;
  /** The task of the session. */
  readonly upid: string;
  /** Types something; resolves when it has left the process. */
  write(data: string | Uint8Array): Promise<void>;
  /**
   * Tells the new size of the window.
   * @throws PveParameterError when that is no size
   */
  resize(columns: number, rows: number): void;
  /** Ends the session; what has arrived can still be read. */
  close(): Promise<void>;
}

/** What a session is opened with. */
export interface TerminalLogin {
  readonly operation: string;
  readonly node: string;
  readonly upid: string;
  readonly user: string;
  readonly ticket: string;
  readonly signal: AbortSignal;
}
