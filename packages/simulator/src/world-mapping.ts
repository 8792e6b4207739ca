import type { Sections } from "./section-config.js";

/** Names for devices and folders. */
export interface MappingState {
  readonly pci: Sections;
  readonly usb: Sections;
  readonly dir: Sections;
}

/** No mappings. */
export function newMapping(): MappingState {
  return { pci: new Map(), usb: new Map(), dir: new Map() };
}
