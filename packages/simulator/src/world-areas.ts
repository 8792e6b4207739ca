import type { Release } from "./contracts.js";
import { type AcmeState, newAcme } from "./world-acme.js";
import { type FirewallState, newFirewall } from "./world-firewall.js";
import { type HaState, newHa } from "./world-ha.js";
import { type JobState, newJobs } from "./world-jobs.js";
import { type MappingState, newMapping } from "./world-mapping.js";
import { type MetricsState, newMetrics } from "./world-metrics.js";
import { type NodeAreas, newNodeAreas } from "./world-node-areas.js";
import { type NotificationState, newNotifications } from "./world-notifications.js";
import { newReplication, type ReplicationState } from "./world-replication.js";
import { newTfa, type TfaState } from "./world-tfa.js";

/** What the areas beside nodes, guests and storages keep, each in a record of its own. */
export interface Areas extends NodeAreas {
  /** Whose API the cluster speaks. */
  readonly release: Release;
  readonly acme: AcmeState;
  readonly firewall: FirewallState;
  readonly ha: HaState;
  readonly jobs: JobState;
  readonly mapping: MappingState;
  readonly metrics: MetricsState;
  readonly notifications: NotificationState;
  readonly replication: ReplicationState;
  readonly tfa: TfaState;
}

/** The areas of a fresh installation. */
export function newAreas(release: Release): Areas {
  return {
    release,
    ...newNodeAreas(),
    acme: newAcme(),
    firewall: newFirewall(),
    ha: newHa(),
    jobs: newJobs(),
    mapping: newMapping(),
    metrics: newMetrics(),
    notifications: newNotifications(),
    replication: newReplication(),
    tfa: newTfa(),
  };
}
