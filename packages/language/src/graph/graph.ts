/**
 * A workflow as a picture's content: boxes, groups of boxes and arrows, in the order of the text. Says what is drawn,
 * not how: one printer per format (`print-mermaid.ts`, `print-dot.ts`) does that.
 */

export type GraphNodeKind =
  | "start"
  | "end"
  | "call"
  | "script"
  | "child"
  | "gate"
  | "sleep"
  /** A condition; its arrows are labelled `yes` and `no`. */
  | "decision"
  /** Where branches part, and where they are waited for. */
  | "fork"
  | "join"
  /** Where each round of a `do … while` begins. */
  | "repeat";

export type GraphGroupKind = "loop" | "parallel" | "foreach" | "do" | "always";

export interface GraphNode {
  readonly type: "node";
  /** Letters, digits and `_`; unique in its graph. */
  readonly id: string;
  /** Of the node in the definition; of a box that is drawn for a block (`fork`, the test of a loop) the block's, a dot and a word. */
  readonly path: string;
  readonly kind: GraphNodeKind;
  /** At least one; without control characters. */
  readonly lines: readonly string[];
}

export interface GraphGroup {
  readonly type: "group";
  readonly id: string;
  /** Of the block in the definition. */
  readonly path: string;
  readonly kind: GraphGroupKind;
  /** Its name, and in a second line what is special about it. */
  readonly lines: readonly string[];
  /** Never empty. */
  readonly members: readonly GraphMember[];
}

export type GraphMember = GraphNode | GraphGroup;

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** `again` leads back to an earlier step of a loop, `anyway` to what runs however the steps before it ended. */
  readonly kind: "next" | "again" | "anyway";
}

export interface Graph {
  readonly name: string;
  readonly members: readonly GraphMember[];
  readonly edges: readonly GraphEdge[];
}
