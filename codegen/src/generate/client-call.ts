import type { OperationTypes } from "./client-types.js";

/**
 * The interface of `call`: a signature for each operation, so that the compiler picks one by its route. A generic one
 * alone makes it infer the route and look two types up by it at every call, which costs five times as much. The generic
 * ones stand last: they serve routes that are known only at run time, and of a wrong call the last one's error is told.
 */
export function callInterface(operations: readonly OperationTypes[], doc: readonly string[]): string {
  const signatures = operations.map(
    ({ operation, params = "NoParams", paramsOptional, result }) =>
      `  (route: ${JSON.stringify(operation.route)}, params${paramsOptional ? "?" : ""}: ${params}, options?: CallOptions): Promise<${result}>;`,
  );
  return `/**
${doc.map((line) => ` * ${line}`).join("\n")}
 */
export interface PveCall {
${signatures.join("\n")}
  <Route extends OperationId>(
    route: Route,
    params: Operations[Route]["params"],
    options: RawCallOptions,
  ): Promise<unknown>;
  <Route extends BareOperationId>(route: Route): Promise<Operations[Route]["result"]>;
  <Route extends OperationId>(
    route: Route,
    params: Operations[Route]["params"],
    options?: CallOptions,
  ): Promise<Operations[Route]["result"]>;
}`;
}
