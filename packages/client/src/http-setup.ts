import type { CallDefaults } from "./call-options.js";
import type { Authenticator } from "./credentials.js";
import type { WireValue } from "./encode.js";
import type { Method } from "./route.js";
import type { Sender } from "./send.js";

/** What is set up once. */
export interface HttpSetup {
  /** Without a slash at the end and without `/api2/json`. */
  readonly baseUrl: string;
  readonly auth: Authenticator;
  readonly send: Sender;
  /** Options of every call that the call itself does not give. */
  readonly defaults: CallDefaults;
}

/** openapi-fetch as it is used here: any route, everything in wire form. */
export interface OpenapiClient {
  request(
    method: string,
    path: string,
    init: Record<string, unknown>,
  ): Promise<{ data?: unknown; error?: unknown; response: OpenapiResponse }>;
}

/** What openapi-fetch answered with: a `Response`, or its stand-in. */
export type OpenapiResponse = Pick<Response, "status" | "statusText" | "ok"> & {
  readonly headers: Pick<Headers, "get">;
};

/** What is called. */
export interface HttpRoute {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
}

/** Parameters in wire form. */
export interface HttpParams {
  readonly path: Readonly<Record<string, string>>;
  readonly rest: Readonly<Record<string, WireValue>>;
}
