export type { Release } from "./contracts.js";
export type { Fault, FaultHandle, FaultMatch, Faults } from "./faults.js";
export type { Listener, ListenOptions } from "./listen.js";
export type { SeedName } from "./seeds/seeds.js";
export {
  createSimulator,
  type GuestView,
  type SeenRequest,
  type Simulator,
  type SimulatorCredentials,
  type SimulatorOptions,
} from "./simulator.js";
export { totpCode } from "./totp.js";
