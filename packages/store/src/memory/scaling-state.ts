/** What the store in memory remembers about the sizes of pools, by pool. */

export interface ScalingState {
  readonly policies: Map<string, string>;
  readonly turns: Map<string, { readonly at: number; readonly turn: string }>;
}

export function createScalingState(): ScalingState {
  return { policies: new Map(), turns: new Map() };
}
