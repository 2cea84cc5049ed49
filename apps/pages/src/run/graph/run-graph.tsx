/** The version of the workflow that a run uses as a graph, coloured by how far the run is; a step's details on demand. */
import { buildGraph, type Graph } from "@runfleet/language";
import type { HistoryEvent, RunDocument } from "@runfleet/model";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api } from "../../api";
import { ProblemNote } from "../../parts/problem-note";
import { useNow } from "../../parts/time";
import { GraphDrawing } from "./graph-drawing";
import { boxesOf, graphStates } from "./graph-states";
import { type Direction, layoutGraph } from "./layout-graph";
import { SelectedStep } from "./selected-step";

/** Boxes that are placed without being asked for; more take seconds. */
const boxesAtOnceMax = 500;
const scales = [0.5, 0.7, 0.85, 1, 1.25, 1.6];

interface RunGraphProps {
  readonly run: RunDocument;
  readonly history: readonly HistoryEvent[];
}

export function RunGraph(props: RunGraphProps) {
  const { id } = props.run;
  const { data, error } = useQuery({
    queryKey: ["definition", id],
    queryFn: () => api.definition(id),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [isWanted, setWanted] = useState(false);
  const graph = useMemo(() => (data === undefined ? undefined : buildGraph(data.definition)), [data]);
  const size = useMemo(() => (graph === undefined ? 0 : boxesOf(graph.members).length), [graph]);
  if (error !== null && graph === undefined) return <ProblemNote error={error} />;
  if (graph === undefined) return null;
  if (size > boxesAtOnceMax && !isWanted) {
    return (
      <button type="button" onClick={() => setWanted(true)}>
        Draw the graph of {size} boxes
      </button>
    );
  }
  return <Drawn {...props} graph={graph} />;
}

function Drawn({ run, history, graph }: RunGraphProps & { readonly graph: Graph }) {
  const now = useNow(run.endedAt === null);
  const [direction, setDirection] = useState<Direction>(() =>
    matchMedia("(max-width: 40rem)").matches ? "down" : "right",
  );
  const [scale, setScale] = useState(3);
  const [selected, setSelected] = useState<string>();
  const placed = useMemo(() => layoutGraph(graph, direction), [graph, direction]);
  const states = useMemo(() => graphStates(run, history, graph), [run, history, graph]);
  const box = placed.boxes.find(({ node }) => node.id === selected)?.node;
  return (
    <section aria-label="Graph">
      <div className="head">
        <h2>Graph</h2>
        <button type="button" onClick={() => setDirection(direction === "right" ? "down" : "right")}>
          {direction === "right" ? "Draw downwards" : "Draw sideways"}
        </button>
        <button type="button" aria-label="Smaller" disabled={scale === 0} onClick={() => setScale(scale - 1)}>
          −
        </button>
        <button
          type="button"
          aria-label="Larger"
          disabled={scale === scales.length - 1}
          onClick={() => setScale(scale + 1)}
        >
          +
        </button>
      </div>
      <GraphDrawing
        placed={placed}
        states={states}
        now={now}
        scale={scales[scale] ?? 1}
        selected={selected}
        select={(id) => setSelected(id === selected ? undefined : id)}
      />
      {box === undefined ? null : (
        <SelectedStep
          key={box.id}
          run={run}
          node={box}
          steps={states.box(box).steps}
          close={() => setSelected(undefined)}
        />
      )}
    </section>
  );
}
