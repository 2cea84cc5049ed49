/** The comparison as the guide shows it: one row per load and scaler. */
import { createRandom } from "../../../packages/testing/src/simulated/random.js";
import { type Load, loads } from "./loads.js";
import { type Result, runCluster, type Scaler } from "./pool-model.js";
import { listLengthScaler, runfleetScaler } from "./scalers.js";

export const targetMs = 30_000;

export interface Row {
  readonly load: Load;
  readonly scaler: string;
  readonly inTime: number;
  readonly longestMs: number;
  readonly result: Result;
}

export function compare(): readonly Row[] {
  return loads.flatMap((load) => [listLengthScaler(), runfleetScaler()].map((scaler) => rowOf(load, scaler)));
}

function rowOf(load: Load, scaler: Scaler): Row {
  const result = runCluster({ load, scaler, victims: "least-busy", chance: createRandom(1).next });
  const { waitsMs } = result;
  return {
    ...{ load, scaler: scaler.name, result },
    inTime: waitsMs.filter((wait) => wait <= targetMs).length / waitsMs.length,
    longestMs: waitsMs.reduce((longest, wait) => Math.max(longest, wait), 0),
  };
}

export function tableText(rows: readonly Row[]): string {
  const lines = rows.map(({ load, scaler, inTime, longestMs, result }, index) =>
    [
      index % 2 === 0 ? `${load.name}: ${load.about}` : "",
      scaler,
      `${(inTime * 100).toFixed(1)} %`,
      `${(longestMs / 1_000).toFixed(1)} s`,
      String(result.interrupted),
      String(result.unfinished),
      result.workerHours.toFixed(1),
      String(result.peak),
    ].join(" | "),
  );
  return [
    "| load | scaled by | in time | longest wait | interrupted | unfinished | worker hours | most workers |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...lines.map((line) => `| ${line} |`.replace("|  |", "| |")),
  ].join("\n");
}
