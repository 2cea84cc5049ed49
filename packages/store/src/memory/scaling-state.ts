/** What the store in memory remembers about the sizes of pools, by pool. */

export interface ScalingState {
  readonly policies: Map<string, string>;
  readonly turns: Map<string, { readonly at: number; readonly turn: string }>;
  /** When the newest run of a pool was created, oldest first. */
  readonly used: Map<string, number>;
}

export function createScalingState(): ScalingState {
  return { policies: new Map(), turns: new Map(), used: new Map() };
}
