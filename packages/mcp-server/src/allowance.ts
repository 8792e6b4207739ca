import type { Risk } from "@pve/tools";

const LEVELS: readonly Risk[] = ["read", "change", "destroy"];

/** Whether somebody who may go as far as `allowed` may do what is rated `risk`. */
export function allows(allowed: Risk, risk: Risk): boolean {
  return LEVELS.indexOf(risk) <= LEVELS.indexOf(allowed);
}

/** The one of two levels that goes less far. */
export function lesserRisk(one: Risk, other: Risk): Risk {
  return allows(one, other) ? other : one;
}
